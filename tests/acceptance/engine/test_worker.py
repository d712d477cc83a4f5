"""`calypso worker`, as a service manager runs it."""

import os
import signal
from uuid import uuid4

import pytest

from calypso.host import proof
from calypso.host.scope import tagged
from calypso.models.job import State, WaitReason
from calypso.models.worker import WorkerRecord
from tests.acceptance.engine.conftest import NODE, until

pytestmark = [pytest.mark.postgres, pytest.mark.redis]


@pytest.fixture
def worker(stack):
    process = stack.start("calypso", "worker", "system")
    until(lambda: stack.serves("system"), what="the system subsystem being served")
    return process


def until_draining(stack):
    until(lambda: any(one.draining for one in stack.ports.jobs.workers(NODE)), what="draining")


def test_one_that_is_told_to_end_takes_nothing_new_and_lets_its_jobs_be_cancelled(stack, worker):
    running = stack.wait_running(stack.submit("system.noop", {"seconds": 60}))
    worker.send_signal(signal.SIGTERM)
    until_draining(stack)
    new = stack.submit("system.noop")

    stack.cancel(running)

    assert stack.wait(running, limit_s=20).state is State.CANCELLED
    assert worker.wait(30) == 0
    assert stack.job(new).state is State.QUEUED
    assert stack.ports.jobs.workers(NODE) == []


def test_one_that_is_told_twice_hands_its_jobs_back(stack, worker):
    job = stack.wait_running(stack.submit("system.noop", {"seconds": 60}))
    worker.send_signal(signal.SIGTERM)
    until_draining(stack)
    worker.send_signal(signal.SIGTERM)

    assert worker.wait(30) == 0
    assert tagged(f"{job.id}.") == {}
    handed_back = stack.job(job)
    assert handed_back.state in (State.QUEUED, State.WAITING)
    assert handed_back.attempt == 1


def test_the_last_act_of_the_control_process_is_to_hand_back_what_was_left(stack):
    control, pool = stack.start_workers("system")
    job = stack.wait_running(stack.submit("system.noop", {"seconds": 60}))
    # One that is told to end before it has begun to serve has nothing to hand back, and just ends.
    until(lambda: "control@test ready" in stack.logs(), what="the control process serving")
    os.killpg(pool.pid, signal.SIGKILL)
    control.send_signal(signal.SIGTERM)

    assert control.wait(30) == 0
    assert tagged(f"{job.id}.") == {}
    assert stack.job(job).state is not State.RUNNING


def test_what_dies_of_it_is_started_again(stack, worker):
    before = {one.pid for one in stack.ports.jobs.workers(NODE)}
    for pid in before:
        os.kill(pid, signal.SIGKILL)

    until(
        lambda: len({one.pid for one in stack.ports.jobs.workers(NODE)} - before) == len(before),
        what="new processes",
    )
    assert stack.run("system.noop").state is State.SUCCEEDED


def test_after_a_reboot_the_jobs_of_before_are_found_at_once(stack):
    control, pool = stack.start_workers("system")
    pool.kill()
    job = stack.submit("system.noop", {"seconds": 60})
    # A worker of before the boot whose pid is somebody else's by now, at the same tick even.
    before = WorkerRecord(
        id=uuid4(), node=NODE, subsystem="system", queues=(job.queue,), pid=os.getpid(),
        started=proof.own_start(), boot_id="the boot before", machine_id=proof.machine_id(),
        pid_namespace=proof.pid_namespace(),
    )  # fmt: skip
    store = stack.ports.jobs
    store.register(before)
    claimed = store.claim(job.queue, NODE, before.id, lease_s=3600)
    assert store.begin(claimed.id, claimed.epoch) == "ok"

    until(lambda: stack.job(job).state is State.WAITING, 20, "the job's being found")

    assert stack.job(job).wait.reason is WaitReason.BACKOFF
    assert control.poll() is None
