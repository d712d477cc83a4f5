"""Redis takes connections and answers nobody: how long a submit takes then."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from bench.contestants import with_celery
from bench.findings import Row, at_most
from bench.ground import Ground
from bench.plan import Plan
from bench.programs import Failed
from bench.rows.submit import serve
from bench.web import WORDS, api, furnished
from calypso.models.listing import JobQuery

PATIENCE_S = 35  # beyond this nobody cares any more
ASKING = "from bench.contestants.with_celery import noop; noop.apply_async()"


def measure(here: Ground, plan: Plan) -> Row:
    """POST /jobs, and beside it Celery's apply_async with its defaults."""
    row = Row("Redis frozen (SIGSTOP)")
    environment, house = furnished(here)
    serve(house)
    try:
        site = api(here, environment)
        header = {"Authorization": site.sign_in()}
        url = f"http://127.0.0.1:{site.port}{WORDS}/jobs"
        with httpx.Client(trust_env=False, headers=header, timeout=60) as client:
            _post_s(client, url)
            celery = with_celery.STAFF.environment(here, "")
            with _frozen(here):
                ours = [_post_s(client, url) for _ in range(max(5, plan.rounds))]
                theirs = _celery_s(celery, plan.size(PATIENCE_S, 1))
        stored = len(house.ports.jobs.page(JobQuery(limit=100)).items)
    finally:
        here.stop_programs()
        house.engine.dispose()
    if stored != len(ours) + 1:
        raise Failed(f"{len(ours) + 1} jobs were accepted, {stored} are stored")
    row.add("POST /jobs, the slowest", [max(ours)], "s", goal=at_most(1.2))
    row.add("POST /jobs", ours, "s")
    row.add(f"celery's apply_async, given up after {PATIENCE_S} s", [theirs], "s")
    return row


def _post_s(client: httpx.Client, url: str) -> float:
    began = time.monotonic()
    answer = client.post(url, json={"type": "system.noop", "params": {}})
    if answer.status_code != httpx.codes.ACCEPTED:
        raise Failed(f"POST /jobs answered {answer.status_code}: {answer.text}")
    return time.monotonic() - began


def _celery_s(environment: dict[str, str], patience_s: float) -> float:
    """Return how long it took, or the patience when it did not return at all."""
    began = time.monotonic()
    asking = subprocess.Popen([sys.executable, "-c", ASKING], env=environment)
    try:
        asking.wait(patience_s)
    except subprocess.TimeoutExpired:
        asking.kill()
        asking.wait()
    return time.monotonic() - began


@contextmanager
def _frozen(here: Ground) -> Iterator[None]:
    daemon = here.valkey.daemon
    assert daemon is not None
    assert daemon.pid is not None
    os.kill(daemon.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(daemon.pid, signal.SIGCONT)
