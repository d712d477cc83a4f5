"""Many ask, one call answers; nobody gets an answer from before they asked."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from api.together import Together


class Slow:
    """A store whose calls wait until they are let go; `calls`: who asked by each."""

    def __init__(self):
        self.calls, self.began, self.go = [], threading.Semaphore(0), threading.Semaphore(0)
        self.value, self.failure = 1, None

    def __call__(self, several):
        self.calls.append(sorted(several))
        value = self.value
        self.began.release()
        assert self.go.acquire(timeout=10)
        if self.failure is not None:
            raise self.failure
        return [(one, value) for one in several]


@pytest.fixture
def slow():
    return Slow()


@pytest.fixture
def pool():
    with ThreadPoolExecutor(8) as pool:
        yield pool


def waiting(together, count):
    """Return once so many wait for the next call."""
    for _ in range(10_000):
        with together._door:
            if together._open is not None and len(together._open.asked) == count:
                return
        threading.Event().wait(0.001)
    raise AssertionError("they did not come")


def test_who_comes_during_a_call_shares_the_next_and_sees_what_changed_since(slow, pool):
    together = Together(slow)
    first = pool.submit(together.ask, "a")
    assert slow.began.acquire(timeout=10)
    slow.value = 2
    later = [pool.submit(together.ask, name) for name in "abcd"]
    waiting(together, 4)
    slow.go.release(2)

    assert first.result(10) == ("a", 1)
    assert [one.result(10) for one in later] == [(name, 2) for name in "abcd"]
    assert slow.calls == [["a"], ["a", "b", "c", "d"]]


def test_a_failure_is_raised_by_everybody_who_shared_the_call_and_by_nobody_else(slow, pool):
    together = Together(slow)
    first = pool.submit(together.ask, "a")
    assert slow.began.acquire(timeout=10)
    later = [pool.submit(together.ask, name) for name in "bc"]
    waiting(together, 2)
    slow.go.release()
    assert first.result(10) == ("a", 1)
    slow.failure = OSError("away")
    slow.go.release()

    assert [type(one.exception(10)) for one in later] == [OSError, OSError]

    slow.failure = None
    slow.go.release()
    assert together.ask("d") == ("d", 1)


def test_who_waits_for_one_that_was_killed_asks_by_themselves(slow, pool):
    together = Together(slow)
    first = pool.submit(together.ask, "a")
    assert slow.began.acquire(timeout=10)
    led = pool.submit(together.ask, "b")
    waiting(together, 1)
    follows = pool.submit(together.ask, "c")
    waiting(together, 2)
    slow.go.release()
    assert first.result(10) == ("a", 1)
    assert slow.began.acquire(timeout=10)
    slow.failure = SystemExit()
    slow.go.release()
    assert isinstance(led.exception(10), SystemExit)

    slow.failure = None
    slow.go.release()

    assert follows.result(10) == ("c", 1)
