"""Is it stuck? Each verdict with real processes; and the release of a silent node's job."""

import os
import signal
import subprocess
import threading
from pathlib import Path
from uuid import uuid4

import pytest

from calypso.engine import doctor
from calypso.engine.release import release
from calypso.errors import AlreadyEnded, NotFound, NotSilent
from calypso.host import proof
from calypso.host.scope import TAG_VARIABLE, started_ticks, tagged
from calypso.models.access import SYSTEM
from calypso.models.clock import uuid7
from calypso.models.job import State
from calypso.models.ledger import Ending
from calypso.models.worker import WorkerRecord
from tests.acceptance.engine.conftest import NODE, until
from tests.contract.store.making import new

pytestmark = [pytest.mark.postgres, pytest.mark.redis]
TYPES = Path(__file__).with_name("types")
LEASE_S = 60.0
NO_LEASE_S = -29.0  # with the margin: a node is silent after one second


@pytest.fixture
def stack(new_stack):
    return new_stack(CALYPSO_JOB_PATH=str(TYPES))


def diagnosed(stack, job, *, lease_s=LEASE_S, timeout_s=10.0):
    return doctor.diagnose(
        stack.ports, stack.house.types, SYSTEM, job.id, lease_s=lease_s, timeout_s=timeout_s
    )


def actions(advised):
    return [one.action for one in advised]


def texts(told):
    return " ".join(one.text for one in told.findings)


def signal_all(processes, number):
    for process in processes:
        os.killpg(process.pid, number)


def register(stack, process, queue):
    record = WorkerRecord(
        id=uuid4(), node=NODE, subsystem="system", queues=(queue,), pid=process.pid,
        started=started_ticks(process.pid) or 0, boot_id=proof.boot_id(),
        machine_id=proof.machine_id(), pid_namespace=proof.pid_namespace(),
    )  # fmt: skip
    stack.ports.jobs.register(record)
    return record


class Waiting:
    """As much of a running job as the probe needs."""

    node = NODE

    def wait(self, seconds):
        pass


@pytest.fixture
def control(stack):
    """A control worker that looks and does not tend, so that what is dead stays unburied."""
    over = threading.Event()
    queue, me = f"system.control@{NODE}", uuid4()

    def serve():
        while not over.wait(0.05):
            claimed = stack.ports.jobs.claim(queue, NODE, me, lease_s=60)
            if claimed is not None:
                params = doctor.DoctorParams.model_validate(claimed.params)
                seen = doctor.probe(stack.ports, params, Waiting())
                told = Ending("succeeded", result=seen.model_dump(mode="json"))
                stack.ports.jobs.finish(claimed.id, claimed.epoch, told)

    with subprocess.Popen(["sleep", "99"]) as itself:
        register(stack, itself, queue)
        thread = threading.Thread(target=serve)
        thread.start()
        yield
        over.set()
        thread.join()
        itself.kill()


# -- who runs


def test_a_job_that_runs_is_well(stack):
    stack.start_workers("system")
    job = stack.wait_running(stack.submit("system.noop", {"seconds": 60}))

    told = diagnosed(stack, job)

    assert (told.verdict, told.node_answered) == ("running", True)
    assert f"pid {tagged(f'{job.id}.')[f'{job.id}.1'][0]} sleep" in texts(told)
    assert actions(told.safe_actions) == ["wait", "cancel"]
    assert actions(told.unsafe_actions) == ["release", "rerun"]


def test_one_that_says_no_more_is_stalled(stack):
    stack.start_workers("system")
    job = stack.wait_running(stack.submit("system.stuck"))

    told = until(lambda: (one := diagnosed(stack, job)).verdict == "stalled" and one)

    assert "sleep" in texts(told)
    assert actions(told.safe_actions) == ["wait", "cancel"]


def test_a_cancel_that_a_child_ignores_is_told(stack):
    stack.start_workers("system")
    job = stack.wait_running(stack.submit("system.cancelled", {"child": "stubborn"}))
    stack.cancel(job)

    told = diagnosed(stack, job)

    assert told.verdict in ("cancelling", "ended")


