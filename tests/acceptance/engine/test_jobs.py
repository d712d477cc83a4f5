"""Jobs through real workers: run, fail, wait, cancel, and leave nothing behind."""

import time
from itertools import pairwise

import pytest

from calypso.engine import submit
from calypso.engine.plans import make_plan
from calypso.errors import (
    AlreadyEnded,
    Forbidden,
    IdempotencyConflict,
    Invalid,
    PlanRequired,
    PlanStale,
    SubsystemUnavailable,
    UnknownJobType,
)
from calypso.host.scope import tagged
from calypso.models.access import SYSTEM, Actor
from calypso.models.job import State, WaitReason
from tests.acceptance.engine.conftest import NODE, until

pytestmark = [pytest.mark.postgres, pytest.mark.redis]


@pytest.fixture(scope="module")
def system(shared_stack):
    shared_stack.start_workers("system", pools=2)
    return shared_stack


def test_a_job_runs_in_a_child_reports_and_ends(system):
    job = system.submit("system.noop", {"seconds": 1, "steps": 4, "log_lines": 3})
    done = system.wait(job)

    assert done.state is State.SUCCEEDED
    assert done.result == {"steps": 4}
    assert (done.progress.done, done.progress.total, done.progress.percent) == (4, 4, 100.0)
    text, _ = system.ports.jobs.read_log(job.id, offset=0, limit=100_000)
    assert "line 3 of 3" in text
    assert "$ sleep 0.250" in text
    kinds = [event.type for event in system.ports.jobs.events_of(job.id)]
    assert kinds[0] == "submitted"
    assert kinds[-1] == "succeeded"


def test_a_job_that_fails_says_why(system):
    done = system.wait(system.submit("system.noop", {"fail": True}))
    assert done.state is State.FAILED
    assert done.error.code == "noop_asked_to_fail"


def test_a_cancel_ends_the_child_and_only_then_the_job(system):
    job = system.wait_running(system.submit("system.noop", {"seconds": 60}))
    asked = time.monotonic()
    answer = system.cancel(job)

    assert answer.state is State.RUNNING
    assert answer.cancel_requested_at is not None
    done = system.wait(job, limit_s=10)
    assert done.state is State.CANCELLED
    assert tagged(f"{job.id}.") == {}
    assert time.monotonic() - asked < 5
    with pytest.raises(AlreadyEnded):
        system.cancel(job)


def test_a_job_that_has_not_started_is_cancelled_at_once(system):
    holder = system.wait_running(system.submit("system.noop", {"seconds": 30, "lock": "one"}))
    waiting = system.submit("system.noop", {"lock": "one"})

    assert system.cancel(waiting).state is State.CANCELLED
    system.cancel(holder)
    system.wait(holder)


def test_a_waiting_job_says_what_and_whom_it_waits_for(system):
    holder = system.wait_running(system.submit("system.noop", {"seconds": 30, "lock": "tape"}))
    waiting = system.submit("system.noop", {"lock": "tape"})

    assert waiting.state is State.WAITING
    assert waiting.wait.reason is WaitReason.LOCK
    assert waiting.wait.resource == "system/noop/tape"
    assert waiting.wait.holder_job == holder.id

    system.cancel(holder)
    assert system.wait(waiting).state is State.SUCCEEDED


def test_a_lock_is_held_by_one_at_a_time(system):
    jobs = [system.submit("system.noop", {"seconds": 0.3, "lock": "alone"}) for _ in range(4)]
    ended = sorted((system.wait(job) for job in jobs), key=lambda job: job.started_at)
    for first, second in pairwise(ended):
        assert first.finished_at <= second.started_at


def test_a_job_waits_for_the_one_it_comes_after(system):
    first = system.submit("system.noop", {"seconds": 1})
    second = system.submit("system.noop", after=[first.id])
    assert second.wait.reason is WaitReason.AFTER
    assert system.wait(second).started_at >= system.job(first).finished_at


def test_a_job_whose_forerunner_failed_fails(system):
    first = system.submit("system.noop", {"seconds": 0.5, "fail": True})
    second = system.wait(system.submit("system.noop", after=[first.id]))
    assert second.state is State.FAILED
    assert second.error.code == "needed_job_failed"


