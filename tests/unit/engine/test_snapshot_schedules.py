"""Schedules that take snapshots: what their slots make, and who may say how long they are kept."""

from datetime import UTC, datetime, timedelta

import pytest

from calypso.engine import schedule as scheduling
from calypso.errors import Forbidden, Invalid
from calypso.models.retention import Retention
from calypso.models.schedule import ScheduleSpec
from tests.unit.engine.machine import HOUR, NOON, Machine

SNAPSHOT = {
    "name": "Hourly", "cron": "0 * * * *", "tz": "Europe/Vienna",
    "type": "storage.snapshot_create", "params": {"dataset": "tank/home"}, "overlap": "queue",
}  # fmt: skip


@pytest.fixture
def machine():
    machine = Machine()
    machine.serves("storage", available=True)
    machine.root = machine.house.accounts.add_user("root", "a password", ["admin"])
    return machine


def schedule(machine, user="root", **given):
    spec = ScheduleSpec(**{**SNAPSHOT, **given})
    actor = machine.house.accounts.user(user).actor()
    return scheduling.add(machine.ports, machine.types, actor, spec)


def test_a_slots_job_knows_its_name_and_its_task_before_it_runs(machine):
    made = schedule(machine)
    machine.goes_on(30)
    machine.firer.tick()
    (job,) = machine.jobs
    assert job.params["name"] == "auto-2026-06-01_14-00--0200"
    assert job.params["task"] == str(made.id)
    assert made.params["name"] is None


def test_a_slot_that_is_made_up_for_is_named_by_when_it_should_have_been(machine):
    schedule(machine)
    machine.goes_on(30 + 3 * 3600 + 600)
    machine.firer.tick()
    assert [job.params["name"] for job in machine.jobs] == ["auto-2026-06-01_17-00--0200"]


def test_the_two_passes_of_an_hour_make_two_names(machine):
    machine.now = datetime(2026, 10, 24, 23, 59, tzinfo=UTC)
    schedule(machine)
    for _ in range(3):
        machine.goes_on(3600)
        machine.firer.tick()
    assert sorted(job.params["name"] for job in machine.jobs) == [
        "auto-2026-10-25_02-00--0100",
        "auto-2026-10-25_02-00--0200",
        "auto-2026-10-25_03-00--0100",
    ]


def test_one_that_is_run_by_hand_is_of_the_task_too_and_a_key_makes_one_of_two(machine):
    made = schedule(machine)
    root = machine.root.actor()
    keyed = {"idempotency_key": "once"}
    first = scheduling.run_now(machine.ports, machine.types, root, made.id, **keyed)
    machine.goes_on(120)
    again = scheduling.run_now(machine.ports, machine.types, root, made.id, **keyed)
    assert first.job.params["name"] == "auto-2026-06-01_13-59--0200"
    assert first.job.params["task"] == str(made.id)
    assert (again.replayed, again.job.id) == (True, first.job.id)


def test_after_the_clock_was_put_back_two_hours_no_minute_is_snapshotted_again(machine):
    """In the middle of an hour: 12:00 and 13:00 have been taken, and are not taken again."""
    schedule(machine)
    for _ in range(5):
        machine.goes_on(1800)
        machine.firer.tick()
    before = [job.params["name"] for job in machine.jobs]
    machine.now -= 2 * HOUR
    for _ in range(8):
        machine.goes_on(1800)
        machine.firer.tick()
    names = [job.params["name"] for job in machine.jobs]
    assert len(before) == 3
    assert len(names) == len(set(names)) == 5
    assert max(names) == "auto-2026-06-01_18-00--0200"


# ---- who says how long


def test_a_policy_is_kept_with_the_schedule(machine):
    made = schedule(machine, retention={"keep_daily": 7})
    assert machine.ports.schedules.schedule(made.id).retention == Retention(keep_daily=7)


def test_what_takes_no_snapshots_has_no_policy(machine):
    with pytest.raises(Invalid, match="takes no snapshots") as refused:
        schedule(machine, type="system.noop", params={}, retention={"keep_daily": 7})
    assert refused.value.errors[0].pointer == "/retention"


def test_who_may_not_destroy_snapshots_may_not_say_which_go(machine):
    with pytest.raises(Forbidden, match="storage:destroy"):
        schedule(machine, user="ada", retention={"keep_daily": 7})
    schedule(machine, user="ada")


def test_who_changes_the_policy_becomes_the_owner(machine):
    made = schedule(machine, user="ada")
    said = made.model_dump(include=set(ScheduleSpec.model_fields))
    changed = scheduling.change(
        machine.ports, machine.types, machine.root.actor(), made.id,
        ScheduleSpec(**{**said, "retention": {"lifetime": "P7D"}}), versions=None,
    )  # fmt: skip
    assert (made.owner, changed.owner) == ("ada", "root")
    assert changed.next_fire_at == NOON
    assert changed.retention == Retention(lifetime=timedelta(days=7))
