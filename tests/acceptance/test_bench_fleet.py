"""The benchmark of large histories and many nodes runs, and draws out what it says it does.

The numbers of so small a run mean nothing. It raises when a restore lacks a row, a month was not
dropped, or what it asks for is not there, so a run that ends has measured what it names.
"""

import pytest

from bench import machine
from bench.fleet import idle, page, target
from bench.fleet.__main__ import Run, _sizes
from bench.fleet.samples import Growth, Sample
from bench.ground import ground
from bench.plan import Plan

pytestmark = [pytest.mark.postgres, pytest.mark.redis]
SMOKE = Plan(rounds=1, smoke=True)


@pytest.fixture
def here():
    with ground() as found:
        yield found


def at_rest():
    """An appliance whose numbers nobody measured."""
    found = idle.Idle()
    for growth in found.rates.values():
        growth.points.update({1: 1.0, 2: 2.0})
    return found


def test_a_small_history_is_asked_dumped_restored_and_retired(here):
    run = Run(SMOKE)
    run.at(here, 300, last=True)
    told = page.page(run.asked, run.kept, run.costs, at_rest(), machine.facts(here), minutes=1)

    assert run.costs.processes == 15, "the processes of a node, by the slots that are the default"
    assert all(what in told for what in run.asked[0].found)
    assert all(what in told for what in run.kept[300].found)


def test_an_appliance_at_rest_is_watched_and_weighed(here):
    found = idle.measured(here, SMOKE)

    assert set(found.rates["statements"].points) == {1, 2}
    assert found.rates["connections to PostgreSQL"].line.slope > 0, "a node that joined connects"
    assert {"postgres", "redis", "api", "scheduler"} <= set(found.pss)
    assert found.job["Redis commands"] > 0
    assert not here.programs, "nothing is left running"


def test_what_grows_in_a_line_is_drawn_out_along_it():
    growth = Growth("all", "bytes", {1000: 5_000.0, 2000: 7_000.0, 4000: 11_000.0})

    assert growth.line.slope == pytest.approx(2.0)
    assert growth.beyond(target.FAR) == pytest.approx(3_000 + 2 * target.FAR)


def test_what_does_not_grow_is_never_drawn_out_to_less_than_was_measured():
    assert Growth("get", "s", {1000: 0.003, 2000: 0.002}).beyond(target.FAR) == 0.003


def test_a_sample_tells_its_median_its_worst_and_its_share_of_the_peers():
    sample = Sample([0.1, 0.2, 0.3, 0.4, 9.0], peer=[0.1])

    assert (sample.median, sample.p95, sample.ratio) == (0.3, 9.0, pytest.approx(3.0))


def test_one_size_alone_means_a_tenth_and_a_hundredth_of_it_too():
    assert _sizes("5000000") == [50_000, 500_000, 5_000_000]
    assert _sizes("9000,1000") == [1000, 9000]
