"""Cancel means stopped: every class of it, with children that do as they please."""

from pathlib import Path

import pytest

from calypso.errors import NotCancellable
from calypso.host.scope import is_alive, tagged
from calypso.models.job import State
from calypso.store.migrate import upgrade
from tests.acceptance.engine.conftest import Stack, until
from tests.conftest import require_cgroup

pytestmark = [pytest.mark.postgres, pytest.mark.redis]
TYPES = Path(__file__).with_name("types")


@pytest.fixture(scope="module", params=["cgroup", "environment"])
def stack(tmp_path_factory, shared_database, shared_redis_url, request):
    """Workers that know a job's processes by their cgroup, and such that must do without."""
    if request.param == "cgroup":
        require_cgroup()
    upgrade(shared_database)
    folder = tmp_path_factory.mktemp("cancel")
    extra = {"CALYPSO_JOB_PATH": str(TYPES), "CALYPSO_CGROUPS": str(request.param == "cgroup")}
    stack = Stack(folder, shared_database, shared_redis_url, extra)
    stack.start_workers("system", pools=1)
    yield stack
    stack.stop()
    print(stack.logs())


def cancelled(stack, job):
    """Cancel a running job; returns it once it has ended."""
    stack.cancel(job)
    return until(lambda: _ended_with_nothing_left(stack, job), 30, "the end")


def _ended_with_nothing_left(stack, job):
    now = stack.job(job)
    if not now.state.is_terminal:
        return None
    assert tagged(f"{job.id}.") == {}, "it is called ended while something of it runs"
    return now


@pytest.mark.parametrize("child", ["obedient", "stubborn", "fleeing"])
def test_every_child_is_gone_before_the_job_is_called_cancelled(stack, child):
    job = stack.wait_running(stack.submit("system.cancelled", {"child": child}))

    assert cancelled(stack, job).state is State.CANCELLED


def test_a_child_that_threw_its_name_away_is_gone_too(stack, tmp_path):
    trace = tmp_path / "pid"
    params = {"child": "nameless", "trace": str(trace)}
    job = stack.wait_running(stack.submit("system.cancelled", params))
    until(trace.exists, 20, "the nameless child")

    assert cancelled(stack, job).state is State.CANCELLED
    assert not is_alive(int(trace.read_text()))


def test_what_is_being_tidied_is_finished_first(stack, tmp_path):
    trace = tmp_path / "trace"
    params = {"child": "tidied", "trace": str(trace)}
    job = stack.wait_running(stack.submit("system.cancelled", params))

    done = cancelled(stack, job)

    assert done.state is State.CANCELLED
    assert trace.read_text() == "tidied"


def test_a_job_with_checkpoints_is_cut_between_two_items_and_no_sooner(stack, tmp_path):
    trace = tmp_path / "trace"
    job = stack.wait_running(stack.submit("system.checkpoints", {"trace": str(trace)}))
    until(trace.exists, 20, "the first item")

    done = cancelled(stack, job)

    lines = trace.read_text().splitlines()
    log, _ = stack.ports.jobs.read_log(job.id, offset=0, limit=1 << 20)
    assert done.state is State.CANCELLED
    assert len(lines) == log.count("$ sleep 1"), "an item was cut in the middle"
    assert len(lines) < 10


def test_a_product_is_told_to_stop(stack, tmp_path):
    trace = tmp_path / "trace"
    job = stack.wait_running(stack.submit("system.told", {"trace": str(trace)}))

    done = cancelled(stack, job)

    assert done.state is State.CANCELLED
    assert trace.read_text() == "stopped\n"


def test_what_must_not_be_cut_says_so_and_runs_to_its_end(stack):
    job = stack.wait_running(stack.submit("system.uncut"))

    with pytest.raises(NotCancellable):
        stack.cancel(job)

    assert stack.wait(job).state is State.SUCCEEDED
