"""Runs, with a director that plays recordings."""

import pytest

from calypso.drivers.backup import BackupError, RunNotLive, RunState
from calypso.drivers.backup.bacula.wire import Signal
from tests.fakes.director import BEGIN, END, OK


def listed(letter):
    """What the director lists of run 1."""
    return f"\njobid=1\ntype=B\nstatus={letter}\nstatus_desc=is odd\nclientname=lab-fd\n\n".encode()


@pytest.mark.parametrize("letter", ["T", "W"])
def test_a_run_that_went_well_is_not_cancelled_while_the_director_still_lists_it(
    fake, backup, letter
):
    fake.plays("ended").says(".status dir running", BEGIN, listed(letter), OK, END)

    with pytest.raises(RunNotLive, match="succeeded"):
        backup.cancel(1)

    assert not any(word.startswith("cancel") for word in fake.heard)


@pytest.mark.parametrize("letter", ["R", "S", "t", "f", "C"])
def test_a_run_that_is_live_is_cancelled(fake, backup, letter):
    fake.says(".status dir running", BEGIN, listed(letter), OK, END)
    fake.says("cancel jobid=1 yes", BEGIN, b"2001 Job marked to be canceled.\n", OK, END)

    backup.cancel(1)

    assert fake.heard[-1] == "cancel jobid=1 yes"


# Of a run that is about to begin newer directors say this after they have marked it.
NOT_IN_QUEUE = (BEGIN, Signal.ERROR, b"Cannot cancel JobId 1, Job x is not in work queue\n",
                Signal.COMMAND_FAILED, END)  # fmt: skip


@pytest.mark.parametrize("letter", ["A", "f"])
def test_a_run_that_was_marked_is_cancelled_whatever_else_is_said(fake, backup, letter):
    fake.says(".status dir running", BEGIN, listed(letter), OK, END)
    fake.says("cancel jobid=1 yes", *NOT_IN_QUEUE)

    backup.cancel(1)

    assert "cancel jobid=1 yes" in fake.heard


def test_a_run_that_goes_on_all_the_same_is_not_called_cancelled(fake, backup):
    fake.says(".status dir running", BEGIN, listed("R"), OK, END)
    fake.says("cancel jobid=1 yes", *NOT_IN_QUEUE)

    with pytest.raises(BackupError, match="not in work queue"):
        backup.cancel(1)


def test_a_run_that_waits_asks_neither_client_nor_storage(fake, backup):
    fake.says(".status dir running", BEGIN, listed("S"), OK, END)

    told = backup.live(1)

    assert (told.state, told.phase) == (RunState.WAITING, "odd")
    assert fake.heard[-1] == ".status dir running"


def test_a_live_run_is_told_of_though_its_client_and_storage_say_nothing(fake, backup, recordings):
    fake.plays("start")
    fake.says('.status client="lab-fd" running', BEGIN, b"Failed to connect to Client.\n", OK, END)
    fake.says('.status storage="Disk" running', BEGIN, b"Daemon is asleep\n", END)

    told = backup.live(1)

    assert (told.state, told.phase) == (RunState.RUNNING, "running")
    assert (told.files, told.bytes, told.volume) == (0, 0, None)


def test_a_run_is_found_by_its_comment_among_the_live_and_the_ended(fake, backup, recordings):
    fake.plays("start", "ended")
    assert backup.find_started("calypso:token") == 1

    fake.says(".status dir running", BEGIN, b"No Jobs running.\n", OK, END)
    fake.says("llist jobs limit=1000 order=desc", *fake.answers["llist jobs"])

    assert backup.find_started("calypso:token") == 1
    assert backup.find_started("calypso:another") is None
