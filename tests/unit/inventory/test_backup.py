"""What the tables of the backup subsystem say beyond what the director lists."""

from datetime import timedelta

from calypso.inventory.backup.protection import read_protection
from calypso.models.job import State
from tests.fakes.backup import NOON, FakeBackup, run_of
from tests.fakes.running import FakeRunning, job_of, schedule_of

DRILLED = {"client": "mail-fd", "fileset": "home", "scratch": "/drills"}
CERTIFIED = {"runs": [3, 4], "files": 7, "bytes": 4000}


def rows(backup, **known):
    return {one.key: one for one in read_protection.read(backup, FakeRunning(**known))}


def test_a_backup_job_stands_with_its_last_good_run_its_last_drill_and_what_comes_next():
    backup = FakeBackup()
    backup.last = run_of(9, ended_at=NOON)
    drill = job_of("backup.restore_drill", DRILLED, State.SUCCEEDED, number=5, result=CERTIFIED)
    drill = drill.model_copy(update={"finished_at": NOON + timedelta(hours=1)})
    failed = job_of("backup.restore_drill", DRILLED, State.FAILED, number=6)
    later, sooner, other = (
        schedule_of(number, "backup.job_run", params={"job": job}, next_fire_at=NOON + wait)
        for number, job, wait in (
            (1, "mail", timedelta(days=2)),
            (2, "mail", timedelta(days=1)),
            (3, "web", timedelta(hours=1)),
        )
    )
    off = schedule_of(5, "backup.job_run", params={"job": "mail"}, enabled=False)
    trial = schedule_of(
        4, "backup.restore_drill", params=DRILLED, next_fire_at=NOON + timedelta(days=7)
    )

    found = rows(backup, schedules=[off, later, sooner, other, trial], jobs=[failed, drill])

    assert list(found) == ["mail"]  # a job that verifies or copies protects nothing
    mail = found["mail"]
    assert (mail.good_run, mail.good_at, mail.good_bytes) == (9, NOON, 1000)
    assert (mail.drill_job, mail.drill_at, mail.drill_files) == (drill.id, drill.finished_at, 7)
    assert mail.next_run_at == NOON + timedelta(days=1)
    assert mail.next_drill_at == NOON + timedelta(days=7)


def test_a_backup_job_that_never_ran_and_that_nobody_has_scheduled_says_so():
    drill = job_of(
        "backup.restore_drill", {**DRILLED, "fileset": "etc"}, State.SUCCEEDED, result=CERTIFIED
    )
    off = schedule_of(1, "backup.job_run", params={"job": "mail"}, enabled=False)

    mail = rows(FakeBackup(), schedules=[off], jobs=[drill])["mail"]

    told = mail.model_dump(exclude={"key", "job", "client", "fileset", "is_enabled"})
    assert set(told.values()) == {None}
