"""An outage is paid for once in two seconds, not by every call."""

from calypso.models.breaker import Breaker


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def failing():
    raise ConnectionError


def test_after_a_failure_nobody_asks_for_a_while():
    clock, asked = Clock(), []
    breaker = Breaker(ConnectionError, pause_s=2, clock=clock)

    assert breaker.call(failing, "fallback") == "fallback"
    assert breaker.call(lambda: asked.append(1), "fallback") == "fallback"
    assert asked == []


def test_after_the_pause_it_asks_again_and_forgets_the_outage():
    clock = Clock()
    breaker = Breaker(ConnectionError, pause_s=2, clock=clock)
    breaker.call(failing, None)
    assert breaker.down_since is not None

    clock.now = 2.5

    assert breaker.call(lambda: "answer", None) == "answer"
    assert breaker.down_since is None
