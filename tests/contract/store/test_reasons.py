"""Why a job waits, who is in the way, and how long such runs took."""

from datetime import timedelta
from uuid import uuid4

import pytest

from calypso.models.clock import now
from calypso.models.job import State, WaitReason
from calypso.models.ledger import Beat
from calypso.models.lock import exclusive
from calypso.models.worker import WorkerRecord
from tests.contract.store.making import (
    AGAIN,
    DONE,
    NODE,
    QUEUE,
    WORKER,
    claim,
    finish,
    running,
    submitted,
)  # fmt: skip

SILENT_S = 90.0


def explained(store, *ids):
    told = store.explain([store.get(one) for one in ids], silent_s=SILENT_S)
    return told[0] if len(told) == 1 else told


def register(store, worker=WORKER, **given):
    plain = {"node": NODE, "subsystem": "storage", "queues": (QUEUE,), "pid": 7, "started": 1,
             "boot_id": "b", "machine_id": "m", "pid_namespace": "p"}  # fmt: skip
    store.register(WorkerRecord(id=worker, **{**plain, **given}))


def beat(store, claimed, **progress):
    store.heartbeat(WORKER, [Beat(claimed.id, claimed.epoch, progress)], lease_s=60)


def ran(store, count, **given):
    """Let so many jobs run to their end."""
    for _ in range(count):
        finish(store, running(store, **given), DONE)


# -- who is in the way


def test_the_holder_of_a_lock_says_how_far_it_is(store):
    run = running(store, exclusive("tank"), title="Scrub tank")
    beat(store, run, percent=40, eta_s=90)
    waiter = submitted(store, exclusive("tank"))

    wait = explained(store, waiter).wait

    assert (wait.holder_job, wait.position) == (run.id, "1")
    assert (wait.holder.job, wait.holder.title, wait.holder.state) == (
        run.id, "Scrub tank", State.RUNNING,
    )  # fmt: skip
    assert (wait.holder.progress.percent, wait.holder.eta_s, wait.holder.eta_source) == (
        40, 90, "progress",
    )  # fmt: skip


def test_a_holder_that_cannot_tell_is_judged_by_its_past(store):
    ran(store, 3, title="Scrub tank")
    running(store, exclusive("tank"), title="Scrub tank")
    waiter = submitted(store, exclusive("tank"))

    assert explained(store, waiter).wait.holder.eta_source == "history"


def test_a_holder_without_a_past_is_given_no_end(store):
    running(store, exclusive("tank"))
    waiter = submitted(store, exclusive("tank"))

    holder = explained(store, waiter).wait.holder
    assert (holder.eta_s, holder.eta_source) == (None, None)


def test_the_needed_jobs_that_have_not_ended_are_told(store):
    done = running(store)
    finish(store, done)
    queued = submitted(store, title="Scrub tank", priority=-1)
    running_one = running(store, title="Send tank")
    beat(store, running_one, percent=7)
    waiter = submitted(store, after=(done.id, queued, running_one.id))

    wait = explained(store, waiter).wait

    assert wait.reason is WaitReason.AFTER
    assert {one.job: (one.state, one.progress.percent) for one in wait.needs} == {
        running_one.id: (State.RUNNING, 7), queued: (State.QUEUED, None),
    }  # fmt: skip
    assert wait.holder_job == queued
    assert wait.needs[0] == wait.holder


def test_of_many_needed_jobs_ten_are_told(store):
    needed = [submitted(store) for _ in range(12)]
    waiter = submitted(store, after=tuple(needed))

    assert len(explained(store, waiter).wait.needs) == 10


def test_a_time_that_is_waited_for_is_told(store):
    due = now().replace(microsecond=0) + timedelta(hours=1)
    later = submitted(store, not_before=due)
    again = running(store, max_attempts=3)
    finish(store, again, AGAIN)

    assert store.get(later).wait.until == due
    assert store.get(again.id).wait.reason is WaitReason.BACKOFF
    assert abs(store.get(again.id).wait.until - now()) < timedelta(minutes=1)


# -- a slot


def test_a_queue_that_nobody_serves_is_called_so(store):
    slot = explained(store, submitted(store)).slot

    assert (slot.reason, slot.slots, slot.busy, slot.position) == ("no_worker", 0, [], "1")


