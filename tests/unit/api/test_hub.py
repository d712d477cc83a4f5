"""One ear, many listeners."""

import threading
import time

from api.conflating import Conflator
from api.context import open_door
from api.events import messages
from api.hub import Hub
from api.listening import Note, Subscription
from calypso.engine.submit import Request, submit
from calypso.errors import StoreUnavailable
from calypso.models.access import SYSTEM
from calypso.models.clock import uuid7
from tests.fakes.ports import memory_house


def everything(_note):
    return True


def started(house):
    return submit(house.ports, house.types, SYSTEM, Request(type="system.noop", params={})).job


def claimed(house):
    return house.ports.jobs.claim("system@keep", "keep", uuid7(), lease_s=60)


def test_a_resumed_stream_tells_what_was_missed_then_what_comes_and_nothing_twice():
    house = memory_house()
    here = open_door(house)
    hub = here.hub
    since = house.ports.jobs.last_cursor()
    started(house)
    subscription = Subscription(everything)
    hub.subscribe(subscription)
    stream = messages(here, subscription, since)

    hello, missed = next(stream), next(stream)
    note = hub.note_of(house.ports.jobs.events_since(since)[0])
    subscription.offer(note)  # heard live as well: a duplicate
    claimed(house)
    came = next(stream)
    hub.stop()

    assert hello.startswith("retry: ")
    assert '"state":"queued"' in missed
    assert '"state":"running"' in came
    assert list(stream) == []


def test_what_happens_before_the_first_look_is_told_all_the_same():
    house = memory_house()
    hub = Hub(house.ports)
    hub._running = True  # no ears of its own: this test looks by hand
    subscription = Subscription(everything)
    hub.subscribe(subscription)
    job = started(house)

    hub.look()

    assert subscription.take(0).job_id == job.id


def test_an_urgent_job_is_told_although_it_runs_where_control_work_does():
    house = memory_house()
    hub = Hub(house.ports, house.types)
    since = house.ports.jobs.last_cursor()
    request = Request(type="storage.pool_clear", params={"pool": "tank"})
    job = submit(house.ports, house.types, SYSTEM, request).job

    note = hub.note_of(house.ports.jobs.events_since(since)[0])

    assert (job.queue, note.control) == ("storage.control@keep", False)


def test_a_listener_that_runs_over_is_let_go_and_told_so():
    hung_up = []
    subscription = Subscription(everything, hang_up=lambda: hung_up.append(True), size=2)
    for number in range(5):
        subscription.offer(Note("inventory.changed", {"n": number}))

    assert subscription.closed
    assert hung_up == [True]


def test_a_bell_rings_for_its_job_only():
    house = memory_house()
    hub = Hub(house.ports)
    first, second = started(house), started(house)
    with hub.bell(first.id) as mine, hub.bell(second.id) as other:
        house.ports.jobs.last_cursor()
        hub.look()
        mine.clear()
        other.clear()
        house.ports.jobs.cancel(first.id, "ada")
        hub.look()
        assert mine.wait(5)
        assert not other.is_set()
    hub.stop()


def test_a_stop_lets_listeners_and_bells_go():
    hub = Hub(memory_house().ports)
    subscription = Subscription(everything)
    hub.subscribe(subscription)
    job_id = uuid7()
    with hub.bell(job_id) as bell:
        threading.Timer(0.05, hub.stop).start()
        assert bell.wait(5)
    assert subscription.take(5) is None
    assert subscription.closed


def test_progress_is_let_through_twice_a_second_and_the_latest_is_kept():
    instants = iter([0.0, 0.1, 0.2, 0.3, 0.6, 0.7])
    conflator = Conflator(interval_s=0.5, clock=lambda: next(instants))
    job_id = uuid7()

    assert conflator.offer(job_id, {"n": 1})
    assert not conflator.offer(job_id, {"n": 2})
    assert not conflator.offer(job_id, {"n": 3})
    assert conflator.due() == []
    assert conflator.due() == [{"n": 3}]
    assert conflator.due() == []


def test_a_state_change_carries_an_id_and_progress_none():
    assert Note("job.state", {"a": 1}, cursor="5-6").text == (
        'id: 5-6\nevent: job.state\ndata: {"a":1}\n\n'
    )
    assert Note("job.progress", {"a": 1}).text == 'event: job.progress\ndata: {"a":1}\n\n'


def test_a_note_that_was_taken_does_not_cut_the_next_wait_short():
    subscription = Subscription(everything)
    subscription.offer(Note("alert", {"n": 1}))
    assert subscription.take(1).data == {"n": 1}
    threading.Timer(0.1, subscription.offer, [Note("alert", {"n": 2})]).start()

    assert subscription.take(5).data == {"n": 2}


def test_a_listener_that_waits_is_woken_when_it_is_let_go():
    subscription = Subscription(everything)
    began = time.monotonic()
    threading.Timer(0.05, subscription.close).start()

    assert subscription.take(20) is None
    assert time.monotonic() - began < 10


def test_notes_are_taken_in_the_order_they_came():
    subscription = Subscription(everything)
    for number in range(3):
        subscription.offer(Note("alert", {"n": number}))

    assert [subscription.take(0).data["n"] for _ in range(3)] == [0, 1, 2]
    assert subscription.take(0) is None


def test_a_stream_begins_with_its_id_though_the_database_went_away(monkeypatch):
    here = open_door(memory_house())
    since = here.house.ports.jobs.last_cursor()

    def away(*_given, **_more):
        raise StoreUnavailable("away")

    monkeypatch.setattr(here.house.ports.jobs, "events_since", away)

    (hello,) = messages(here, Subscription(everything), since)

    assert hello == f"retry: 2000\nid: {since}\n\n"
