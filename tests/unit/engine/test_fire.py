"""What a scheduler does about what is due, over the stores in memory and a clock of the test."""

from dataclasses import replace
from datetime import timedelta

import pytest

from calypso.engine import schedule as scheduling
from calypso.errors import Forbidden, Invalid
from calypso.models.access import Actor
from calypso.models.schedule import ScheduleSpec
from tests.unit.engine.machine import HOUR, NOON, Machine


@pytest.fixture
def machine():
    return Machine()


def test_a_slot_makes_a_job_of_its_owner_when_it_comes_and_not_before(machine):
    made = machine.schedule(params={"seconds": 0})
    assert machine.firer.tick() == 0
    machine.goes_on(30)
    assert machine.firer.tick() == 1
    assert machine.firer.tick() == 0
    (job,) = machine.jobs
    assert (job.requested_by, job.source.id, job.source.slot) == ("ada", str(made.id), NOON)
    assert machine.ports.hints.rung == [(job.queue, job.id)]


def test_two_schedulers_make_one_job(machine):
    machine.schedule()
    other = machine.new_firer()
    machine.goes_on(30)
    assert machine.firer.tick() + other.tick() == 1
    assert len(machine.jobs) == 1


def test_an_owner_who_is_gone_or_lost_their_rights_runs_nothing_and_the_slot_says_so(machine):
    made = machine.schedule()
    machine.house.accounts.remove_user(machine.ada.id)
    machine.goes_on(30)
    machine.firer.tick()
    machine.house.accounts.add_user("ada", "a password", ["viewer"])
    machine.goes_on(3600)
    machine.firer.tick()
    gone, powerless = reversed(machine.slots(made))
    assert (gone.decision, gone.reason) == ("refused", "owner_gone")
    assert (powerless.decision, powerless.reason) == ("refused", "forbidden")
    assert "system:operate" in powerless.detail
    assert machine.jobs == []


def test_a_subsystem_that_is_away_is_waited_for_within_the_grace(machine):
    made = machine.schedule(misfire_grace_s=300)
    machine.serves("system", available=False)
    machine.goes_on(30)
    assert machine.firer.tick() == 0
    assert machine.slots(made) == []
    machine.serves("system", available=True)
    machine.goes_on(200)
    assert machine.firer.tick() == 1
    assert machine.slots(made)[0].decision == "fired"


def test_a_subsystem_that_stays_away_is_a_refusal_with_its_reason(machine):
    made = machine.schedule(misfire_grace_s=300, missed="run_all")
    machine.serves("system", available=False)
    machine.goes_on(30 + 301)
    machine.firer.tick()
    (slot,) = machine.slots(made)
    assert (slot.decision, slot.reason) == ("refused", "subsystem_unavailable")
    assert "No module" in slot.detail


def test_many_that_must_wait_do_not_keep_the_others_from_their_turn(machine):
    for number in range(250):
        machine.schedule(name=f"waits {number}", type="storage.pool_scrub", params={"pool": "t"})
    machine.serves("storage", available=False)
    machine.goes_on(30)
    machine.schedule(name="able", cron="0 12 1 6 *")
    able = machine.ports.schedules.schedules().items[0]
    machine.ports.schedules._kept[able.id] = able.model_copy(update={"next_fire_at": machine.now})
    assert machine.firer.tick() == 1
    machine.serves("storage", available=True)
    assert machine.firer.tick() == 0
    machine.goes_on(5)
    assert machine.firer.tick() == 250


def test_a_type_that_an_upgrade_took_away_is_a_refusal_and_others_fire(machine):
    lost, kept = machine.schedule(name="a"), machine.schedule(name="b")
    machine.types["system.other"] = replace(machine.types["system.noop"], name="system.other")
    machine.ports.schedules._kept[lost.id] = lost.model_copy(update={"type": "system.gone"})
    machine.goes_on(30)
    assert machine.firer.tick() == 2
    assert machine.slots(lost)[0].reason == "unknown_job_type"
    assert machine.slots(kept)[0].decision == "fired"


def test_downtime_is_made_up_for_by_one_job_that_says_how_many_were_missed(machine):
    made = machine.schedule()
    machine.goes_on(30 + 5 * 3600 + 600)
    machine.firer.tick()
    (slot,) = machine.slots(made)
    assert (slot.reason, slot.missed_slots) == ("made_up", 6)
    assert "6 slots were missed since 2026-06-01 12:00" in slot.detail
    assert len(machine.jobs) == 1
    assert machine.ports.schedules.schedule(made.id).next_fire_at == NOON + 6 * HOUR


def test_jitter_moves_the_start_and_not_the_slot(machine):
    made = machine.schedule(jitter_s=600)
    machine.goes_on(30)
    machine.firer.tick()
    (job,) = machine.jobs
    assert (job.state, job.wait.reason) == ("waiting", "run_at")
    assert machine.slots(made)[0].slot == NOON == job.source.slot


def test_an_outage_of_the_store_is_waited_out(machine):
    made = machine.schedule()
    machine.goes_on(30)
    machine.ports.jobs.away = True
    assert machine.firer.tick() == 0
    machine.ports.jobs.away = False
    assert machine.firer.tick() == 1
    assert machine.slots(made)[0].decision == "fired"


