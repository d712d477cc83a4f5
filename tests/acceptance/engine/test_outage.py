"""PostgreSQL away for many leases while jobs run: none lost, none twice, all ends recorded."""

import time
from pathlib import Path

import pytest

from calypso.engine.tend import REAP_S
from calypso.errors import StoreUnavailable
from calypso.host.scope import tagged
from calypso.models.clock import now
from calypso.models.job import State
from tests.acceptance.engine.conftest import NODE, until

pytestmark = [pytest.mark.postgres, pytest.mark.redis]
TYPES = Path(__file__).with_name("types")
LEASE_S = 2.0
AWAY_S = 3 * (LEASE_S + REAP_S)  # time enough to be taken for dead three times over
SHORT_S, LONG_S = 3, AWAY_S + 8  # one ends while it is away, the other after its return


@pytest.fixture
def stack(new_stack, own_postgres):
    stack = new_stack(
        own_postgres.url,
        CALYPSO_JOB_PATH=str(TYPES),
        CALYPSO_LEASE_S=str(LEASE_S),
        CALYPSO_HEARTBEAT_S="0.5",
        CALYPSO_SYSTEM_SLOTS="4",
    )
    stack.start_workers("system", pools=2)
    stack.start("workers.scheduler")
    return stack


def test_jobs_outlive_an_outage_of_many_leases(stack, own_postgres, tmp_path):
    ledger = tmp_path / "ledger"
    asked = {f"{kind}-{number}": seconds for number in range(3)
             for kind, seconds in (("short", SHORT_S), ("long", LONG_S))}  # fmt: skip
    jobs = {
        name: stack.submit("system.ledgered", {"ledger": str(ledger), "name": name, "seconds": s})
        for name, s in asked.items()
    }
    for job in jobs.values():
        stack.wait_running(job)
    workers = {one.id for one in stack.ports.jobs.workers(NODE)}

    own_postgres.stop()
    away = time.monotonic()
    with pytest.raises(StoreUnavailable):
        stack.job(jobs["long-0"])
    until(lambda: time.monotonic() - away > AWAY_S, AWAY_S + 5)
    alive = {name for name, job in jobs.items() if tagged(f"{job.id}.")}
    back = now()
    own_postgres.start()
    ended = {name: stack.wait(job, limit_s=90) for name, job in jobs.items()}

    assert alive == {name for name in jobs if name.startswith("long")}
    assert {(job.state, job.attempt) for job in ended.values()} == {(State.SUCCEEDED, 1)}
    assert all(job.finished_at > back for job in ended.values())
    said = sorted(ledger.read_text().splitlines())
    assert said == sorted(f"{word} {name}" for word in ("start", "end") for name in jobs)
    assert workers <= {one.id for one in stack.ports.jobs.workers(NODE)}, "a worker was buried"
