from datetime import timedelta

import pytest

from calypso.engine.alerting.schedules import FRUITLESS, JUMPED, MISSED, OVERDUE
from calypso.models.clock import now
from calypso.models.firing import Turn
from calypso.models.job import Source
from calypso.models.ledger import Ending
from calypso.models.schedule import ScheduleSpec
from tests.contract.store.making import DONE, claim, finish, new
from tests.unit.engine.alerting.viewing import active, look_at, only

DAY = timedelta(days=1)
FAILED = Ending("failed", error={"code": "busy", "title": "Busy", "detail": "It is busy."})


@pytest.fixture
def nightly(ports):
    spec = ScheduleSpec(name="Nightly", cron="0 2 * * *", type="system.noop")
    return ports.schedules.add_schedule(spec, owner="ada", next_slot=now() - DAY)


def decide(ports, schedule, *, decision="fired", reason="on_time", missed=0, job=None):
    kept = ports.schedules.schedule(schedule.id)
    slot = kept.next_fire_at
    turn = Turn(slot=slot, fires=True, missed=missed, since=slot, following=slot + DAY)
    said = {"decision": decision, "reason": reason, "detail": "Why.", "missed": missed}
    return ports.schedules.fire(kept, turn, said, job)


def test_a_refused_slot_is_an_alert_until_one_is_on_time(ports, nightly):
    decide(ports, nightly, decision="refused", reason="owner_gone")
    look_at(ports, MISSED)
    assert active(ports) == [(f"schedule_missed/{nightly.id}", "error")]
    assert "Why." in only(ports).detail
    decide(ports, nightly)
    look_at(ports, MISSED)
    assert active(ports) == []


def test_slots_that_were_made_up_for_are_a_warning(ports, nightly):
    decide(ports, nightly, reason="made_up", missed=3)
    look_at(ports, MISSED)
    assert active(ports) == [(f"schedule_missed/{nightly.id}", "warning")]


def test_a_slot_that_was_skipped_as_people_asked_is_no_alert(ports, nightly):
    decide(ports, nightly, decision="skipped", reason="overlap")
    look_at(ports, MISSED)
    assert active(ports) == []


def test_a_slot_nobody_decides_about_is_an_alert_until_somebody_does(ports, nightly):
    look_at(ports, OVERDUE)
    assert active(ports) == [(f"schedule_overdue/{nightly.id}", "error")]
    assert "calypso scheduler" in only(ports).detail
    decide(ports, nightly)
    decide(ports, nightly)
    look_at(ports, OVERDUE)
    assert active(ports) == []


def test_a_clock_that_jumped_is_an_alert_until_it_is_confirmed(ports):
    ports.schedules.look_at_clock(drift_s=7200.0, tolerated_s=120)
    look_at(ports, JUMPED)
    assert active(ports) == [("clock_jumped", "warning")]
    assert "jumped by 7200 s" in only(ports).detail
    ports.schedules.confirm_clock()
    look_at(ports, JUMPED)
    assert active(ports) == []


def bring(ports, schedule):
    """A slot that makes a job, unless one is in its way."""
    job = new(type="system.noop", source=Source(kind="schedule", id=str(schedule.id)))
    decide(ports, schedule, job=job)
    return job


def end(ports, ending=DONE):
    """End the job that is first in line."""
    finish(ports.jobs, claim(ports.jobs), ending)


def test_three_slots_without_a_success_are_an_alert_until_one_succeeds(ports, nightly):
    bring(ports, nightly)
    end(ports)
    bring(ports, nightly)
    end(ports, FAILED)
    ports.jobs.cancel(bring(ports, nightly).id, "ada")
    look_at(ports, FRUITLESS)
    assert active(ports) == []

    decide(ports, nightly, decision="refused", reason="owner_gone")
    look_at(ports, FRUITLESS)
    assert active(ports) == [(f"schedule_fruitless/{nightly.id}", "error")]
    assert "The last system.noop of it to succeed ended 20" in only(ports).detail

    bring(ports, nightly)
    end(ports)
    look_at(ports, FRUITLESS)
    assert active(ports) == []


def test_a_job_that_holds_up_three_slots_is_an_alert_until_it_succeeds(ports, nightly):
    for _ in range(3):
        bring(ports, nightly)
    look_at(ports, FRUITLESS)
    assert "No system.noop of it on record has succeeded" in only(ports).detail

    end(ports)
    look_at(ports, FRUITLESS)
    assert active(ports) == []


def test_a_schedule_that_is_new_or_switched_off_is_not_asked_for_a_success(ports, nightly):
    for _ in range(2):
        decide(ports, nightly, decision="refused", reason="owner_gone")
    look_at(ports, FRUITLESS)
    assert active(ports) == []
    decide(ports, nightly, decision="refused", reason="owner_gone")
    off = ScheduleSpec(name="Nightly", cron="0 2 * * *", type="system.noop", enabled=False)
    ports.schedules.replace_schedule(
        nightly.id, off, version=1, owner="ada", by="ada", next_slot=None
    )
    look_at(ports, FRUITLESS)
    assert active(ports) == []
