"""Each benchmark runs and counts what is true; the numbers of so small a run mean nothing.

A row raises when jobs it counted did not all end, an answer had another status, or a listener
missed an event, so a row that comes back has counted true.
"""

import pytest

from bench import machine, report
from bench.ground import ground
from bench.plan import Plan
from bench.rows import ROWS

SMOKE = Plan(rounds=1, smoke=True, peers=["celery"])  # which is always installed


@pytest.fixture(scope="module")
def here():
    with ground() as found:
        yield found


@pytest.mark.filterwarnings("ignore:Call to deprecated setex")  # by Celery
@pytest.mark.parametrize("name", ROWS)
def test_a_benchmark_runs_and_counts_true(here, name):
    row = ROWS[name](here, SMOKE)

    assert row.findings, "a row has at least one number with a goal"
    assert all(one.value >= 0 for one in (*row.findings, *row.beside))
    assert not here.programs, "a row leaves no program running"
    page = report.page(machine.facts(here), [row], SMOKE)
    assert all(one.what in page for one in (*row.findings, *row.beside))
