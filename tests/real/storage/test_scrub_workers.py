"""Scrubs that outlive their worker, or are ended by somebody else: real workers, real pools."""

import os
import signal

import pytest

from calypso.models.job import State
from tests.acceptance.engine.conftest import until

pytestmark = [
    pytest.mark.real("lab"),
    pytest.mark.postgres,
    pytest.mark.redis,
    pytest.mark.timeout(600),
]
BEGUN = "zpool history -i tank | grep -c 'scan setup'"


@pytest.fixture
def scrubbing(lab, stack):
    """A scrub that stands still, as if it took days, and the job that follows it."""
    lab.mirror(0, 1)
    with lab.still_scans():
        job = stack.submit("storage.pool_scrub", {"pool": "tank"})
        stack.reports(job, "scrub running")
        yield job


def lose_worker(stack, job):
    """Kill the worker of a job in the middle; the job begins its second attempt."""
    os.kill(stack.worker_of(job).pid, signal.SIGKILL)
    until(lambda: stack.job(job).attempt == 2, 90, "the second attempt")
    until(lambda: stack.job(job).state is State.RUNNING, 30, "its start")


def let_go_on(lab):
    lab.sh("echo 0 > /sys/module/zfs/parameters/zfs_scan_suspend_progress")


def test_a_scrub_that_outlives_its_worker_is_followed_to_its_true_end(lab, stack, scrubbing):
    lose_worker(stack, scrubbing)
    stack.reports(scrubbing, "scrub running")
    let_go_on(lab)

    done = stack.wait(scrubbing, limit_s=120)

    assert (done.state, done.attempt, done.result["errors"]) == (State.SUCCEEDED, 2, 0)
    assert lab.storage.pool("tank").scan.state == "finished"
    assert lab.sh(BEGUN).strip() == "1"


def test_one_that_ended_while_its_worker_was_away_is_not_made_again(lab, stack, scrubbing):
    for process in stack.workers:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    let_go_on(lab)
    until(lambda: lab.storage.pool("tank").scan.state == "finished", 60, "its end")
    stack.work()

    done = stack.wait(scrubbing, limit_s=120)

    assert (done.state, done.attempt, done.result["is_skipped"]) == (State.SUCCEEDED, 2, False)
    assert lab.sh(BEGUN).strip() == "1"


def test_a_pause_is_not_taken_for_the_end_and_a_new_worker_waits_on(lab, stack, scrubbing):
    stack.run("storage.pool_scrub_pause", {"pool": "tank"})
    stack.reports(scrubbing, "scrub paused")
    lose_worker(stack, scrubbing)
    stack.reports(scrubbing, "scrub paused")
    assert lab.storage.pool("tank").scan.state == "paused"
    let_go_on(lab)

    resumed = stack.run("storage.pool_scrub", {"pool": "tank", "action": "resume"})

    done = stack.wait(scrubbing, limit_s=120)
    assert (done.state, done.attempt, done.result["errors"]) == (State.SUCCEEDED, 2, 0)
    assert resumed.result["errors"] == 0
    assert lab.sh(BEGUN).strip() == "1"


def test_one_that_somebody_stops_by_hand_ends_as_that(lab, stack, scrubbing):
    lab.sh("zpool scrub -s tank")

    done = stack.wait(scrubbing, limit_s=60)

    assert (done.state, done.error.code) == (State.FAILED, "storage_interrupted")
    assert "Somebody stopped" in done.error.detail


def test_one_that_was_stopped_while_its_worker_was_away_is_not_begun_anew(lab, stack, scrubbing):
    for process in stack.workers:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    lab.sh("zpool scrub -s tank")
    stack.work()

    done = stack.wait(scrubbing, limit_s=90)

    assert (done.state, done.error.code) == (State.FAILED, "storage_interrupted")
    assert lab.storage.pool("tank").scan.state == "canceled"
    assert lab.sh(BEGUN).strip() == "1"
