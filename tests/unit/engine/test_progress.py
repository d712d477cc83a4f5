"""Progress is true: derived from what was reported, never invented."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calypso.engine.progress import Meter


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


def metered(*steps):
    clock = Clock()
    meter = Meter(clock)
    for seconds, report in steps:
        clock.now += seconds
        meter.report(**report)
    return meter.progress


def test_percent_is_unknown_without_a_total():
    assert metered((0, {"done": 5, "unit": "bytes"})).percent is None


def test_percent_follows_done_and_total():
    assert metered((0, {"done": 5, "total": 20})).percent == 25.0


def test_more_than_announced_is_a_hundred_percent_and_no_eta():
    progress = metered((0, {"done": 0, "total": 10}), (2, {"done": 30}))
    assert progress.percent == 100.0
    assert progress.eta_s is None


def test_rate_and_eta_come_from_the_last_half_minute():
    slow_then_fast = metered(
        (0, {"done": 0, "total": 1000}),
        (60, {"done": 10}),
        (10, {"done": 110}),
        (10, {"done": 210}),
        (10, {"done": 310}),
    )
    assert slow_then_fast.rate == 10.0
    assert slow_then_fast.eta_s == 69


def test_what_is_resumed_is_not_counted_as_moved_just_now():
    resumed = metered((0, {"done": 900, "total": 1000}), (10, {"done": 910}))
    assert (resumed.percent, resumed.rate, resumed.eta_s) == (91.0, 1.0, 90)


def test_what_stands_still_promises_no_end():
    stuck = metered(
        (0, {"done": 0, "total": 1000}),
        (10, {"done": 500}),
        (60, {"done": 500}),
        (60, {"done": 500}),
    )
    assert (stuck.percent, stuck.rate, stuck.eta_s) == (50.0, 0.0, None)


def test_a_rate_needs_a_second():
    assert metered((0, {"done": 0}), (0.2, {"done": 100})).rate is None


def test_a_new_phase_starts_from_nothing():
    progress = metered(
        (0, {"phase": "sending", "done": 5, "total": 10}), (1, {"phase": "checking"})
    )
    assert (progress.phase, progress.done, progress.percent) == ("checking", None, None)


def test_a_percent_the_product_knows_wins():
    assert metered((0, {"percent": 31.25, "done": 1, "total": 2})).percent == 31.25


@given(
    st.lists(
        st.tuples(st.floats(0, 1000), st.integers(0, 2**63), st.none() | st.integers(0, 2**63)),
        max_size=30,
    )
)
def test_whatever_is_reported_percent_stays_within_bounds(reports):
    clock = Clock()
    meter = Meter(clock)
    for seconds, done, total in reports:
        clock.now += seconds
        progress = meter.report(done=done, total=total)
        assert progress.percent is None or 0 <= progress.percent <= 100
        assert progress.eta_s is None or progress.eta_s >= 0
        assert progress.rate is None or progress.rate >= 0


def moved_at(meter, **report):
    return meter.report(**report).updated_at


def test_to_say_the_same_again_is_no_move():
    meter = Meter(Clock())
    first = moved_at(meter, phase="sending", done=5, total=10, message="disk 1")

    assert moved_at(meter) == first
    assert moved_at(meter, phase="sending", done=5, total=10, message="disk 1") == first


@pytest.mark.parametrize(
    "report", [{"done": 6}, {"total": 11}, {"percent": 99}, {"phase": "b"}, {"message": "disk 2"}]
)
def test_whatever_changes_is_a_move(report):
    meter = Meter(Clock())
    first = moved_at(meter, phase="sending", done=5, total=10, message="disk 1")

    assert moved_at(meter, **report) > first


def test_a_rate_falls_while_nothing_moves():
    assert metered(
        (0, {"done": 0}), (10, {"done": 100}), (15, {"done": 100}), (15, {"done": 100}),
        (15, {"done": 100}),
    ).rate == 0  # fmt: skip
