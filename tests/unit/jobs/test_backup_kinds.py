"""Copies, migrations and verifies: what they start, follow, stop and tell."""

import pytest

from calypso import jobs as job_types
from calypso.drivers.backup import (
    FilesDiffer,
    NextPoolMissing,
    NothingToRestore,
    RunState,
)
from calypso.errors import JobCancelled
from calypso.jobs.backup import _following
from calypso.jobs.backup._kinds import KindUnfit
from calypso.jobs.backup._refusals import RunDiffers, RunFailed, StillRuns
from tests.fakes.backup import FakeBackup, look, run_of
from tests.fakes.running import FakeRunning

TYPES = job_types.load()


def run(backup, running=None, /, name="job_run", **params):
    job_type = TYPES[f"backup.{name}"]
    asked = job_type.params(**({"job": "mail"} | params))
    return job_type.run(asked, backup, running or FakeRunning())


def test_a_copy_follows_what_it_spawns_and_tells_what_was_made_of_what():
    backup, running = FakeBackup(look(1)), FakeRunning()
    backup.others = {2: [look(1)], 3: [look(1)]}
    backup.spawns, backup.makes = (2, 3), {1: (11, 21), 2: (12, 22), 3: None}

    told = run(backup, running, name="job_copy", job="copy")

    assert [(one.source, one.copy_id, one.by) for one in told.made] == [(11, 21, 1), (12, 22, 2)]
    assert (told.run, told.bytes, running.external) == (1, 2000, "1")
    done = [(one["done"], one["total"], one["unit"]) for one in running.reports if "done" in one]
    assert done == [(0, 3, "runs"), (2, 3, "runs"), (3, 3, "runs")]


def test_copies_are_made_by_jobs_that_copy_and_know_where_to():
    with pytest.raises(KindUnfit):
        run(FakeBackup(look(1)), name="job_copy", job="mail")
    backup = FakeBackup(look(1))
    backup.next = NextPoolMissing("Nobody has said where to.")
    with pytest.raises(NextPoolMissing):
        run(backup, name="job_copy", job="copy")
    with pytest.raises(NextPoolMissing):
        run(backup, level="virtual_full")
    assert backup.started == []


def test_a_spawned_run_that_fails_fails_the_copy_when_the_others_have_ended():
    backup = FakeBackup(look(1))
    backup.spawns = (2, 3)
    backup.bad = {2: RunState.FAILED}
    with pytest.raises(RunFailed, match="Run 2 of mail"):
        run(backup, name="job_copy", job="copy")
    assert backup.ran == [1, 2, 3]


def test_a_cancelled_copy_stops_each_spawned_run_and_tells_of_one_that_goes_on(monkeypatch):
    def copying(**how):
        backup = FakeBackup(*[look(1)] * 3, **how)
        backup.spawns, backup.others = (2, 3), {2: [look(1)] * 3, 3: [look(1)] * 3}
        return backup

    backup = copying()
    with pytest.raises(JobCancelled):
        run(backup, FakeRunning(cancel_after=0), name="job_copy", job="copy")
    assert backup.asked_to_stop == [1, 2, 3]

    monkeypatch.setattr(_following, "STOP_S", -1.0)
    backup = copying(cancelled=None)
    with pytest.raises(StillRuns, match="Run 1"):
        run(backup, FakeRunning(cancel_after=0), name="job_copy", job="copy")
    assert backup.asked_to_stop == [1, 2, 3]


# ---- verify


def test_a_verify_looks_at_the_run_that_is_named_or_the_last_good_one_of_a_job():
    backup = FakeBackup()
    run(backup, name="job_verify", job="check", run=17)
    backup.last = run_of(9)
    run(backup, name="job_verify", job="check", of_job="mail")
    run(backup, name="job_verify", job="check")
    assert [asked["of_run"] for _, asked in backup.started] == [17, 9, None]


def test_a_verify_of_a_job_without_a_good_run_starts_nothing():
    backup = FakeBackup()
    with pytest.raises(NothingToRestore, match="mail"):
        run(backup, name="job_verify", job="check", of_job="mail")
    with pytest.raises(ValueError, match="either a run"):
        run(backup, name="job_verify", job="check", of_job="mail", run=17)
    assert backup.started == []


def test_files_that_differ_have_a_code_of_their_own_and_their_names():
    backup = FakeBackup(ends=run_of(1, RunState.DIFFERENCES, status_text="differences"))
    backup.why = FilesDiffer("1 files differ: /a was changed.", original="was changed: /a")
    with pytest.raises(RunDiffers, match="/a was changed") as found:
        run(backup, name="job_verify", job="check")
    assert (found.value.code, found.value.original) == ("backup_verify_differs", "was changed: /a")