# -- the clock


def pruning(machine, **given):
    machine.types["system.prune"] = replace(
        machine.types["system.noop"], name="system.prune", prunes=True
    )
    return machine.schedule(name="Prune", type="system.prune", **given)


def test_nothing_is_pruned_after_a_jump_of_the_clock_until_somebody_has_looked(machine):
    prune, other = pruning(machine), machine.schedule()
    machine.firer.tick()
    machine.now += timedelta(days=30)  # and no time passed
    machine.goes_on(11)
    machine.firer.tick()
    assert [slot.reason for slot in machine.slots(prune)] == ["clock_jumped"]
    assert "POST /clock/confirm" in machine.slots(prune)[0].detail
    assert [slot.decision for slot in machine.slots(other)] == ["fired"]

    machine.ports.schedules.confirm_clock()
    machine.goes_on(3600)
    machine.firer.tick()
    assert machine.slots(prune)[0].decision == "fired"


def test_a_jump_shorter_than_two_periods_holds_nothing(machine):
    prune = pruning(machine)
    machine.firer.tick()
    machine.now += timedelta(minutes=100)
    machine.goes_on(11)
    machine.firer.tick()
    assert machine.ports.schedules.clock().jump_s == 6000
    assert [slot.decision for slot in machine.slots(prune)] == ["fired"]


def test_a_clock_that_went_back_while_no_scheduler_ran_is_seen(machine):
    machine.firer.tick()
    machine.now -= timedelta(days=2)
    machine.new_firer().tick()
    assert machine.ports.schedules.clock().jump_s == pytest.approx(-2 * 86400)


def test_a_clock_that_is_slewed_is_no_jump(machine):
    machine.firer.tick()
    for _ in range(20):
        machine.goes_on(10)
        machine.now += timedelta(seconds=1)
        machine.firer.tick()
    assert machine.ports.schedules.clock().jump_s is None


def test_after_a_clock_was_put_back_no_slot_fires_again(machine):
    made = machine.schedule()
    machine.goes_on(30)
    machine.firer.tick()
    machine.now -= 2 * HOUR
    for _ in range(8):
        machine.goes_on(1800)
        machine.firer.tick()
    assert [slot.slot for slot in machine.slots(made)] == [NOON + 2 * HOUR, NOON + HOUR, NOON]


# -- what people do to schedules


def test_what_would_be_refused_at_every_slot_is_refused_at_once(machine):
    with pytest.raises(Invalid, match="no job type"):
        machine.schedule(type="system.nothing")
    with pytest.raises(Invalid, match="cannot be scheduled"):
        machine.schedule(type="storage.pool_destroy", params={"pool": "tank"})
    with pytest.raises(Invalid, match="these parameters"):
        machine.schedule(params={"seconds": "long"})
    viewer = Actor("eve", frozenset({"viewer"}))
    spec = ScheduleSpec(name="x", cron="* * * * *", type="system.noop")
    with pytest.raises(Forbidden):
        scheduling.add(machine.ports, machine.types, viewer, spec)


def test_who_changes_what_it_does_becomes_its_owner(machine):
    made = machine.schedule()
    bob = Actor("bob", frozenset({"operator"}))

    def saved(actor, **given):
        spec = ScheduleSpec(name="Hourly", type="system.noop", **given)
        return scheduling.change(machine.ports, machine.types, actor, made.id, spec, versions=None)

    params = dict(made.params)
    assert saved(bob, cron="5 * * * *", params=params).owner == "ada"
    assert saved(bob, cron="5 * * * *", params={**params, "seconds": 5}).owner == "bob"


def test_an_edit_forgets_no_slot_that_was_missed_unless_it_changes_the_times(machine):
    made = machine.schedule()
    machine.goes_on(30 + 2 * 3600)

    def saved(**given):
        found = machine.ports.schedules.schedule(made.id)
        said = found.model_dump(include=set(ScheduleSpec.model_fields))
        return scheduling.change(
            machine.ports, machine.types, machine.ada.actor(), made.id,
            ScheduleSpec(**{**said, **given}), versions=None,
        )  # fmt: skip

    assert saved(name="Renamed").next_fire_at == NOON
    assert saved(cron="30 * * * *").next_fire_at == NOON + 2.5 * HOUR
    saved(enabled=False)
    assert saved(enabled=True).next_fire_at == NOON + 2.5 * HOUR


def test_one_whose_parameters_are_no_longer_good_can_still_be_switched_off(machine):
    made = machine.schedule()
    broken = made.model_copy(update={"params": {"gone": 1}})
    machine.ports.schedules._kept[made.id] = broken
    said = broken.model_dump(include=set(ScheduleSpec.model_fields))
    off = ScheduleSpec(**{**said, "enabled": False})
    found = scheduling.change(
        machine.ports, machine.types, machine.ada.actor(), made.id, off, versions=None
    )
    assert (found.enabled, found.next_fire_at) == (False, None)


def test_run_now_is_no_slot_and_skips_none(machine):
    made = machine.schedule()
    done = scheduling.run_now(machine.ports, machine.types, machine.ada.actor(), made.id)
    assert done.job.source.id == str(made.id)
    assert machine.slots(made) == []
    assert machine.ports.schedules.schedule(made.id).next_fire_at == NOON
