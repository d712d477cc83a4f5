"""What is on record is told in full, however many pages it fills."""

from datetime import UTC, datetime

from calypso.engine import submit
from calypso.engine.known import PAGE, Record
from calypso.models.access import SYSTEM
from calypso.models.clock import uuid7
from calypso.models.ledger import Ending
from calypso.models.schedule import ScheduleSpec
from tests.fakes.ports import memory_house

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def test_schedules_and_unfinished_jobs_of_a_type_come_whole():
    house = memory_house()
    for number in range(PAGE + 1):
        spec = ScheduleSpec(name=f"n {number:04}", cron="0 0 1 1 *", type="system.noop")
        house.ports.schedules.add_schedule(spec, owner="ada", next_slot=NOON)
        submit.submit(house.ports, house.types, SYSTEM, submit.Request("system.noop", {}))
    record = Record(house.ports, "keep")
    assert len({one.id for one in record.schedules("system.noop")}) == PAGE + 1
    assert len({one.id for one in record.unfinished("system.noop")}) == PAGE + 1
    assert record.schedules("storage.pool_scrub") == record.unfinished("storage.pool_scrub") == []
    assert Record(house.ports, "other").unfinished("system.noop") == []


def test_what_has_ended_is_told_by_how_it_ended_and_when():
    house = memory_house()
    record = Record(house.ports, None)
    ids = []
    for outcome in ("succeeded", "failed", "succeeded"):
        submit.submit(house.ports, house.types, SYSTEM, submit.Request("system.noop", {}))
        claimed = house.ports.jobs.claim("system@keep", "keep", uuid7(), lease_s=60)
        house.ports.jobs.finish(claimed.id, claimed.epoch, Ending(outcome))
        ids.append(claimed.id)
    assert [one.id for one in record.succeeded("system.noop")] == [ids[2], ids[0]]
    assert record.job(str(ids[1])).state == "failed"
    assert record.job(str(uuid7())) is None
