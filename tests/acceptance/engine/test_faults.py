"""What is killed, stopped, cut off or delivered twice: nothing is lost, nothing runs twice."""

import os
import signal
import time
from pathlib import Path
from uuid import uuid4

import pytest

from calypso.drivers.storage.directory import DirectoryStorage
from calypso.host.local import LocalHost
from calypso.host.scope import is_alive, tagged
from calypso.models.job import State
from calypso.models.ledger import Beat, Ending
from tests.acceptance.engine.conftest import NODE, until
from tests.freezing import freeze

pytestmark = [pytest.mark.postgres, pytest.mark.redis]

FILES = 400
SIZE_BYTES = 500_000


def fill(stack, tmp_path):
    """Have workers, and a pool with a dataset of 200 MB and a snapshot of it."""
    workers = stack.start_workers("storage")
    vdev = {"kind": "stripe", "devices": [str(tmp_path / "pool")]}
    stack.run("storage.pool_create", {"name": "tank", "vdevs": [vdev]})
    made = stack.run("storage.dataset_create", {"dataset": "tank/home"})
    folder = Path(made.result["mountpoint"])
    block = os.urandom(SIZE_BYTES)
    for number in range(FILES):
        (folder / f"file-{number:04}").write_bytes(number.to_bytes(4) + block)
    stack.run("storage.snapshot_create", {"dataset": "tank/home", "name": "one"})
    stack.workers = workers


@pytest.fixture
def filled(stack, tmp_path):
    fill(stack, tmp_path)
    return stack


def replicate(stack):
    return stack.submit("storage.replication_run", {"source": "tank/home", "target": "tank/copy"})


def test_a_replication_whose_worker_is_killed_runs_again_and_completes(filled):
    job = filled.wait_running(replicate(filled))
    worker = filled.worker_of(job)
    children = [pid for pids in tagged(f"{job.id}.").values() for pid in pids]
    os.kill(worker.pid, signal.SIGKILL)

    until(lambda: not any(is_alive(pid) for pid in children), 10, "the children's end")
    done = filled.wait(job, limit_s=90)

    assert done.state is State.SUCCEEDED
    assert done.attempt == 2
    storage = DirectoryStorage(LocalHost(), filled.settings.state_dir / "storage")
    assert [one.holds for one in storage.snapshots("tank/home")] == [0]
    assert filled.run(
        "storage.replication_run", {"source": "tank/home", "target": "tank/copy"}
    ).result["nothing_to_do"]


def test_a_replication_goes_on_while_postgresql_and_redis_are_away(
    new_stack, own_postgres, own_redis, tmp_path
):
    """Many leases long: nobody takes it for dead, and its end is recorded when they are back."""
    stack = new_stack(
        own_postgres.url, own_redis.url, CALYPSO_LEASE_S="2", CALYPSO_HEARTBEAT_S="0.5"
    )
    fill(stack, tmp_path)
    slow = {"source": "tank/home", "target": "tank/copy", "rate_bytes_per_s": 10_000_000}
    job = stack.wait_running(stack.submit("storage.replication_run", slow))
    own_postgres.stop()
    own_redis.stop()
    away = time.monotonic()
    until(lambda: time.monotonic() - away > 8, 12)
    was_alive = bool(tagged(f"{job.id}."))
    own_redis.start()
    own_postgres.start()

    done = stack.wait(job, limit_s=120)

    assert was_alive
    assert (done.state, done.attempt) == (State.SUCCEEDED, 1)
    storage = DirectoryStorage(LocalHost(), stack.settings.state_dir / "storage")
    assert [one.holds for one in storage.snapshots("tank/home")] == [0]
    assert storage.checksum("tank/copy@one") == storage.checksum("tank/home@one")


def test_everything_of_the_worker_killed_is_found_at_the_next_start(filled):
    job = filled.wait_running(replicate(filled))
    for process in filled.workers:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    until(lambda: not tagged(f"{job.id}."), 10, "the children's end")
    assert filled.job(job).state is State.RUNNING

    filled.start_workers("storage")

    done = filled.wait(job, limit_s=90)
    assert (done.state, done.attempt) == (State.SUCCEEDED, 2)


def test_a_cancelled_replication_leaves_the_target_as_it_was(filled):
    job = filled.wait_running(replicate(filled))
    filled.cancel(job)
    done = filled.wait(job, limit_s=20)

    assert done.state is State.CANCELLED
    assert "as it was before" in done.error.detail
    assert tagged(f"{job.id}.") == {}
    assert (
        filled.run(
            "storage.replication_run", {"source": "tank/home", "target": "tank/copy"}
        ).result["sent_bytes"]
        > FILES * SIZE_BYTES
    )


def test_a_job_that_must_not_be_repeated_is_lost_when_its_worker_dies(new_stack, tmp_path):
    types = tmp_path / "types" / "system"
    types.mkdir(parents=True)
    (types / "fragile.py").write_text(FRAGILE)
    stack = new_stack(CALYPSO_JOB_PATH=str(types.parent))
    stack.start_workers("system")
    job = stack.wait_running(stack.submit("system.fragile"))
    os.kill(stack.worker_of(job).pid, signal.SIGKILL)

    done = stack.wait(job, limit_s=90)

    assert done.state is State.LOST
    assert done.error.code == "worker_lost"
    assert tagged(f"{job.id}.") == {}


