"""What users of such systems complain about, over real workers. See docs/acceptance.md."""

import os
import signal
from datetime import timedelta
from pathlib import Path

import pytest

from calypso.engine.plans import make_plan
from calypso.host.scope import tagged
from calypso.models.access import SYSTEM
from calypso.models.clock import now
from calypso.models.job import State
from calypso.models.listing import JobQuery
from tests.acceptance.engine.conftest import NODE, until

pytestmark = [pytest.mark.postgres, pytest.mark.redis]
TYPES = Path(__file__).with_name("types")


def everything(stack):
    """Return all that can be read about all jobs."""
    store = stack.ports.jobs
    jobs = store.page(JobQuery(limit=100)).items
    return [
        (job, store.events_of(job.id), store.read_log(job.id, offset=0, limit=1 << 20))
        for job in jobs
    ]


def test_history_is_whole_after_everything_was_killed(new_stack, own_postgres, own_redis):
    stack = new_stack(own_postgres.url, own_redis.url)
    workers = stack.start_workers("system")
    stack.run("system.noop", {"seconds": 0.5, "steps": 5, "log_lines": 50})
    stack.wait(stack.submit("system.noop", {"fail": True}))
    stack.cancel(stack.wait_running(cut := stack.submit("system.noop", {"seconds": 60})))
    stack.wait(cut)
    stack.submit("system.noop", not_before=now() + timedelta(days=1))
    before = everything(stack)

    for process in workers:
        os.killpg(process.pid, signal.SIGKILL)
    own_redis.stop()
    own_postgres.crash()
    own_redis.start()
    own_postgres.start()
    stack.start_workers("system")
    new = stack.run("system.noop")

    assert len(before) == 4
    assert [told for told in everything(stack) if told[0].id != new.id] == before


def test_work_that_hangs_when_it_is_done_is_ended_and_its_lock_given_on(new_stack, tmp_path):
    stack = new_stack(CALYPSO_JOB_PATH=str(TYPES))
    stack.start_workers("system", pools=2)
    trace = tmp_path / "trace"
    hung = stack.wait_running(stack.submit("system.hung", {"trace": str(trace)}))
    following = stack.submit("system.hung", {"trace": str(trace), "hangs": False})
    assert following.wait.holder_job == hung.id

    ended = stack.wait(hung, limit_s=20)

    assert (ended.state, ended.error.code) == (State.FAILED, "job_timed_out")
    assert tagged(f"{hung.id}.") == {}
    assert stack.wait(following, limit_s=20).state is State.SUCCEEDED
    assert trace.read_text() == "done\ndone\n"


def test_what_changed_since_people_saw_the_plan_is_not_destroyed(stack, tmp_path):
    stack.start_workers("storage")
    vdev = {"kind": "stripe", "devices": [str(tmp_path / "pool")]}
    stack.run("storage.pool_create", {"name": "tank", "vdevs": [vdev]})
    home = stack.run("storage.dataset_create", {"dataset": "tank/home"}).result["mountpoint"]
    params = {"dataset": "tank/home", "recursive": True}
    plan = make_plan(
        stack.ports, stack.house.types, SYSTEM,
        type_name="storage.dataset_destroy", params=params, node=NODE,
    )  # fmt: skip
    later = stack.submit(
        "storage.dataset_destroy",
        params,
        plan_hash=plan.plan_hash,
        not_before=now() + timedelta(seconds=4),
    )

    stack.run("storage.snapshot_create", {"dataset": "tank/home", "name": "meanwhile"})
    assert stack.job(later).state is State.WAITING, "the snapshot came too late for this test"
    ended = stack.wait(later)

    assert (ended.state, ended.error.code) == (State.FAILED, "plan-stale")
    until(lambda: Path(home).exists(), 1, "the dataset being there")
