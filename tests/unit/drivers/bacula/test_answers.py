"""Answers of a scripted director: which are a success, and what becomes of its questions."""

import pytest

from calypso.drivers.backup import (
    BackupError,
    BackupJobMissing,
    DirectorAsked,
    DirectorUnreadable,
    RunNotLive,
    StorageDown,
    VolumeExists,
    VolumeMissing,
)
from calypso.drivers.backup.bacula.session import session
from calypso.drivers.backup.bacula.wire import Signal
from tests.fakes.director import BEGIN, END, OK, Reply
from tests.unit.drivers.bacula.conftest import addressed


def ask(fake, command, *, timeout_s=5.0, **options):
    with session(addressed(fake, timeout_s=timeout_s)) as talk:
        return talk.ask(command, **options)


# ---- success, and what is none


def test_what_the_director_calls_ok_with_an_error_is_refused(fake, recordings):
    fake.plays("no-such")

    for command, refusal in (
        ("estimate job=NoSuch", BackupJobMissing),
        ("cancel jobid=999 yes", RunNotLive),
        ('delete volume="none" yes', VolumeMissing),
    ):
        with pytest.raises(refusal):
            ask(fake, command)


def test_a_command_that_always_warns_passes_when_told_so(fake, recordings):
    fake.plays("volumes")

    with pytest.raises(BackupError):
        ask(fake, 'delete volume="Hand" yes')
    assert ask(fake, 'delete volume="Hand" yes', warnings_pass=True).lines
    with pytest.raises(BackupError, match="should be Full or Used"):
        ask(fake, 'prune volume="Hand" yes', warnings_pass=True)


def test_an_answer_without_ok_is_no_success(fake):
    fake.says("version", BEGIN, b"9.6\n", END)

    with pytest.raises(BackupError):
        ask(fake, "version")


def test_a_storage_that_is_away_is_told_as_such(fake, recordings):
    fake.plays("label-away")

    with pytest.raises(StorageDown):
        ask(fake, 'label storage="Away" volume="Hand2" pool="ByHand" slot=0 drive=0')


def test_after_a_refusal_the_talk_is_over(fake, recordings):
    fake.plays("no-such", "lists")

    with session(addressed(fake)) as talk:
        with pytest.raises(BackupJobMissing):
            talk.ask("estimate job=NoSuch")
        with pytest.raises(DirectorUnreadable, match="refusal"):
            talk.ask("version")

    assert "version" not in fake.heard


# ---- questions


def test_a_question_is_cancelled_and_told(fake, recordings):
    fake.plays("questions")

    with pytest.raises(DirectorAsked) as asked:
        ask(fake, 'run job="Home"')

    assert asked.value.question.casefold() == "ok to run? (yes/mod/no):"
    assert fake.heard[-1] == "."


def test_a_question_whose_reason_has_a_name_is_refused_by_that(fake, recordings):
    fake.plays("questions", "label")

    with pytest.raises(BackupJobMissing):
        ask(fake, "run job=NoSuch yes")
    with pytest.raises(VolumeExists):
        ask(fake, 'label storage="Disk" volume="Hand" pool="ByHand" slot=0 drive=0')


def test_a_question_that_is_expected_is_answered(fake):  # the newer ones have none
    fake.plays("changer-label")
    command = 'label barcodes storage="Library" pool="TapePool" slots=1,2 drive=0 yes'

    told = ask(fake, command, replies={"Do you want to label": "yes"})

    assert "successfully created" in told.text
    assert fake.heard[-1] == "yes"


def test_only_the_question_that_was_expected_is_answered(fake):
    fake.says("label", BEGIN, Signal.TEXT_INPUT, b"Delete all? (yes/no): ", Reply(b"."), OK, END)

    with pytest.raises(DirectorAsked):
        ask(fake, "label", replies={"Do you want to label": "yes"})


def test_a_question_in_the_old_way_is_cancelled_too(fake):
    fake.says("run", BEGIN, b"Select Job (1-3): ", Signal.SUB_PROMPT, Reply(b"."), OK, END)

    with pytest.raises(DirectorAsked, match="'run'"):
        ask(fake, "run")


def test_a_director_that_asks_for_ever_is_not_answered_for_ever(fake):
    again = [Signal.TEXT_INPUT, b"Really? ", Reply()]
    fake.says("run", BEGIN, *(again * 50), OK, END)

    with pytest.raises(DirectorUnreadable, match="again and again"):
        ask(fake, "run")

    assert fake.heard.count(".") < 20


# ---- text


def test_hostile_text_reaches_people_without_its_control_characters(fake):
    fake.says("version", BEGIN, b"\x1b[2Jgone\0\xff\r\n", Signal.ERROR, OK, END)

    with pytest.raises(BackupError) as refused:
        ask(fake, "version")

    told = f"{refused.value.detail}{refused.value.original}"
    assert not any(letter in told for letter in "\x1b\0\r")
    assert "\\xff" in told
    told.encode("utf-8")
