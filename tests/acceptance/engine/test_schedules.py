"""Schedules with real schedulers, on a real database."""

import signal
from datetime import timedelta

import pytest

from calypso.models.alert import AlertQuery
from calypso.models.clock import now
from calypso.models.inventory import Capability, SubsystemStatus
from calypso.models.job import State
from calypso.models.listing import JobQuery
from calypso.models.schedule import ScheduleSpec
from tests.acceptance.engine.conftest import NODE, until

pytestmark = [pytest.mark.postgres, pytest.mark.redis]
MINUTE = timedelta(minutes=1)
SCHEDULES, SLOTS = 10, 30
DUE = "UPDATE calypso.schedules SET next_slot = %s WHERE id = %s"


def minute():
    return now().replace(second=0, microsecond=0)


def added(stack, name="Every minute", *, first, **given):
    spec = ScheduleSpec(**{"name": name, "cron": "* * * * *", "type": "system.noop", **given})
    return stack.ports.schedules.add_schedule(spec, owner="ada", next_slot=first)


def served(stack, subsystem):
    """Let a subsystem pass for served, though nobody works: jobs stay as they were made."""
    able = Capability(product="fake", available=True)
    stack.ports.inventory.report(
        SubsystemStatus(node=NODE, subsystem=subsystem, capability=able, observed_at=now())
    )


def fires(stack, schedule):
    return stack.ports.schedules.fires(schedule.id, limit=500).items


def jobs(stack, schedule):
    return stack.ports.jobs.page(JobQuery(schedule=str(schedule.id), limit=500)).items


@pytest.fixture
def owned(new_stack):
    stack = new_stack()
    stack.house.accounts.add_user("ada", "correct horse battery", ["operator"])
    return stack


@pytest.mark.timeout(180)
def test_each_slot_makes_one_job_though_many_schedulers_compete_and_half_are_killed(owned):
    served(owned, "system")
    first = minute() - SLOTS * MINUTE
    rules = [
        added(owned, f"Number {n}", first=first, missed="run_all", overlap="queue")
        for n in range(SCHEDULES)
    ]
    schedulers = [owned.start("workers.scheduler") for _ in range(6)]

    until(lambda: fires(owned, rules[-1]), what="a slot of the last schedule")
    for scheduler in schedulers[::2]:
        scheduler.send_signal(signal.SIGKILL)
    owned.start("workers.scheduler")
    until(
        lambda: all(len(fires(owned, rule)) >= SLOTS for rule in rules),
        limit_s=90,
        what="a decision about every slot",
    )

    for rule in rules:
        slots = [fire.slot for fire in fires(owned, rule)]
        made = jobs(owned, rule)
        assert sorted(slots) == [first + n * MINUTE for n in range(len(slots))]
        assert sorted(job.source.slot for job in made) == sorted(slots)
        assert {fire.decision for fire in fires(owned, rule)} == {"fired"}


@pytest.mark.timeout(120)
def test_a_slot_runs_its_job_and_the_next_one_stops_it_and_waits_until_it_is_gone(owned):
    owned.start_workers("system", pools=2)
    rule = added(
        owned, first=minute() - MINUTE, cron="0 0 1 1 *", overlap="cancel_previous",
        params={"seconds": 600}, misfire_grace_s=3600,
    )  # fmt: skip
    owned.start("workers.scheduler")

    (one,) = until(lambda: jobs(owned, rule), what="the first slot's job")
    owned.wait_running(one)
    _come_due(owned, rule, minute())
    two = until(
        lambda: next((job for job in jobs(owned, rule) if job.id != one.id), None),
        what="the second slot's job",
    )

    assert owned.wait(one).state is State.CANCELLED
    assert owned.job(one).cancel_requested_by == "schedule"
    running = owned.wait_running(two)
    assert running.started_at >= owned.job(one).finished_at
    assert running.requested_by == "ada"


def test_a_scheduler_that_comes_back_makes_up_for_what_was_missed_and_says_how_much(owned):
    served(owned, "system")
    rule = added(owned, first=minute() - 90 * MINUTE, cron="*/10 * * * *", misfire_grace_s=1)
    owned.start("workers.scheduler")

    until(lambda: fires(owned, rule), what="a decision")
    (made,) = jobs(owned, rule)
    fire = fires(owned, rule)[-1]
    assert fire.job == made.id
    assert fire.missed_slots >= 9
    assert f"{fire.missed_slots} slots were missed since" in fire.detail


def alerts(stack):
    return {one.kind: one for one in stack.ports.alerts.page(AlertQuery()).items}


@pytest.mark.timeout(120)
def test_a_slot_that_passes_while_no_scheduler_runs_is_an_alert_until_one_makes_up_for_it(owned):
    owned.start_workers("system")
    rule = added(owned, name="Nightly", first=minute() - 10 * MINUTE, cron="0 0 1 1 *")

    alarm = until(lambda: alerts(owned).get("schedule_overdue"), what="the alert")
    assert (alarm.subject, alarm.level) == ("Nightly", "error")
    assert "Start one: calypso scheduler" in alarm.detail

    owned.start("workers.scheduler")
    until(lambda: "schedule_overdue" not in alerts(owned), what="the end of the alert")
    made_up = until(lambda: alerts(owned).get("schedule_missed"), what="what was made up for")
    assert made_up.level == "warning"
    assert "1 slot was missed" in made_up.detail
    assert owned.wait(jobs(owned, rule)[0]).state is State.SUCCEEDED


@pytest.mark.timeout(240)
def test_a_task_whose_dataset_is_gone_fails_with_an_alert_and_fires_again(owned, tmp_path):
    owned.start_workers("storage")
    vdev = {"kind": "stripe", "devices": [str(tmp_path / "pool")]}
    owned.run("storage.pool_create", {"name": "tank", "vdevs": [vdev]})
    rule = added(
        owned, first=minute() - MINUTE, missed="run_all", type="storage.snapshot_create",
        params={"dataset": "tank/home"},
    )  # fmt: skip
    owned.start("workers.scheduler")

    until(lambda: len(jobs(owned, rule)) >= 2, 90, "two slots")
    failed = [owned.wait(job) for job in jobs(owned, rule)]
    assert {job.state for job in failed} == {State.FAILED}
    assert {job.error.code for job in failed} == {"storage_dataset_missing"}
    assert {"tank/home" in job.error.detail for job in failed} == {True}
    alarm = until(lambda: alerts(owned).get("job_failed"), what="the alert")
    assert "tank/home" in alarm.detail

    owned.run("storage.dataset_create", {"dataset": "tank/home"})
    until(
        lambda: any(job.state is State.SUCCEEDED for job in jobs(owned, rule)), 120, "its next slot"
    )
    until(lambda: "job_failed" not in alerts(owned), what="the end of the alert")


def _come_due(stack, schedule, slot):
    """Nobody can put a database's clock forward; so the slot is put back."""
    with stack.house.engine.connect() as connection:
        connection.exec_driver_sql(DUE, (slot, schedule.id))
