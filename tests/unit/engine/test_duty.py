"""Who does what one alone need do: a scheduler, or else the control processes of workers."""

from datetime import timedelta
from uuid import uuid4

import pytest

from calypso.engine.alerting.watcher import Watcher
from calypso.engine.duty import LATE_S, LOOK_S, SAID_S, Duty
from calypso.engine.tend import TENDING, Tender
from calypso.models.clock import now
from tests.contract.store.making import AGAIN, finish, running
from tests.fakes.ports import memory_house
from tests.unit.engine.alerting.test_watcher import FAILED
from tests.unit.engine.alerting.viewing import LIMITS, active, worker

NODE = "keep"


class Clock:
    """One for processes, in seconds, and one for the store."""

    def __init__(self, ports):
        self.seconds, self.began = 0.0, now()
        ports.alerts.office.clock = lambda: self.began + timedelta(seconds=self.seconds)

    def __call__(self):
        return self.seconds


class Counting:
    """Counts how often the store is asked anything."""

    def __init__(self, inner):
        self._inner, self.asked = inner, []

    def __getattr__(self, name):
        self.asked.append(name)
        return getattr(self._inner, name)


@pytest.fixture
def ports():
    return memory_house().ports


@pytest.fixture
def clock(ports):
    return Clock(ports)


def duty(ports, clock, *, stands_in):
    return Duty(ports.alerts, "dishes", stands_in=stands_in, clock=clock)


def test_a_scheduler_is_always_at_it(ports, clock):
    first, second = (duty(ports, clock, stands_in=False) for _ in range(2))

    for clock.seconds in range(60):
        assert first.is_mine()
        assert second.is_mine()


def test_whoever_stands_in_rests_while_a_scheduler_is_at_it(ports, clock):
    scheduler, other = duty(ports, clock, stands_in=False), duty(ports, clock, stands_in=True)
    scheduler.is_mine()

    for tick in range(600):
        clock.seconds = tick / 2
        scheduler.is_mine()
        assert not other.is_mine()


def test_whoever_stands_in_steps_in_when_the_scheduler_is_gone_and_rests_when_it_is_back(
    ports, clock
):
    scheduler, other = duty(ports, clock, stands_in=False), duty(ports, clock, stands_in=True)
    scheduler.is_mine()
    assert not other.is_mine()

    clock.seconds = SAID_S + LATE_S + LOOK_S
    assert other.is_mine()
    scheduler.is_mine()
    clock.seconds += LOOK_S
    assert not other.is_mine()


def test_without_any_scheduler_all_are_at_it(ports, clock):
    assert duty(ports, clock, stands_in=True).is_mine()
    assert duty(ports, clock, stands_in=True).is_mine()


def test_whoever_rests_asks_seldom(clock, ports):
    asked = Counting(ports.alerts)
    duty(ports, clock, stands_in=False).is_mine()
    resting = Duty(asked, "dishes", stands_in=True, clock=clock)

    for tick in range(int(LOOK_S * 100)):
        clock.seconds = tick / 100
        resting.is_mine()

    assert asked.asked == ["is_taken"]


# -- what it is for


def tender(ports, clock, **given):
    return Tender(
        ports, undertaker=None, hot_days=7, history_days=400, clock=clock,
        **{"node": None, **given},
    )  # fmt: skip


def due(ports):
    """A job that was tried in vain and is to be tried again now."""
    claimed = running(ports.jobs, max_attempts=3)
    finish(ports.jobs, claimed, AGAIN)
    return claimed.id


def test_a_nodes_own_sweeper_leaves_its_timers_to_a_scheduler_that_is_at_it(ports, clock):
    other = tender(ports, clock, node=NODE, stands_in=True)
    ports.alerts.turn(TENDING, every_s=SAID_S)
    job_id = due(ports)

    other.tick()
    assert ports.jobs.get(job_id).state == "waiting"

    clock.seconds = SAID_S + LATE_S + LOOK_S
    other.tick()
    assert ports.jobs.get(job_id).state == "queued"


def test_a_scheduler_says_that_it_tends_and_moves_on_what_is_due_on_any_node(ports, clock):
    job_id = due(ports)

    tender(ports, clock).tick()

    assert ports.jobs.get(job_id).state == "queued"
    assert ports.alerts.is_taken(TENDING, late_s=0)


def test_a_nodes_own_sweeper_buries_whoever_else_tends(ports, clock):
    buried = []

    class Undertaker:
        def is_dead(self, worker):
            buried.append(worker)

    ports.alerts.turn(TENDING, every_s=SAID_S)
    given = {"undertaker": Undertaker(), "node": NODE, "stands_in": True}
    sweeper = Tender(ports, hot_days=7, history_days=400, clock=clock, **given)
    ports.jobs.register(worker(uuid4()))

    sweeper.tick()

    assert len(buried) == 1


def test_alerts_are_left_to_a_scheduler_that_watches(ports, clock):
    def watching(*, stands_in):
        return Watcher(
            ports, LIMITS, history_days=400, watches=(), stands_in=stands_in, clock=clock
        )

    other, scheduler = watching(stands_in=True), watching(stands_in=False)
    scheduler.tick()
    finish(ports.jobs, running(ports.jobs), FAILED)

    other.tick()
    assert (active(ports), other.is_on_duty) == ([], False)

    scheduler.tick()
    assert len(active(ports)) == 1


def test_alerts_are_raised_by_a_node_when_no_scheduler_is_there(ports, clock):
    other = Watcher(ports, LIMITS, history_days=400, watches=(), stands_in=True, clock=clock)
    finish(ports.jobs, running(ports.jobs), FAILED)

    other.tick()

    assert len(active(ports)) == 1
    assert other.is_on_duty
