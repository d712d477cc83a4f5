"""Work that outlives its worker is found again and followed; it is never started twice."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from calypso.models.job import State
from tests.acceptance.engine.conftest import until

pytestmark = [pytest.mark.postgres, pytest.mark.redis]
TYPES = Path(__file__).with_name("types")


@pytest.fixture
def product(tmp_path):
    folder = tmp_path / "product"
    folder.mkdir()
    program = Path(__file__).with_name("product.py")
    with subprocess.Popen([sys.executable, program, folder], start_new_session=True) as process:
        yield folder
        process.kill()


@pytest.fixture
def stack(new_stack):
    stack = new_stack(CALYPSO_JOB_PATH=str(TYPES))
    stack.start_workers("system", pools=2)
    return stack


def started(stack, folder, seconds):
    params = {"ledger": str(folder), "seconds": seconds}
    job = stack.submit("system.detached", params)
    until(lambda: list(folder.glob("*.pid")), 20, "the product's start")
    return job


def test_it_is_followed_by_the_next_worker(stack, product):
    job = started(stack, product, 8)
    os.kill(stack.worker_of(job).pid, signal.SIGKILL)

    done = stack.wait(job)

    assert (done.state, done.attempt) == (State.SUCCEEDED, 2)
    assert done.external == done.result["name"]
    ledger = (product / "ledger").read_text().splitlines()
    assert ledger == [f"start {done.external}", f"end {done.external}"]


def test_what_died_meanwhile_does_not_run_for_ever(stack, product):
    job = started(stack, product, 60)
    at_it = int(next(product.glob("*.pid")).read_text())
    os.kill(stack.worker_of(job).pid, signal.SIGKILL)
    os.killpg(at_it, signal.SIGKILL)

    done = stack.wait(job)

    assert done.state is State.FAILED
    assert done.error.code == "detached_died"
    assert (product / "ledger").read_text().count("start") == 1
