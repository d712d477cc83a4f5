"""Jobs that start others and wait for them, and runs of silent nodes."""

from uuid import uuid4

import pytest

from calypso.models.clock import uuid7
from calypso.models.job import Source, State, WaitReason
from calypso.models.ledger import Beat, Ending
from calypso.models.listing import JobQuery
from calypso.models.lock import exclusive
from tests.contract.store.making import (
    DONE,
    NODE,
    WORKER,
    claim,
    finish,
    running,
    state,
    submitted,
)  # fmt: skip
from tests.contract.store.test_reasons import explained, register

FAILED = Ending("failed", error={"code": "x", "title": "X", "detail": "It did not work."})


def child(store, parent, *locks, **given):
    source = Source(kind="job", id=str(parent.id))
    return submitted(store, *locks, parent_id=parent.id, source=source, **given)


def park(store, parent, *children, **more):
    return store.park(parent.id, parent.epoch, list(children), **more)


def kinds(store, job_id):
    return [one.type for one in store.events_of(job_id)]


# -- a parent that waits


def test_a_parent_that_waits_gives_its_slot_and_its_locks_back(store):
    parent = running(store, exclusive("tank"))
    kid = child(store, parent, exclusive("tank"))
    assert state(store, kid) == "waiting"

    assert park(store, parent, kid) is State.WAITING

    waiting = store.get(parent.id)
    assert (waiting.wait.reason, waiting.wait.holder_job) == (WaitReason.AFTER, kid)
    assert state(store, kid) == "queued"
    assert claim(store).id == kid


def test_it_runs_again_when_its_children_have_ended_however_they_ended(store):
    parent = running(store)
    kids = [child(store, parent) for _ in range(2)]
    park(store, parent, *kids)
    finish(store, claim(store), FAILED)
    store.promote(NODE)
    assert state(store, parent.id) == "waiting"

    finish(store, claim(store), DONE)
    store.promote(NODE)

    again = claim(store)
    assert (again.id, again.attempt) == (parent.id, 1)
    assert again.epoch > parent.epoch
    assert finish(store, again) is State.SUCCEEDED


def test_it_asks_for_its_locks_again(store):
    parent = running(store, exclusive("tank"))
    kid = child(store, parent)
    park(store, parent, kid)
    other = submitted(store, exclusive("tank"))
    finish(store, claim(store), DONE)
    other_run = claim(store)
    assert other_run.id == other

    store.promote(NODE)
    assert (store.get(parent.id).wait.reason, state(store, parent.id)) == ("lock", "waiting")
    finish(store, other_run, DONE)
    assert claim(store).id == parent.id


def test_children_that_have_ended_already_are_not_waited_for(store):
    parent = running(store)
    kid = child(store, parent)
    finish(store, claim(store), DONE)

    assert park(store, parent, kid) is State.QUEUED
    assert claim(store).id == parent.id


def test_who_has_no_children_has_nothing_to_wait_for(store):
    parent = running(store)

    assert store.park(parent.id, parent.epoch, None) is State.RUNNING
    assert finish(store, parent) is State.SUCCEEDED


def test_a_zombie_cannot_park(store):
    parent = running(store)
    kid = child(store, parent)
    store.reap(NODE, WORKER)

    assert park(store, parent, kid) is None


def test_it_can_wait_twice(store):
    parent = running(store)
    first = child(store, parent)
    park(store, parent, first)
    finish(store, claim(store), DONE)
    store.promote(NODE)
    again = claim(store)
    second = child(store, again)

    assert park(store, again, first, second) is State.WAITING
    finish(store, claim(store), DONE)
    store.promote(NODE)
    assert claim(store).id == parent.id


def test_a_waiting_parent_tells_how_far_its_children_are(store):
    parent = running(store)
    kids = [child(store, parent, title=f"Copy {n}") for n in range(4)]
    park(store, parent, *kids)
    finish(store, claim(store), DONE)
    half = claim(store)
    store.heartbeat(WORKER, [Beat(half.id, half.epoch, {"percent": 50})], lease_s=60)

    told = explained(store, parent.id)

    assert (told.progress.done, told.progress.total, told.progress.unit) == (1, 4, "jobs")
    assert told.progress.percent == 37.5
    assert [one.state for one in told.wait.needs] == [
        State.RUNNING, State.QUEUED, State.QUEUED,
    ]  # fmt: skip


def test_no_percent_is_made_up_for_children_that_tell_none(store):
    parent = running(store)
    kids = [child(store, parent) for _ in range(2)]
    park(store, parent, *kids)
    claim(store)

    told = explained(store, parent.id).progress
    assert (told.done, told.total, told.percent) == (0, 2, None)


# -- cancel


def test_children_of_who_was_asked_to_stop_are_forsaken(store):
    parent = running(store)
    kid, done = child(store, parent), child(store, parent)
    store.cancel(done, "bob")
    rerun = submitted(store, parent_id=parent.id)
    assert store.forsaken() == []

    store.cancel(parent.id, "ada")

    assert store.forsaken() == [(kid, "ada")]
    store.cancel(kid, "ada")
    assert store.forsaken() == []
    assert state(store, rerun) == "queued"