def test_the_same_key_and_request_is_the_same_job(system):
    first = system.submit("system.noop", idempotency_key="k")
    request = submit.Request(type="system.noop", params={}, idempotency_key="k")
    again = submit.submit(system.ports, system.house.types, SYSTEM, request)
    assert again.replayed
    assert again.job.id == first.id


def test_the_same_key_and_another_request_is_refused(system):
    system.submit("system.noop", idempotency_key="other")
    with pytest.raises(IdempotencyConflict):
        system.submit("system.noop", {"steps": 2}, idempotency_key="other")


def test_an_unknown_type_is_refused(system):
    with pytest.raises(UnknownJobType):
        system.submit("system.format_everything")


def test_wrong_parameters_are_named_by_pointer(system):
    with pytest.raises(Invalid) as refused:
        system.submit("system.noop", {"seconds": -1, "colour": "red"})
    assert {error.pointer for error in refused.value.errors} == {
        "/params/seconds",
        "/params/colour",
    }


def test_a_viewer_may_start_nothing(system):
    request = submit.Request(type="system.noop", params={})
    with pytest.raises(Forbidden):
        submit.submit(
            system.ports, system.house.types, Actor("ada", frozenset({"viewer"})), request
        )


def test_a_subsystem_nobody_serves_is_unavailable(system):
    with pytest.raises(SubsystemUnavailable, match="calypso worker storage"):
        system.submit("storage.pool_scrub", {"pool": "tank"})


def test_an_unknown_node_is_named(system):
    with pytest.raises(Invalid, match="no node 'mars'"):
        system.submit("system.noop", node="mars")


def test_what_destroys_needs_a_plan_that_still_holds(stack, tmp_path):
    stack.start_workers("storage")
    pool = tmp_path / "pool"
    stack.run(
        "storage.pool_create",
        {"name": "tank", "vdevs": [{"kind": "stripe", "devices": [str(pool)]}]},
    )
    stack.run("storage.dataset_create", {"dataset": "tank/home"})
    params = {"dataset": "tank/home", "recursive": True}
    with pytest.raises(PlanRequired):
        stack.submit("storage.dataset_destroy", params)

    plan = make_plan(
        stack.ports,
        stack.house.types,
        SYSTEM,
        type_name="storage.dataset_destroy",
        params=params,
        node=NODE,
    )
    assert "tank/home" in plan.destroys
    stack.run("storage.snapshot_create", {"dataset": "tank/home", "name": "new"})

    with pytest.raises(PlanStale):
        stack.submit("storage.dataset_destroy", params, plan_hash=plan.plan_hash)

    fresh = make_plan(
        stack.ports,
        stack.house.types,
        SYSTEM,
        type_name="storage.dataset_destroy",
        params=params,
        node=NODE,
    )
    assert "tank/home@new" in fresh.destroys
    stack.run("storage.dataset_destroy", params, plan_hash=fresh.plan_hash)


@pytest.mark.timeout(600)
def test_ten_thousand_jobs_run_once_each(stack):
    stack.start_workers("system", pools=2)
    jobs = [stack.submit("system.noop").id for _ in range(10_000)]

    def unfinished():
        with stack.house.engine.connect() as database:
            return database.exec_driver_sql(
                "select count(*) from calypso.jobs where finished_at is null"
            ).scalar()

    until(lambda: unfinished() == 0, 480, "the end of ten thousand jobs")
    with stack.house.engine.connect() as database:
        rows = database.exec_driver_sql(
            "select count(*), count(distinct id), max(attempt), min(attempt), max(epoch) "
            "from calypso.jobs where type = 'system.noop' and state = 'succeeded'"
        ).one()
        starts = database.exec_driver_sql(
            "select count(*), count(distinct job_id) from calypso.job_events where type='started'"
        ).one()
    assert tuple(rows) == (10_000, 10_000, 1, 1, 1)
    assert tuple(starts) == (10_000, 10_000)
    assert len(set(jobs)) == 10_000
