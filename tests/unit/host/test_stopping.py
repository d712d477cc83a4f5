"""An order to stop reaches whoever waits, and waits for whoever tidies."""

import select

import pytest

from calypso.errors import JobCancelled, JobFenced, JobTimedOut
from calypso.host.stopping import Stop, StopSignal


@pytest.fixture
def stop():
    signal = StopSignal()
    yield signal
    signal.close()


def is_readable(signal):
    return bool(select.select([signal], [], [], 0)[0])


def test_nothing_is_raised_before_anybody_asks(stop):
    stop.check()
    assert not is_readable(stop)


@pytest.mark.parametrize(
    ("reason", "error"),
    [
        (Stop.CANCELLED, JobCancelled),
        (Stop.TIMED_OUT, JobTimedOut),
        (Stop.FENCED, JobFenced),
    ],
)
def test_each_reason_has_its_error_and_wakes_a_waiter(stop, reason, error):
    stop.request(reason)
    assert is_readable(stop)
    with pytest.raises(error):
        stop.check()


def test_a_cancel_waits_while_something_is_tidied(stop):
    with stop.hold():
        stop.request(Stop.CANCELLED)
        stop.check()
        assert not is_readable(stop)
    assert is_readable(stop)
    with pytest.raises(JobCancelled):
        stop.check()


def test_a_cancel_that_came_first_is_held_back_too(stop):
    stop.request(Stop.CANCELLED)
    with stop.hold():
        stop.check()
        assert not is_readable(stop)


def test_a_fenced_job_does_not_even_tidy(stop):
    with stop.hold():
        stop.request(Stop.FENCED)
        with pytest.raises(JobFenced):
            stop.check()


def test_the_more_urgent_reason_wins(stop):
    stop.request(Stop.FENCED)
    stop.request(Stop.CANCELLED)
    with pytest.raises(JobFenced):
        stop.check()


def test_a_request_after_the_end_is_harmless():
    signal = StopSignal()
    signal.close()
    signal.request(Stop.CANCELLED)
    assert signal.pending is Stop.CANCELLED
