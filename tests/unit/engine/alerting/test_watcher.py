"""The watcher: follows jobs, looks in turns, and does not call its own absence a silence."""

import pytest

from calypso.engine.alerting.watch import Watch
from calypso.engine.alerting.watcher import WATCH_S, Attention, Watcher
from calypso.models.alert import AlertQuery, AlertState, Level, NewAlert
from calypso.models.ledger import Ending
from tests.contract.store.making import DONE, finish, running
from tests.unit.engine.alerting.viewing import LIMITS, active, only

FAILED = Ending("failed", error={"code": "busy", "title": "Busy", "detail": "The pool is busy."})


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


def watcher(ports, clock, *watches):
    return Watcher(
        ports, LIMITS, history_days=400, watches=watches, attention=Attention(clock), clock=clock
    )


def test_a_series_of_failures_is_one_alert_that_a_success_clears(ports, clock):
    watching = watcher(ports, clock)
    for _ in range(3):
        finish(ports.jobs, running(ports.jobs), FAILED)
    watching.tick()
    alert = only(ports)
    finish(ports.jobs, running(ports.jobs, title="Scrub vault"), DONE)
    watching.tick()
    still = active(ports)
    finish(ports.jobs, running(ports.jobs), DONE)
    watching.tick()

    assert (alert.kind, alert.level, alert.count) == ("job_failed", Level.ERROR, 3)
    assert "The pool is busy." in alert.detail
    assert still == [("job/storage.pool_scrub/Scrub tank", "error")]
    assert active(ports) == []


def test_a_lost_job_is_an_alert_and_a_cancelled_one_is_not(ports, clock):
    lost = running(ports.jobs)
    ports.jobs.release(lost.id, "ada")
    finish(ports.jobs, running(ports.jobs, title="Other"), Ending("cancelled"))
    watcher(ports, clock).tick()

    assert (only(ports).kind, only(ports).job_id) == ("job_lost", lost.id)


def test_what_happened_while_no_scheduler_ran_is_found_by_the_next(ports, clock):
    watcher(ports, clock).tick()
    finish(ports.jobs, running(ports.jobs), FAILED)
    finish(ports.jobs, running(ports.jobs), FAILED)
    watcher(ports, clock).tick()
    watcher(ports, clock).tick()

    assert only(ports).count == 2


def test_a_success_in_the_batch_that_opened_the_alert_clears_it_too(ports, clock):
    finish(ports.jobs, running(ports.jobs), FAILED)
    finish(ports.jobs, running(ports.jobs), DONE)
    watcher(ports, clock).tick()
    watcher(ports, clock).tick()

    assert active(ports) == []
    assert len(ports.alerts.page(AlertQuery(state=AlertState.CLEARED)).items) == 1


def found(kind, *, patient=False):
    def find(_view):
        yield NewAlert(key=kind, kind=kind, level=Level.INFO, subject="s", title="t", detail="d")

    return Watch(kind, find, is_patient=patient)


def test_a_rule_about_silence_waits_until_we_have_listened_long_enough(ports, clock):
    watching = watcher(ports, clock, found("quick"), found("patient", patient=True))
    watching.tick()
    early = active(ports)
    for _ in range(95):
        clock.now += 1
        watching.tick()

    assert [key for key, _ in early] == ["quick"]
    assert [key for key, _ in active(ports)] == ["patient", "quick"]


@pytest.mark.parametrize("gap_s", [60.0, -5.0])
def test_after_a_suspend_or_a_clock_that_jumped_listening_begins_anew(clock, gap_s):
    attention = Attention(clock)
    for _ in range(100):
        clock.now += 1
        attention.beat()
    assert attention.seconds == 100

    clock.now += gap_s
    attention.beat()
    assert attention.seconds == 0


def test_an_outage_of_the_store_ends_the_listening_and_nothing_else(ports, clock):
    watching = watcher(ports, clock, found("patient", patient=True))
    for _ in range(50):
        clock.now += 1
        watching.tick()
    ports.jobs.away = True
    watching.tick()
    ports.jobs.away = False
    for _ in range(50):
        clock.now += 1
        watching.tick()
    early = active(ports)
    for _ in range(50):
        clock.now += 1
        watching.tick()

    assert early == []
    assert active(ports) == [("patient", "info")]


def test_a_rule_with_a_mistake_holds_no_other_rule_up(ports, clock):
    def broken(_view):
        raise ZeroDivisionError

    watcher(ports, clock, Watch("broken", broken), found("quick")).tick()

    assert active(ports) == [("quick", "info")]


def test_two_schedulers_take_turns(ports, clock):
    seen = []

    def find(_view):
        seen.append(clock.now)
        return ()

    watches = [watcher(ports, clock, Watch("kind", find)) for _ in range(2)]
    for _ in range(2):
        for one in watches:
            one.tick()
        clock.now += WATCH_S / 10

    assert len(seen) == 1