def test_a_worker_that_died_and_is_not_buried_yet(stack, control):
    queue = f"system@{NODE}"
    with subprocess.Popen(["sleep", "99"]) as process:
        worker = register(stack, process, queue)
        job_id = claimed_by(stack, worker, queue)
        process.kill()
    env = {**os.environ, TAG_VARIABLE: f"{job_id}.1"}
    with subprocess.Popen(["sleep", "99"], env=env) as orphan:
        told = diagnosed(stack, stack.ports.jobs.get(job_id))
        orphan.kill()

    assert (told.verdict, told.node_answered) == ("worker_dead", True)
    assert f"pid {orphan.pid}" in texts(told)
    assert told.safe_actions[0].action == "wait"
    assert "release" in actions(told.unsafe_actions)


def claimed_by(stack, worker, queue):
    job = new(type="system.noop", subsystem="system", node=NODE, queue=queue, params={})
    stack.ports.jobs.submit(job)
    claimed = stack.ports.jobs.claim(queue, NODE, worker.id, lease_s=60)
    stack.ports.jobs.begin(claimed.id, claimed.epoch)
    return job.id


# -- a node that says nothing, and its release


def test_a_silent_node_s_job_is_told_as_that_and_may_be_released(stack):
    processes = stack.start_workers("system")
    job = stack.wait_running(stack.submit("system.noop", {"seconds": 60, "lock": "a"}))
    waiter = stack.submit("system.noop", {"lock": "a"})
    with pytest.raises(NotSilent, match="heard of"):
        release(stack.ports, SYSTEM, job.id, note=None, lease_s=LEASE_S)

    signal_all(processes, signal.SIGSTOP)
    assert diagnosed(stack, job, timeout_s=0.5).verdict == "no_answer"
    told = until(
        lambda: (one := diagnosed(stack, job, lease_s=NO_LEASE_S, timeout_s=0.5)).verdict
        == "node_silent" and one
    )  # fmt: skip
    assert (told.node_answered, "release" in actions(told.safe_actions)) == (False, True)

    released = release(stack.ports, SYSTEM, job.id, note="It burned.", lease_s=NO_LEASE_S)
    assert (released.state, released.error.code) == (State.LOST, "released")
    assert stack.job(waiter).state is State.QUEUED
    with pytest.raises(AlreadyEnded):
        release(stack.ports, SYSTEM, job.id, note=None, lease_s=NO_LEASE_S)

    signal_all(processes, signal.SIGCONT)  # it was not dead after all: it must let go
    until(lambda: tagged(f"{job.id}.") == {}, what="the zombie's end")
    assert stack.job(job).state is State.LOST
    assert stack.wait(waiter).state is State.SUCCEEDED


# -- who does not run


def test_a_job_that_waits_names_whom_it_waits_for(stack):
    stack.start_workers("system")
    holder = stack.wait_running(stack.submit("system.noop", {"seconds": 60, "lock": "a"}))
    told = diagnosed(stack, stack.submit("system.noop", {"lock": "a"}))

    assert told.verdict == "waiting"
    assert str(holder.id) in told.summary


def test_a_job_that_nobody_serves_is_told_to_be_so_at_once(stack):
    processes = stack.start_workers("system")
    signal_all(processes, signal.SIGKILL)
    for worker in stack.ports.jobs.workers(NODE):
        stack.ports.jobs.forget_worker(worker.id)

    told = diagnosed(stack, stack.submit("system.noop"))

    assert told.verdict == "unserved"
    assert f"system@{NODE}" in told.summary


def test_a_job_that_has_ended_is_told_to_have(stack):
    stack.start_workers("system")
    told = diagnosed(stack, stack.run("system.noop"))

    assert (told.verdict, actions(told.safe_actions)) == ("ended", ["none"])


def test_a_job_that_never_was(stack):
    with pytest.raises(NotFound):
        doctor.diagnose(stack.ports, {}, SYSTEM, uuid7(), lease_s=LEASE_S)