FRAGILE = '''
"""Sleeps, and must not be repeated."""

from calypso.host import Host
from calypso.models.jobtype import Cancel, JobParams, NoResult, OnLost, job
from calypso.models.running import RunningJob


class Params(JobParams):
    """None."""


@job("system.fragile", driver=Host, permission="system:operate", timeout_s=99,
     cancel=Cancel.ANYTIME, on_lost=OnLost.MANUAL)
def run(params: Params, host: Host, running: RunningJob) -> NoResult:
    """Sleep once."""
    host.run(["sleep", "60"], timeout_s=90)
    return NoResult()
'''


def test_a_worker_that_is_stopped_keeps_its_job(stack):
    stack.environment["CALYPSO_LEASE_S"] = "2"
    stack.start_workers("system", pools=2)
    job = stack.wait_running(stack.submit("system.noop", {"seconds": 6}))
    worker = stack.worker_of(job)
    freeze(worker.pid)
    stopped = time.monotonic()
    # Longer than its lease: by silence alone it would be taken from it.
    until(lambda: time.monotonic() - stopped > 4)
    assert stack.job(job).state is State.RUNNING
    assert stack.job(job).attempt == 1
    os.kill(worker.pid, signal.SIGCONT)

    done = stack.wait(job)
    assert (done.state, done.attempt) == (State.SUCCEEDED, 1)


def test_a_hint_that_comes_twice_runs_the_job_once(stack):
    stack.start_workers("system", pools=2)
    job = stack.wait_running(stack.submit("system.noop", {"seconds": 3}))
    for _ in range(20):
        stack.ports.hints.ring(job.queue, job.id)
    until(lambda: stack.ports.hints.pending(job.queue) == 0, 20, "the other worker's hearing them")
    stack.wait(job)
    events = [event.type for event in stack.ports.jobs.events_of(job.id)]
    assert events.count("started") == 1
    assert stack.job(job).attempt == 1


def test_a_zombies_late_words_change_nothing(stack):
    """A run whose job was taken over can write neither progress, nor log, nor an end."""
    stack.start_workers("system")
    store = stack.ports.jobs
    worker = uuid4()
    job = stack.submit("system.noop", {"seconds": 30})
    stack.wait_running(job)
    epoch = 1
    os.kill(stack.worker_of(job).pid, signal.SIGKILL)
    until(lambda: stack.job(job).attempt == 2, 60, "the second attempt")

    assert store.begin(job.id, epoch) == "fenced"
    assert store.heartbeat(worker, [Beat(job.id, epoch, {"percent": 99})], lease_s=60) == {}
    assert store.append_log(job.id, epoch, "ghost\n", limit_bytes=1 << 20) is False
    assert store.remember(job.id, epoch, "ghost") is False
    assert store.finish(job.id, epoch, Ending("succeeded", result={"ghost": True})) is None

    now = stack.job(job)
    assert now.state is State.RUNNING
    assert now.result is None
    assert "ghost" not in store.read_log(job.id, offset=0, limit=1 << 20)[0]
    stack.cancel(job)
    stack.wait(job)


def test_a_database_restart_in_the_middle_does_not_touch_the_running_job(new_stack, own_postgres):
    stack = new_stack(own_postgres.url)
    stack.start_workers("system")
    job = stack.wait_running(stack.submit("system.noop", {"seconds": 8, "steps": 8}))
    own_postgres.restart()

    done = stack.wait(job, limit_s=90)
    assert (done.state, done.attempt) == (State.SUCCEEDED, 1)
    assert stack.run("system.noop").state is State.SUCCEEDED


def test_the_end_of_a_job_is_recorded_when_the_database_comes_back(new_stack, own_postgres):
    stack = new_stack(own_postgres.url)
    stack.start_workers("system")
    job = stack.wait_running(stack.submit("system.noop", {"seconds": 3}))
    own_postgres.stop()
    until(lambda: not tagged(f"{job.id}."), 20, "the child's end")
    own_postgres.start()

    done = stack.wait(job, limit_s=90)
    assert (done.state, done.attempt) == (State.SUCCEEDED, 1)


def test_without_redis_jobs_go_on_and_hints_are_made_again(new_stack, own_redis, fresh_database):
    stack = new_stack(fresh_database(), CALYPSO_REDIS_URL=own_redis.url)
    stack.start_workers("system")
    running = stack.wait_running(stack.submit("system.noop", {"seconds": 5}))
    own_redis.stop()
    began = time.monotonic()
    unheard = stack.submit("system.noop")
    assert time.monotonic() - began < 1.2
    assert stack.job(running).state is State.RUNNING
    assert stack.wait(running).state is State.SUCCEEDED

    own_redis.start()

    assert stack.wait(unheard, limit_s=60).state is State.SUCCEEDED
    assert stack.run("system.noop").state is State.SUCCEEDED


def test_a_flushed_redis_heals_by_itself(stack):
    import redis

    stack.start_workers("system")
    holder = stack.wait_running(stack.submit("system.noop", {"seconds": 2}))
    jobs = [stack.submit("system.noop") for _ in range(20)]
    redis.Redis.from_url(stack.environment["CALYPSO_REDIS_URL"]).flushall()

    for job in [holder, *jobs]:
        assert stack.wait(job, limit_s=30).state is State.SUCCEEDED


def test_a_worker_told_to_end_finishes_its_job_first(stack):
    workers = stack.start_workers("system")
    job = stack.wait_running(stack.submit("system.noop", {"seconds": 4}))
    workers[1].send_signal(signal.SIGTERM)

    assert stack.wait(job).state is State.SUCCEEDED
    assert workers[1].wait(30) == 0
    assert stack.job(job).attempt == 1
    assert [one for one in stack.ports.jobs.workers(NODE) if one.pid == workers[1].pid] == []