def test_a_waiting_parent_is_cancelled_after_its_last_child(store):
    parent = running(store)
    kid = child(store, parent)
    park(store, parent, kid)
    kid_run = claim(store)

    assert store.cancel(parent.id, "ada") == "cancelling"
    store.cancel(kid, "ada")
    store.promote(NODE)
    assert state(store, parent.id) == "waiting", "its child still runs"

    finish(store, kid_run, Ending("cancelled"))
    store.promote(NODE)
    ended = store.get(parent.id)
    assert (ended.state, ended.cancel_requested_by) == (State.CANCELLED, "ada")
    assert "cancel_requested" in kinds(store, parent.id)
    assert kinds(store, parent.id)[-1] == "cancelled"


def test_a_cancelled_parent_that_runs_waits_for_its_children_before_it_ends(store):
    parent = running(store, exclusive("tank"))
    child(store, parent)
    kid_run = claim(store)
    store.cancel(parent.id, "ada")

    assert store.park(parent.id, parent.epoch, None) is State.WAITING
    finish(store, kid_run, Ending("cancelled"))
    store.promote(NODE)

    assert state(store, parent.id) == "cancelled"
    assert store.locks() == []


def test_a_parent_in_a_slots_line_waits_for_children_it_left_behind(store):
    parent = running(store)
    stays, kid = child(store, parent), child(store, parent)
    stays_run, _ = claim(store), finish(store, claim(store))
    assert (stays_run.id, state(store, kid)) == (stays, "succeeded")
    assert park(store, parent, kid) is State.QUEUED

    assert store.cancel(parent.id, "ada") == "cancelling"
    finish(store, stays_run, DONE)
    store.promote(NODE)

    assert state(store, parent.id) == "cancelled"


def test_a_dead_worker_s_cancelled_parent_ends_after_its_children_too(store):
    parent = running(store, exclusive("tank"))
    child(store, parent)
    kid_run = claim(store, uuid4())
    store.cancel(parent.id, "ada")

    assert store.reap(NODE, WORKER) == (parent.id, "parked")
    assert store.reap(NODE, WORKER) is None
    assert finish(store, parent) is None, "fenced"
    assert state(store, parent.id) == "waiting"

    finish(store, kid_run, Ending("cancelled"))
    store.promote(NODE)
    assert state(store, parent.id) == "cancelled"


# -- lists


@pytest.mark.parametrize("sort", ["-created_at", "created_at", "-finished_at"])
def test_the_children_of_a_job_are_listed(store, sort):
    parent = running(store)
    kids = [child(store, parent) for _ in range(2)]
    submitted(store)
    for _ in range(3):
        finish(store, claim(store))

    page = store.page(JobQuery(parent=parent.id, sort=sort))

    wanted = kids if sort == "created_at" else kids[::-1]
    assert [one.id for one in page.items] == wanted
    assert store.page(JobQuery(parent=uuid7())).items == []


# -- silent nodes


def test_a_run_is_examined(store):
    register(store)
    run = running(store)
    store.begin(run.id, run.epoch)
    store.append_log(run.id, run.epoch, "one\ntwo\n", limit_bytes=4096)

    told = store.examine(run.id)

    assert (told.epoch, told.worker, told.losses, told.last_line) == (1, WORKER, 0, "two")
    assert told.lease_until > told.looked_at >= told.begun_at
    assert told.node_seen_at <= told.looked_at
    assert store.examine(uuid7()) is None


def test_another_worker_of_the_node_breaks_its_silence(store):
    run = running(store)
    before = store.examine(run.id).node_seen_at
    register(store, uuid4())

    assert store.examine(run.id).node_seen_at > before


def test_a_job_of_a_node_that_speaks_is_not_released(store):
    register(store)
    run = running(store)

    assert store.release_silent(run.id, "ada", note=None, silence_s=90) == "not_silent"
    assert state(store, run.id) == "running"


def test_a_job_of_a_silent_node_is_released_and_it_stands_on_record(store):
    run = running(store, exclusive("tank"))
    waiter = submitted(store, exclusive("tank"))

    assert store.release_silent(run.id, "ada", note="It burned.", silence_s=-1) == "released"

    assert (state(store, run.id), state(store, waiter)) == ("lost", "queued")
    told = next(one for one in store.events_of(run.id) if one.type == "released").data
    assert (told["by"], told["note"], told["node"]) == ("ada", "It burned.", NODE)
    assert finish(store, run) is None


def test_only_what_runs_is_released(store):
    waiting = submitted(store)

    assert store.release_silent(waiting, "ada", note=None, silence_s=-1) == "not_running"
    assert store.release_silent(uuid7(), "ada", note=None, silence_s=-1) == "missing"