def test_a_queue_whose_workers_drain_is_called_so(store):
    register(store)
    store.set_draining(WORKER)

    slot = explained(store, submitted(store)).slot
    assert (slot.reason, slot.slots) == ("draining", 0)


def test_full_slots_name_what_runs_in_them(store):
    register(store)
    run = running(store, title="Send tank")
    beat(store, run, percent=12)
    waiting = [submitted(store) for _ in range(2)]

    slot = explained(store, waiting[1]).slot

    assert (slot.reason, slot.slots, slot.position) == ("busy", 1, "2")
    assert [(one.job, one.title, one.progress.percent) for one in slot.busy] == [
        (run.id, "Send tank", 12)
    ]


def test_a_free_slot_is_called_so(store):
    register(store)
    register(store, uuid4())
    running(store)

    assert explained(store, submitted(store)).slot.reason == "free"


def test_workers_that_are_not_heard_of_are_called_silent(store):
    register(store)
    job = store.get(submitted(store))

    (told,) = store.explain([job], silent_s=-1)

    assert (told.slot.reason, told.slot.slots) == ("silent", 0)


def test_a_worker_of_another_queue_serves_nothing_here(store):
    register(store, queues=("tape@keep",))
    assert explained(store, submitted(store)).slot.reason == "no_worker"


def test_the_urgent_come_first_in_line(store):
    plain, urgent = submitted(store), submitted(store, priority=5)
    told = explained(store, plain, urgent)

    assert [one.slot.position for one in told] == ["2", "1"]


def test_beyond_a_hundred_places_are_not_counted(store):
    jobs = [submitted(store) for _ in range(101)]
    urgent = submitted(store, priority=5)
    told = explained(store, urgent, jobs[98], jobs[99], jobs[100])

    assert [one.slot.position for one in told] == ["1", "100", "100+", "100+"]


# -- past runs


def test_a_job_that_cannot_tell_is_judged_by_runs_of_its_kind(store):
    ran(store, 4, title="Scrub tank")
    run = running(store, title="Scrub tank")

    told = explained(store, run.id)

    assert told.estimate.runs == 4
    assert 0 <= told.estimate.p50_s <= told.estimate.p90_s


@pytest.mark.parametrize(
    "other", [{"title": "Scrub vault"}, {"type": "storage.pool_trim"}], ids=["object", "type"]
)
def test_runs_of_another_kind_foretell_nothing(store, other):
    ran(store, 3, title="Scrub tank")
    run = running(store, **{"title": "Scrub tank", **other})

    assert explained(store, run.id).estimate is None


def test_runs_on_another_node_foretell_nothing(store):
    ran(store, 3)
    elsewhere = submitted(store, node="attic", queue="storage@attic")
    claim(store, node="attic", queue="storage@attic")

    assert explained(store, elsewhere).estimate is None


def test_a_job_that_says_how_far_it_is_is_not_estimated(store):
    ran(store, 3)
    run = running(store)
    beat(store, run, percent=1)

    told = store.get(run.id)
    assert explained(store, run.id) == told


def test_a_title_of_any_length_may_end(store):
    title = "Copy " + " ".join(uuid4().hex for _ in range(300))  # cannot be packed small
    ran(store, 3, title=title)

    assert explained(store, running(store, title=title).id).estimate.runs == 3


# -- versions


def test_the_version_changes_with_the_holder_and_not_with_the_clock(store):
    run = running(store, exclusive("tank"))
    waiter = submitted(store, exclusive("tank"))

    before = explained(store, waiter).version
    again = explained(store, waiter).version
    beat(store, run, percent=40)

    assert again == before
    assert explained(store, waiter).version != before


def test_the_version_of_an_estimated_job_stays_until_it_beats(store):
    ran(store, 3)
    run = running(store)

    before = explained(store, run.id)
    again = explained(store, run.id)

    assert before.version == again.version != store.get(run.id).version


def test_what_needs_no_reason_is_given_none(store):
    run = running(store)
    finish(store, run)

    assert explained(store, run.id) == store.get(run.id)
    assert explained(store, run.id).version == store.get(run.id).version
    assert store.explain([], silent_s=SILENT_S) == []
