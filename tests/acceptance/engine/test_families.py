"""Jobs that start others and wait for them, through real workers with a single slot."""

import os
import signal
from pathlib import Path

import pytest

from calypso.engine import submit
from calypso.host.scope import tagged
from calypso.models.job import State
from calypso.models.listing import JobQuery
from calypso.store.migrate import upgrade
from tests.acceptance.engine.conftest import Stack, until

pytestmark = [pytest.mark.postgres, pytest.mark.redis]
TYPES = Path(__file__).with_name("types")


@pytest.fixture(scope="module")
def stack(tmp_path_factory, shared_database, shared_redis_url):
    upgrade(shared_database)
    folder = tmp_path_factory.mktemp("families")
    stack = Stack(folder, shared_database, shared_redis_url, {"CALYPSO_JOB_PATH": str(TYPES)})
    stack.start_workers("system", pools=1)
    yield stack
    stack.stop()
    print(stack.logs())


@pytest.fixture
def trace(tmp_path):
    return tmp_path / "trace"


def children(stack, parent):
    return stack.ports.jobs.page(JobQuery(parent=parent.id, sort="created_at")).items


def parked(stack, parent):
    return until(
        lambda: (now := stack.job(parent)).wait and now.wait.reason == "after" and now,
        what="the parent's waiting",
    )


def test_a_parent_and_its_children_share_one_slot(stack, trace):
    parent = stack.run("system.parent", {"trace": str(trace), "parts": 3})

    kids = children(stack, parent)
    assert parent.result == {"states": ["succeeded"] * 3}
    assert (parent.attempt, parent.progress.done, parent.progress.percent) == (1, 3, 100)
    assert trace.read_text() == "run of attempt 1\n" * 2
    assert [(one.source.kind, one.source.id, one.requested_by) for one in kids] == [
        ("job", str(parent.id), "system")
    ] * 3


def test_a_child_that_fails_is_for_its_parent_to_judge(stack, trace):
    parent = stack.run("system.parent", {"trace": str(trace), "params": {"fail": True}})
    assert parent.result == {"states": ["failed", "failed"]}


def test_a_child_gets_the_lock_its_parent_had(stack, trace):
    params = {"trace": str(trace), "lock": "tape", "parts": 1, "params": {"lock": "tape"}}
    assert stack.run("system.parent", params).result == {"states": ["succeeded"]}


def test_a_parent_whose_worker_dies_finds_its_children_again(stack, trace):
    params = {"trace": str(trace), "linger_s": 3}
    parent = stack.wait_running(stack.submit("system.parent", params))
    until(lambda: len(children(stack, parent)) == 2, what="the children")
    os.kill(stack.worker_of(parent).pid, signal.SIGKILL)

    done = stack.wait(parent)

    assert (done.state, done.attempt) == (State.SUCCEEDED, 2)
    assert len(children(stack, parent)) == 2


def test_a_cancel_reaches_the_children_and_the_parent_ends_last(stack, trace):
    params = {"trace": str(trace), "params": {"seconds": 60}}
    parent = parked(stack, stack.submit("system.parent", params))
    busy = until(
        lambda: next((one for one in children(stack, parent) if one.state == "running"), None),
        what="a child",
    )
    stack.wait_running(busy)

    stack.cancel(parent)

    done = stack.wait(parent)
    kids = children(stack, parent)
    assert [one.state for one in (done, *kids)] == [State.CANCELLED] * 3
    assert tagged(f"{busy.id}.") == {}
    assert all(one.finished_at <= done.finished_at for one in kids)
    assert trace.read_text() == "run of attempt 1\n", "it ran once more, only to be cancelled"


def test_a_cancel_of_a_parent_that_runs_reaches_its_children(stack, trace):
    params = {"trace": str(trace), "linger_s": 60, "params": {"seconds": 60}}
    parent = stack.wait_running(stack.submit("system.parent", params))
    until(lambda: len(children(stack, parent)) == 2, what="the children")

    stack.cancel(parent)

    assert stack.wait(parent).state is State.CANCELLED
    assert {one.state for one in children(stack, parent)} == {State.CANCELLED}


def test_a_parent_that_is_cancelled_while_it_runs_ends_after_its_running_child(new_stack, trace):
    stack = new_stack(CALYPSO_JOB_PATH=str(TYPES))
    stack.start_workers("system", pools=2)
    params = {"trace": str(trace), "linger_s": 60, "parts": 1, "child": "system.cancelled",
              "params": {"child": "stubborn"}}  # fmt: skip
    parent = stack.wait_running(stack.submit("system.parent", params))
    kid = stack.wait_running(until(lambda: next(iter(children(stack, parent)), None)))

    stack.cancel(parent)

    done, kid_done = stack.wait(parent), stack.job(kid)
    assert [done.state, kid_done.state] == [State.CANCELLED] * 2
    assert kid_done.finished_at <= done.finished_at
    assert tagged(f"{kid.id}.") == {}


def submitted_by(stack, user, params):
    asked = submit.Request(type="system.parent", params=params)
    return submit.submit(stack.ports, stack.house.types, user.actor(), asked).job


def test_a_child_is_started_with_the_rights_of_who_asked(stack, trace):
    ada = stack.house.accounts.add_user("ada", "correct horse battery", ["operator"])
    params = {"trace": str(trace), "parts": 1}

    allowed = stack.wait(submitted_by(stack, ada, params))
    forbidden = stack.wait(submitted_by(stack, ada, {**params, "child": "storage.pool_create"}))

    assert allowed.state is State.SUCCEEDED
    assert children(stack, allowed)[0].requested_by == "ada"
    assert (forbidden.state, forbidden.error.code) == (State.FAILED, "forbidden")
    assert children(stack, forbidden) == []


def test_who_is_no_user_any_more_starts_nothing(stack, trace):
    bob = stack.house.accounts.add_user("bob", "correct horse battery", ["operator"])
    stack.house.accounts.remove_user(bob.id)

    done = stack.wait(submitted_by(stack, bob, {"trace": str(trace)}))

    assert (done.state, done.error.code) == (State.FAILED, "forbidden")
    assert "bob" in done.error.detail
