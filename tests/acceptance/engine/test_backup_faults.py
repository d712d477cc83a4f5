"""Backups on their schedules, and daemons of a real Bacula that die under them."""

import os
from contextlib import contextmanager
from datetime import timedelta

import pytest

from calypso.models.clock import now
from calypso.models.job import State
from calypso.models.listing import JobQuery
from calypso.models.schedule import ScheduleSpec
from tests.acceptance.engine.conftest import NODE, until

pytestmark = [pytest.mark.postgres, pytest.mark.redis, pytest.mark.real("bacula")]
MINUTE = timedelta(minutes=1)
DUE = "UPDATE calypso.schedules SET next_slot = %s WHERE id = %s"
SLOW_BYTES = 6 << 20  # at 2 MB/s


@pytest.fixture
def backup(backup_stack, bacula):
    """Workers, with a file that takes some seconds to back up."""
    (bacula.data / "large").write_bytes(os.urandom(SLOW_BYTES))
    yield backup_stack
    (bacula.data / "large").unlink()


def rows(stack, table):
    return {one["key"]: one for one in stack.ports.inventory.page(table, node=NODE)[0]}


def moving(stack, job):
    """Wait until a run moves bytes; return its number."""
    until(lambda: stack.job(job).progress.done, what="some bytes")
    return int(stack.job(job).external)


@contextmanager
def killed(bacula, name):
    """Kill a daemon, and have it back at the end."""
    bacula.server.daemons[name].kill()
    try:
        yield
    finally:
        bacula.server.launch(name)
        bacula.server.wait_until_ready()


def test_a_slot_that_comes_while_the_backup_before_it_runs_starts_no_second_one(backup):
    backup.house.accounts.add_user("ada", "correct horse battery", ["operator"])
    minute = now().replace(second=0, microsecond=0)
    nightly = ScheduleSpec(
        name="Nightly", cron="0 0 1 1 *", type="backup.job_run", overlap="skip",
        params={"job": "data slow", "level": "full"}, misfire_grace_s=3600,
    )  # fmt: skip
    rule = backup.ports.schedules.add_schedule(nightly, owner="ada", next_slot=minute - MINUTE)
    backup.start("workers.scheduler")
    asked = JobQuery(schedule=str(rule.id))
    (job,) = until(lambda: backup.ports.jobs.page(asked).items, what="the first slot's job")
    run = moving(backup, job)

    with backup.house.engine.connect() as connection:
        connection.exec_driver_sql(DUE, (minute, rule.id))
    fire = until(
        lambda: next(
            (one for one in backup.ports.schedules.fires(rule.id).items if one.slot == minute), None
        ),
        what="the second slot",
    )

    assert (fire.decision, fire.reason, fire.job) == ("skipped", "overlap", job.id)
    assert backup.wait(job).state is State.SUCCEEDED
    assert len(backup.ports.jobs.page(asked).items) == 1
    row = until(
        lambda: (
            (one := rows(backup, "backup/protection").get("data slow"))
            and one["good_run"] == run
            and one
        ),
        what="the run's protection",
    )
    assert (row["client"], row["fileset"], row["drill_at"]) == ("local-fd", "data", None)
    assert row["next_run_at"] is not None


def test_two_backups_of_one_job_run_at_once(backup):
    jobs = [backup.submit("backup.job_run", {"job": "data", "level": "full"}) for _ in range(2)]
    ended = [backup.wait(job) for job in jobs]
    assert [job.state for job in ended] == [State.SUCCEEDED] * 2
    assert len({job.result["run"] for job in ended}) == 2
    assert {job.result["bytes"] >= SLOW_BYTES for job in ended} == {True}


def test_a_director_that_is_killed_in_the_middle_fails_the_backup_and_never_makes_it_good(
    backup, bacula
):
    job = backup.submit("backup.job_run", {"job": "data slow", "level": "full"})
    run = moving(backup, job)

    with killed(bacula, "bacula-dir"):
        until(lambda: backup.job(job).state is State.WAITING, what="another attempt")
    ended = backup.wait(job)

    assert (ended.state, ended.error.code) == (State.FAILED, "backup_run_failed")
    assert (ended.attempt > 1, int(ended.external)) == (True, run)
    until(lambda: rows(backup, "backup/runs")[str(run)]["state"] == "failed", what="its end")


def test_a_client_that_is_killed_in_the_middle_fails_the_backup_at_once(backup, bacula):
    job = backup.submit("backup.job_run", {"job": "data slow", "level": "full"})
    moving(backup, job)

    with killed(bacula, "bacula-fd"):
        ended = backup.wait(job, limit_s=30)  # not after the half hour that Bacula's default is

    assert (ended.state, ended.error.code) == (State.FAILED, "backup_run_failed")
    assert backup.run("backup.job_run", {"job": "data", "level": "full"}).result["errors"] == 0
