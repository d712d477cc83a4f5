"""A run of the backup product is started once, followed as it is, stopped when it is to be."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from calypso import jobs as job_types
from calypso.drivers.backup import (
    BackupJobMissing,
    ClientDown,
    DirectorDown,
    DirectorSilent,
    Level,
    RunState,
)
from calypso.errors import JobCancelled
from calypso.jobs.backup import _following
from calypso.jobs.backup._kinds import KindUnfit
from calypso.jobs.backup._refusals import RunFailed, RunLost, RunStopped, StillRuns
from calypso.models.clock import now
from tests.fakes.backup import FakeBackup, look, run_of
from tests.fakes.running import FakeRunning

TYPES = job_types.load()


def run(backup, running=None, /, name="job_run", **params):
    job_type = TYPES[f"backup.{name}"]
    asked = job_type.params(**({"job": "mail"} | params))
    return job_type.run(asked, backup, running or FakeRunning())


# ---- started once


def test_a_run_is_started_with_what_was_asked_for_and_followed_to_its_end():
    backup, running = FakeBackup(look(0), look(400)), FakeRunning()
    told = run(backup, running, level="full", pool="offsite", run_priority=7)

    job, otherwise = backup.started[0]
    assert (job, otherwise["level"], otherwise["pool"]) == ("mail", Level.FULL, "offsite")
    assert (otherwise["priority"], otherwise["client"]) == (7, None)
    assert (told.run, told.state, told.volumes) == (1, RunState.SUCCEEDED, ("Disk-0001",))
    assert running.external == "1"


def test_a_run_that_was_noted_is_followed_and_not_started_again():
    backup = FakeBackup(look(400))
    assert run(backup, FakeRunning(external="12", epoch=2)).run == 12
    assert backup.started == []


def test_a_run_of_a_worker_that_died_before_it_noted_it_is_found_by_its_comment():
    backup, running = FakeBackup(look(400)), FakeRunning(epoch=3)
    backup.found[f"calypso-{running.job_id}-2"] = 12
    assert run(backup, running).run == 12
    assert (backup.started, running.external) == ([], "12")


def test_a_director_that_stood_still_is_given_time_before_a_second_run_is_started():
    backup, running = FakeBackup(look(400)), FakeRunning(epoch=2)
    looks = []

    def find(comment):
        looks.append(comment)
        return 12 if len(looks) == 5 else None

    backup.find_started = find
    assert run(backup, running).run == 12
    assert backup.started == []


@pytest.mark.parametrize("wrong", [DirectorDown("gone"), DirectorSilent("late")])
def test_a_director_that_goes_while_it_is_asked_may_have_started_the_run(wrong):
    backup = FakeBackup(look(400), raises=[wrong])
    assert run(backup).run == 1
    assert len(backup.started) == 1

    backup = FakeBackup(look(400), raises=[wrong], hears=False)
    with pytest.raises(type(wrong)):
        run(backup)


def test_a_job_that_is_not_there_or_of_another_kind_is_refused_before_anything_is_started():
    backup = FakeBackup()
    with pytest.raises(BackupJobMissing):
        run(backup, job="none")
    with pytest.raises(KindUnfit, match=r"Run it by backup\.job_verify"):
        run(backup, job="check")
    assert backup.started == []


def test_the_next_run_begins_in_another_second_than_the_one_before():
    running, waited = FakeRunning(), []
    running.wait = waited.append
    run(FakeBackup(ends=run_of(1, started_at=now())), running)
    run(FakeBackup(ends=run_of(1, started_at=now() - timedelta(seconds=1))), running)
    (wait_s,) = waited
    assert 0.9 < wait_s <= 1


# ---- told as it is


def test_progress_is_told_against_the_last_run_and_never_whole_before_the_end():
    backup, running = FakeBackup(look(250), look(990), look(5000)), FakeRunning()
    backup.last = run_of(9, bytes=1000)
    run(backup, running)

    shares = [one["done"] / one["total"] for one in running.reports if one.get("total")]
    assert shares[0] == 0.25
    assert shares[1:] == [pytest.approx(0.99, abs=0.001)] * 2


def test_progress_never_goes_back_when_a_run_writes_its_records_or_is_stopped():
    backup, running = FakeBackup(look(250), look(900), look(0)), FakeRunning()
    backup.last = run_of(9, bytes=1000)
    run(backup, running)
    assert [one["done"] for one in running.reports if "done" in one] == [250, 900, 900]


def test_without_a_run_before_no_percent_is_made_up():
    backup, running = FakeBackup(look(250)), FakeRunning()
    run(backup, running)
    assert [one["total"] for one in running.reports if "done" in one] == [None]


@pytest.mark.parametrize(
    ("asked", "total"),
    [({"job": "mail"}, 500), ({"job": "mail", "level": "full"}, 500), ({"job": "web"}, None),
     ({"job": "mail", "level": "incremental"}, None)],
)  # fmt: skip
def test_without_a_run_before_an_estimate_of_the_same_serves(asked, total):
    backup, running = FakeBackup(look(250)), FakeRunning()
    estimate = SimpleNamespace(params=asked, result={"files": 1, "bytes": 500})
    running.succeeded = lambda _type: [estimate]
    run(backup, running)
    assert [one["total"] for one in running.reports if "done" in one] == [total]


def test_what_a_run_waits_for_is_its_phase():
    waiting = look(0, "waiting for a mount of volume Disk-0002", RunState.WAITING)
    backup, running = FakeBackup(waiting, look(10)), FakeRunning()
    run(backup, running)
    phases = [one["phase"] for one in running.reports]
    assert phases == ["starting", "waiting for a mount of volume Disk-0002", "running"]


def test_what_the_daemons_say_is_in_the_log_once():
    backup, running = FakeBackup(look(1), look(2), look(3)), FakeRunning()
    backup.lines = ["Start Backup\n", "two\nlines\n"]
    run(backup, running)
    assert running.lines == ["Start Backup", "two", "lines"]


# ---- its end


def test_a_failed_run_fails_the_job_with_the_words_of_the_daemons():
    backup = FakeBackup(look(1), ends=run_of(1, RunState.FAILED, status_text="Fatal error"))
    with pytest.raises(RunFailed, match=r"ended: Fatal error\. Its log is with this job"):
        run(backup)
    backup.why = ClientDown("The client does not answer.", original="dir JobId 1: Fatal error: x")
    with pytest.raises(RunFailed, match=r"ended: .* The client does not answer") as failed:
        run(backup)
    assert (failed.value.original, failed.value.transient) == (backup.why.original, False)


@pytest.mark.parametrize("state", [RunState.INCOMPLETE, RunState.DIFFERENCES])
def test_no_other_end_is_called_good(state):
    with pytest.raises(RunFailed):
        run(FakeBackup(look(1), ends=run_of(1, state)))


def test_a_run_with_complaints_ends_the_job_with_a_warning():
    running = FakeRunning()
    run(FakeBackup(ends=run_of(1, RunState.WARNINGS, errors=2)), running)
    assert running.warnings[0][0] == "backup_run_warnings"


def test_a_run_that_was_cancelled_elsewhere_is_no_cancelled_job():
    with pytest.raises(RunStopped):
        run(FakeBackup(look(1), ends=run_of(1, RunState.CANCELLED)))


def test_a_run_that_nobody_runs_and_that_has_no_end_is_lost(monkeypatch):
    monkeypatch.setattr(_following, "LOST_S", -1.0)
    with pytest.raises(RunLost):
        run(FakeBackup(ends=run_of(1, RunState.RUNNING)))


# ---- stopped


def test_a_cancelled_job_stops_its_run_and_waits_until_it_has_ended():
    backup = FakeBackup(look(1), look(2), look(3), look(4))
    running = FakeRunning(cancel_after=1)
    with pytest.raises(JobCancelled):
        run(backup, running)
    assert backup.asked_to_stop == [1]
    assert backup.looks == []
    assert running.tidied == 1


def test_a_run_that_ended_well_before_it_could_be_stopped_is_told_as_such():
    backup = FakeBackup(look(1), look(2))
    backup.cancel = lambda _run: backup.looks.clear()
    assert run(backup, FakeRunning(cancel_after=0)).state is RunState.SUCCEEDED


def test_a_run_that_does_not_stop_is_never_called_cancelled(monkeypatch):
    monkeypatch.setattr(_following, "STOP_S", -1.0)
    with pytest.raises(StillRuns):
        run(FakeBackup(look(1), look(2), look(3), cancelled=None), FakeRunning(cancel_after=0))


def test_a_director_that_is_away_while_a_run_is_to_be_stopped_is_asked_again():
    backup = FakeBackup(look(1), look(2), DirectorDown("gone"), look(3), cancelled=None)
    with pytest.raises(JobCancelled):
        run(_ends_cancelled(backup), FakeRunning(cancel_after=0))
    assert len(backup.asked_to_stop) == 2


def _ends_cancelled(backup):
    backup.ends = run_of(1, RunState.CANCELLED)
    return backup


# ---- others that run


def test_a_run_is_repeated_as_it_was():
    backup = FakeBackup(look(1), ends=run_of(7, level=Level.DIFFERENTIAL, pool="offsite"))
    job_type = TYPES["backup.job_rerun"]
    job_type.run(job_type.params(run=7), backup, FakeRunning())
    job, otherwise = backup.started[0]
    assert job == "mail"
    assert otherwise == {
        "level": Level.DIFFERENTIAL, "client": "mail-fd", "fileset": "home", "pool": "offsite",
    }  # fmt: skip


def test_differences_that_a_verify_finds_fail_it():
    with pytest.raises(RunFailed):
        run(FakeBackup(ends=run_of(1, RunState.DIFFERENCES)), name="job_verify", job="check")
    assert run(FakeBackup(), name="job_verify", job="check").files == 3


def test_an_estimate_counts_what_a_run_would_take():
    backup = FakeBackup()
    told = run(backup, name="job_estimate", level="full")
    assert (told.files, told.bytes) == (7, 4000)
    assert backup.estimated[0][1]["level"] is Level.FULL


@pytest.mark.parametrize(
    ("asked", "complaint"),
    [
        ({"fileset": "home"}, "a folder to restore below"),
        ({"fileset": "home", "where": "/"}, "say in_place"),
        ({"fileset": "home", "where": "//./"}, "say in_place"),
        ({"where": "/back"}, "runs to restore from, or a fileset"),
        ({"fileset": "home", "where": "/back", "in_place": True}, "a folder to restore below"),
    ],
)
def test_a_restore_says_where_to_and_what(asked, complaint):
    with pytest.raises(ValueError, match=complaint):
        TYPES["backup.restore"].params(client="mail-fd", **asked)


def test_a_restore_takes_names_that_are_no_utf_8():
    job_type = TYPES["backup.restore"]
    params = job_type.params(
        client="mail-fd", runs=[3], paths=["/home/a\\xff", "/home/b"], where="/back"
    )
    backup = FakeBackup(look(1))
    assert job_type.run(params, backup, FakeRunning()).run == 1
    assert backup.started[0].paths == ("/home/a\udcff", "/home/b")
