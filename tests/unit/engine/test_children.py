"""What a running job may start and wait for, over a store in memory."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import count

import pytest

from calypso.engine import submit
from calypso.engine.cancel import cancel
from calypso.engine.children import MOST_CHILDREN, Children
from calypso.engine.doubt import ClockJumped
from calypso.engine.tend import Tender
from calypso.errors import ChildRefused, Forbidden, IdempotencyConflict, JobParked, PlanRequired
from calypso.models.access import SYSTEM
from calypso.models.clock import uuid7
from calypso.models.job import Source, State
from calypso.models.ledger import Ending
from tests.fakes.ports import memory_house

SLOW = {"seconds": 5}


@pytest.fixture
def house():
    house = memory_house()
    house.accounts.add_user("ada", "correct horse battery", ["operator"])
    return house


def asked(house, actor=SYSTEM, **given):
    return submit.submit(house.ports, house.types, actor, submit.Request(**given)).job


def claim(house):
    return house.ports.jobs.claim("system@keep", "keep", uuid7(), lease_s=60)


@pytest.fixture
def parent(house):
    asked(house, house.accounts.user("ada").actor(), type="system.noop", params=SLOW)
    return claim(house)


def no_sleep(_seconds):
    raise AssertionError("nothing is away")


def children(house, parent):
    return Children(house.ports, house.types, parent, sleep=no_sleep)


def start(house, parent, name="one", type_name="system.noop", **params):
    return children(house, parent).start(type_name, params, name=name, node=None)


def test_what_is_started_under_a_name_is_found_again_by_the_next_run(house, parent):
    first = start(house, parent, steps=2)

    assert start(house, parent, steps=2) == first
    assert start(house, parent, "two", steps=2) != first
    job = house.ports.jobs.get(first)
    assert (job.parent_id, job.requested_by, job.node) == (parent.id, "ada", "keep")
    assert job.source == Source(kind="job", id=str(parent.id))


def test_another_request_under_the_same_name_is_refused(house, parent):
    start(house, parent, steps=2)
    with pytest.raises(IdempotencyConflict, match="'one'"):
        start(house, parent, steps=3)


def test_two_parents_may_use_the_same_names(house, parent):
    asked(house, house.accounts.user("ada").actor(), type="system.noop", params=SLOW)
    other = claim(house)
    assert start(house, parent) != start(house, other)


def test_a_job_that_would_start_itself_without_end_is_refused(house, parent):
    with pytest.raises(ChildRefused, match="without end"):
        start(house, parent, **SLOW)


def test_a_child_needs_what_its_requester_may_do(house, parent):
    with pytest.raises(Forbidden, match="storage:configure"):
        start(house, parent, type_name="storage.pool_create")


def test_who_is_gone_starts_nothing(house, parent):
    house.accounts.remove_user(house.accounts.user("ada").id)
    with pytest.raises(Forbidden, match="not a user any more"):
        start(house, parent)


def test_what_destroys_is_not_started_without_its_plan(house):
    asked(house, type="system.noop", params=SLOW)
    with pytest.raises(PlanRequired):
        start(house, claim(house), type_name="storage.pool_destroy", pool="tank")


def test_what_prunes_is_not_started_while_the_clock_is_in_doubt(house, parent):
    prune = replace(house.types["system.noop"], name="system.prune", prunes=True)
    house = replace(house, types={**house.types, prune.name: prune})
    house.ports.schedules._jump = (datetime(2026, 6, 1, tzinfo=UTC), 7200.0)
    with pytest.raises(ClockJumped, match="7200 s"):
        start(house, parent, type_name="system.prune")
    house.ports.schedules.confirm_clock()
    start(house, parent, type_name="system.prune")


def test_children_are_returned_when_all_have_ended(house, parent):
    mine, ids = children(house, parent), [start(house, parent, name) for name in ("a", "b")]
    with pytest.raises(JobParked) as parked:
        mine.ended(ids)
    assert parked.value.children == tuple(map(str, ids))

    for outcome in ("succeeded", "failed"):
        claimed = claim(house)
        house.ports.jobs.finish(claimed.id, claimed.epoch, Ending(outcome))

    assert [one.state for one in mine.ended(ids)] == [State.SUCCEEDED, State.FAILED]


def test_only_children_of_its_own_are_waited_for(house, parent):
    stranger = asked(house, type="system.noop", params={})
    rerun = asked(house, type="system.noop", params={}, parent_id=parent.id)
    for one in (stranger.id, rerun.id, parent.id, uuid7()):
        with pytest.raises(ChildRefused, match="started itself"):
            children(house, parent).ended([one])


def test_too_many_children_are_refused(house, parent):
    with pytest.raises(ChildRefused, match="at most"):
        children(house, parent).ended([uuid7()] * (MOST_CHILDREN + 1))


def test_a_cancel_goes_on_to_grandchildren(house, parent):
    kid = start(house, parent)
    grandchild = start(house, claim(house), "deep", steps=2)
    assert house.ports.jobs.get(grandchild).parent_id == kid

    cancel(house.ports, house.types, SYSTEM, parent.id)

    jobs = [house.ports.jobs.get(one) for one in (parent.id, kid, grandchild)]
    assert [one.state for one in jobs] == [State.RUNNING, State.RUNNING, State.CANCELLED]
    assert all(one.cancel_requested_by == "system" for one in jobs)


def test_a_child_that_was_started_after_the_cancel_is_told_by_the_tender(house, parent):
    cancel(house.ports, house.types, SYSTEM, parent.id)
    kid = start(house, parent)
    tender = Tender(
        house.ports, node="keep", undertaker=None, hot_days=7, history_days=400,
        clock=count().__next__,
    )  # fmt: skip

    tender.tick()

    assert house.ports.jobs.get(kid).state is State.CANCELLED
