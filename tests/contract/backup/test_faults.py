"""What a real director does wrong, and how the driver tells of it."""

import threading
import time
import uuid
from contextlib import contextmanager, suppress

import pytest

from calypso.drivers.backup import (
    BackupError,
    ClientMissing,
    DirectorDown,
    DirectorSilent,
    DirectorUnauthorized,
    Level,
    RunNotLive,
    RunState,
    StorageDown,
    Unsupported,
)
from tests.bacula import release
from tests.contract.backup.conftest import ended, opened, until

pytestmark = pytest.mark.real("bacula")


def token():
    return f"calypso:{uuid.uuid4()}"


@contextmanager
def within(limit_s):
    """What is done here is done in time."""
    started = time.monotonic()
    yield
    assert time.monotonic() - started < limit_s


@pytest.fixture
def director(lab):
    """The lab, whose director a test may end; it runs again afterwards."""
    yield lab
    if lab.daemons["dir"].exit_code() is not None:
        lab.start("dir")


def test_a_wrong_password_is_refused_at_once(lab):
    with within(5), pytest.raises(DirectorUnauthorized) as refused:
        opened(lab, password="wrong").jobs()

    assert "CALYPSO_BACULA_PASSWORD" in refused.value.detail
    assert "wrong" not in refused.value.detail


def test_a_director_that_wants_tls_is_told_with_the_way_out(director):
    if not director.programs.encrypt_unasked:
        pytest.skip("this one wants no TLS without certificates")
    file = director.folder / "etc" / "bacula-dir.conf"
    told = file.read_text().replace("Director {\n", "Director {\n  TLS Require = yes\n", 1)
    director.stop("dir")
    file.write_text(told)
    director.start("dir")

    with pytest.raises(DirectorUnauthorized, match="TLS Require = no"):
        opened(director).jobs()
    with pytest.raises(DirectorUnauthorized, match="CALYPSO_BACULA_PASSWORD"):
        opened(director, password="wrong").jobs()

    director.stop("dir")
    director.rewrite()


def test_a_wrong_password_makes_the_product_unavailable_with_its_reason(lab):
    told = opened(lab, password="wrong").probe()

    assert not told.available
    assert "CALYPSO_BACULA_PASSWORD" in told.reason


def test_a_running_director_is_available_with_its_version(either, lab):
    told = either.probe()

    assert told.available
    assert told.version == release(lab.programs)
    assert told.features["history"]


def test_a_director_that_is_away_is_down_at_once(director):
    backup = opened(director)
    director.kill("dir")

    with within(2), pytest.raises(DirectorDown, match="No director listens"):
        backup.jobs()

    assert not backup.probe().available


def test_a_frozen_director_is_silent_not_a_hang(lab):
    backup = opened(lab, timeout_s=1.0)

    with lab.frozen("dir"), within(4), pytest.raises(DirectorSilent):
        backup.start("Home", comment=token())

    until(backup.jobs)


def test_a_director_that_freezes_in_the_middle_is_silent_and_goes_on_afterwards(lab):
    backup = opened(lab, timeout_s=1.0)

    with backup._session() as talk:
        talk.ask("version")
        with lab.frozen("dir"), within(4), pytest.raises(DirectorSilent):
            talk.ask("version")

    assert backup.jobs()


def test_a_director_killed_in_the_middle_of_an_exchange_is_down(director):
    backup = opened(director)

    with backup._session() as talk:
        killing = threading.Timer(1.0, director.kill, ["dir"])
        killing.start()
        with within(10), pytest.raises(DirectorDown):
            talk.status('.status client="away-fd" running')  # takes its director 15 s
        killing.join()


def test_a_run_of_a_director_that_was_killed_is_found_as_failed_when_it_is_back(director):
    backup, comment = opened(director), token()
    run_id = backup.start("Slow", comment=comment, level=Level.FULL)
    until(lambda: (one := backup.live(run_id)) and one.bytes)

    director.kill("dir")
    director.start("dir")

    assert backup.live(run_id) is None
    assert backup.find_started(comment) == run_id
    assert ended(backup, run_id).state is RunState.FAILED
    with pytest.raises(RunNotLive):
        backup.cancel(run_id)


def test_with_the_director_away_history_is_still_told(director):
    backup = opened(director)
    run = ended(backup, backup.start("Home", comment=token()))

    director.kill("dir")

    assert backup.run(run.id) == run
    assert backup.log(run.id)


# ---- consoles with fewer rights


def test_a_console_that_may_only_look_is_refused_to_start_anything(lab):
    monitor = opened(lab, password=f"{lab.password}-monitor", console="monitor")
    newest = monitor.runs(limit=1)

    assert monitor.live(999_999) is None
    with pytest.raises(Unsupported):
        monitor.start("Home", comment=token())

    assert monitor.runs(limit=1) == newest


# ---- talks


def test_after_a_refusal_nothing_more_is_asked_in_the_same_talk(backup):
    """The director would go on with the dead connection to a storage, and has crashed."""
    with backup._session() as talk:
        with pytest.raises(StorageDown):
            talk.ask('label storage="Away" volume="Never" pool="ByHand" slot=0 drive=0')
        with pytest.raises(BackupError, match="ended with a refusal"):
            talk.ask("version")


@pytest.mark.parametrize(
    "command",
    ["run", "run job=NoSuch yes", 'run job="Home"', "restore", "estimate", "delete", "purge",
     "prune", "label", "status", "status client=nosuch", "restore jobid=1 all done", "messages",
     "cancel", "update", "mount", "release"],
)  # fmt: skip
def test_an_ambiguous_command_ends_in_time_and_starts_nothing(backup, command):
    newest = backup.runs(limit=1)

    with within(20), backup._session() as talk, suppress(BackupError):
        assert not talk.ask(command).questions

    assert backup.runs(limit=1) == newest


def test_a_run_that_the_director_starts_in_spite_of_its_question_is_stopped(backup):
    """A client may vanish from the director between the look and the order."""
    newest = max((one.id for one in backup.runs(limit=1)), default=0)

    with pytest.raises(ClientMissing), backup._session() as talk:
        backup._started(talk, 'run job="Home" client="nosuch" comment="unwanted" yes')

    (run,) = backup.runs(limit=1)
    assert run.id > newest
    assert run.client == "lab-fd"
    assert ended(backup, run.id).state is RunState.CANCELLED
