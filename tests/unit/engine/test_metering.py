"""Counts of a process, handed on."""

import pytest

from calypso.engine import metering
from calypso.engine.metering import Meter
from calypso.host import Ran
from calypso.models.counts import Count
from tests.fakes.ports import MemoryLive


def ran(program, code=0, seconds=0.2):
    return Ran((f"/usr/sbin/{program}", "list"), code, "", "", seconds)


def told(live, node="n1"):
    found = live.counts().get(node, {})
    return {(c.name, tuple(c.labels), c.part): v for f, v in found.items() if (c := Count.read(f))}


@pytest.fixture
def live():
    return MemoryLive()


def test_commands_are_counted_by_program_with_their_time_and_failures(live):
    meter = Meter(live, "n1")
    meter.ran("storage", ran("zfs"))
    meter.ran("storage", ran("zfs", code=1, seconds=0.3))
    meter.flush(now=True)
    assert told(live) == {
        ("command", ("storage", "zfs"), "0.5"): 2,
        ("command", ("storage", "zfs"), "sum"): pytest.approx(0.5),
        ("command_failures", ("storage", "zfs"), ""): 1,
    }


@pytest.mark.parametrize(
    ("seconds", "bound"), [(0, "0.1"), (0.1, "0.1"), (0.11, "0.5"), (86400, "86400"), (9e9, "inf")]
)
def test_a_duration_counts_in_the_first_bound_that_holds_it(live, seconds, bound):
    meter = Meter(live, "n1")
    meter.took("job", "system.noop", "succeeded", seconds=seconds)
    meter.flush(now=True)
    assert told(live)["job", ("system.noop", "succeeded"), bound] == 1


def test_an_outage_loses_nothing(live):
    meter = Meter(live, "n1")
    meter.count("lease_losses", "lost")
    live.away = True
    meter.flush(now=True)
    meter.count("lease_losses", "lost")
    live.away = False
    meter.flush(now=True)
    assert told(live) == {("lease_losses", ("lost",), ""): 2}
    meter.flush(now=True)
    assert told(live) == {("lease_losses", ("lost",), ""): 2}


def test_counts_are_handed_on_once_a_second_at_most(live):
    time = [100.0]
    meter = Meter(live, "n1", clock=lambda: time[0])
    for _ in range(3):
        meter.count("lease_losses", "lost")
        meter.flush()
    assert told(live) == {("lease_losses", ("lost",), ""): 1}
    time[0] += metering.FLUSH_S
    meter.flush()
    assert told(live) == {("lease_losses", ("lost",), ""): 3}


def test_programs_without_end_are_counted_as_one(live):
    meter = Meter(live, "n1")
    for number in range(metering.MOST_PROGRAMS + 50):
        meter.ran("storage", ran(f"p{number}"))
    meter.flush(now=True)
    programs = {labels[1] for name, labels, _ in told(live) if name == "command"}
    assert len(programs) == metering.MOST_PROGRAMS + 1
    assert told(live)["command", ("storage", "other"), "0.5"] == 50


def test_a_field_of_another_release_is_no_count():
    assert Count.read("not json") is None
    assert Count.read("[1]") is None
    assert Count.read(Count("a", ("b", "c"), "d").field) == Count("a", ("b", "c"), "d")
