from dataclasses import replace
from uuid import uuid4

import pytest

from calypso.models.job import State, WaitReason
from calypso.models.ledger import Beat, Ending
from calypso.models.lock import exclusive
from tests.contract.store.making import (
    AGAIN,
    DONE,
    NODE,
    QUEUE,
    WORKER,
    claim,
    finish,
    running,
    state,
    submitted,
)  # fmt: skip


def beat(store, claimed, worker=WORKER, **progress):
    beats = [Beat(claimed.id, claimed.epoch, progress or None)]
    return store.heartbeat(worker, beats, lease_s=60)


def test_the_oldest_job_is_claimed_first_and_once(store):
    first, second = submitted(store), submitted(store)

    assert [claim(store).id, claim(store).id, claim(store)] == [first, second, None]


def test_a_claim_tells_all_a_run_needs(store):
    job_id = submitted(store, plan_hash="p", max_attempts=3)

    claimed = claim(store)

    job = store.get(job_id)
    assert (claimed.id, claimed.epoch, claimed.attempt, claimed.max_attempts) == (job_id, 1, 1, 3)
    assert (claimed.params, claimed.plan_hash, claimed.requested_by) == (
        {"pool": "tank"},
        "p",
        "ada",
    )
    assert (claimed.cancel_requested, claimed.external) == (False, None)
    assert (job.state, job.attempt, job.heartbeat_at) == (State.RUNNING, 1, job.started_at)


def test_a_claim_takes_from_its_queue_and_node_only(store):
    submitted(store)

    assert claim(store, queue="tape@keep") is None
    assert claim(store, node="other") is None


def test_a_run_begins_beats_and_ends(store):
    run = running(store)
    before = store.get(run.id)

    assert store.begin(run.id, run.epoch) == "ok"
    assert beat(store, run, percent=12.5, phase="scan") == {run.id: False}
    during = store.get(run.id)
    warned = replace(
        DONE, warnings=[{"code": "slow", "message": "A disk is slow."}], progress={"percent": 100.0}
    )
    assert finish(store, run, warned) is State.SUCCEEDED

    after = store.get(run.id)
    assert (during.progress.percent, during.progress.phase) == (12.5, "scan")
    assert (after.result, after.progress.percent, after.warnings[0].code) == (
        {"ok": True},
        100.0,
        "slow",
    )
    assert after.finished_at is not None
    assert len({before.version, during.version, after.version}) == 3
    assert store.get(run.id).version == after.version


def test_a_beat_without_progress_keeps_the_last(store):
    run = running(store)
    beat(store, run, percent=5.0)

    assert beat(store, run) == {run.id: False}
    assert store.get(run.id).progress.percent == 5.0


def test_a_worker_without_jobs_beats_too(store):
    assert store.heartbeat(WORKER, (), lease_s=60) == {}


def test_text_that_a_database_refuses_does_not_keep_a_job_from_ending(store):
    run = running(store)

    assert (
        finish(
            store, run, Ending("failed", error={"code": "x", "title": "X", "detail": "a\0b\ud800"})
        )
        is State.FAILED
    )
    assert store.get(run.id).error.detail.startswith("a")


# -- fencing


def everything_is_fenced(store, run, worker=WORKER):
    before = store.get(run.id)
    verdicts = [
        store.begin(run.id, run.epoch) == "fenced",
        beat(store, run, worker, percent=99.0) == {},
        finish(store, run) is None,
        finish(store, run, AGAIN) is None,
        store.append_log(run.id, run.epoch, "late", limit_bytes=1000) is False,
        store.remember(run.id, run.epoch, "late") is False,
    ]
    return all(verdicts) and store.get(run.id) == before


def test_a_second_end_changes_nothing(store):
    run = running(store)
    finish(store, run)

    assert everything_is_fenced(store, run)


def test_a_zombie_can_write_nothing_once_the_job_runs_elsewhere(store):
    zombie = running(store)
    assert store.reap(NODE, WORKER) == (zombie.id, "again")
    heir = claim(store, uuid4())

    assert (heir.id, heir.epoch > zombie.epoch) == (zombie.id, True)
    assert everything_is_fenced(store, zombie)
    assert finish(store, heir) is State.SUCCEEDED


def test_only_the_worker_that_claimed_may_beat(store):
    run = running(store)

    assert beat(store, run, uuid4()) == {}


def test_a_released_job_is_lost_and_fenced(store):
    run = running(store, exclusive("tank"))
    waiter = submitted(store, exclusive("tank"))

    assert store.release(run.id, "ada") is True
    assert store.release(run.id, "ada") is False
    assert (state(store, run.id), state(store, waiter)) == ("lost", "queued")
    assert everything_is_fenced(store, run)


# -- endings


@pytest.mark.parametrize("outcome", ["failed", "cancelled"])
def test_an_end_that_is_no_success_keeps_its_error(store, outcome):
    run = running(store)

    error = {
        "code": "zfs_busy",
        "title": "Busy",
        "detail": "tank is busy.",
        "original": "dataset is busy",
    }
    assert finish(store, run, Ending(outcome, error=error)) is State(outcome)
    assert store.get(run.id).error.original == "dataset is busy"


def test_a_retry_gives_its_locks_back_and_asks_again(store):
    run = running(store, exclusive("tank"), max_attempts=2)
    other = submitted(store, exclusive("tank"))

    assert finish(store, run, AGAIN) is State.WAITING
    assert (store.get(run.id).wait.reason, state(store, other)) == (WaitReason.BACKOFF, "queued")
    assert store.promote(NODE) == 1
    assert store.get(run.id).wait.holder_job == other
    finish(store, claim(store))
    second = claim(store)
    assert (second.id, second.attempt, second.epoch) == (run.id, 2, 2)
    assert finish(store, second) is State.SUCCEEDED
    assert store.get(run.id).error is None


def test_the_last_attempt_that_fails_ends_the_job(store):
    run = running(store, max_attempts=1)

    assert finish(store, run, AGAIN) is State.FAILED
    assert store.get(run.id).error.code == "busy"


def test_finish_and_claim_frees_the_lock_for_the_next(store):
    run = running(store, exclusive("tank"))
    following = submitted(store, exclusive("tank"))

    ended, claimed = store.finish_and_claim(
        run.id, run.epoch, DONE, queue=QUEUE, node=NODE, worker=WORKER, lease_s=60
    )
    assert (ended, claimed.id, claimed.epoch, claimed.cancel_requested) == (
        State.SUCCEEDED,
        following,
        1,
        False,
    )
    ended, claimed = store.finish_and_claim(
        run.id, run.epoch, DONE, queue=QUEUE, node=NODE, worker=WORKER, lease_s=60
    )
    assert (ended, claimed) == (None, None)


def test_what_lives_outside_is_remembered_for_the_next_attempt(store):
    run = running(store, max_attempts=2)

    assert store.remember(run.id, run.epoch, "scrub:tank") is True
    finish(store, run, AGAIN)
    store.promote(NODE)
    assert (claim(store).external, store.get(run.id).external) == ("scrub:tank", "scrub:tank")


# -- cancel


def test_a_job_that_has_not_started_is_cancelled_at_once(store):
    holder = running(store, exclusive("tank"))
    queued, waiting = submitted(store), submitted(store, exclusive("tank"))
    behind = submitted(store, exclusive("tank"))

    assert [store.cancel(one, "bob") for one in (queued, waiting)] == [State.CANCELLED] * 2
    job = store.get(waiting)
    assert (job.state, job.cancel_requested_by, job.cancellable) == (State.CANCELLED, "bob", False)
    finish(store, holder)
    assert claim(store).id == behind
    assert store.cancel(queued, "bob") is State.CANCELLED


def test_a_running_job_is_asked_to_stop(store):
    run = running(store, cancel="anytime")
    assert store.get(run.id).cancellable

    assert [store.cancel(run.id, "bob"), store.cancel(run.id, "eve")] == ["cancelling"] * 2
    job = store.get(run.id)
    assert (job.state, job.cancel_requested_by, job.cancellable) == (State.RUNNING, "bob", False)
    assert store.begin(run.id, run.epoch) == "cancel"
    assert beat(store, run) == {run.id: True}
    assert finish(store, run, Ending("cancelled")) is State.CANCELLED


def test_a_finish_that_comes_first_wins_over_a_cancel(store):
    run = running(store)
    store.cancel(run.id, "bob")

    assert finish(store, run) is State.SUCCEEDED
    assert store.cancel(run.id, "bob") is State.SUCCEEDED


def test_a_cancelled_job_is_not_tried_again(store):
    run = running(store, max_attempts=5)
    store.cancel(run.id, "bob")

    assert finish(store, run, AGAIN) is State.CANCELLED


def test_a_type_that_cannot_be_cut_is_not_cancellable_while_it_runs(store):
    assert store.get(submitted(store, cancel="before_start")).cancellable
    assert not store.get(claim(store).id).cancellable


# -- lost workers


def test_a_job_that_had_not_begun_goes_back_in_line_for_free(store):
    run = running(store, exclusive("tank"))
    waiter = submitted(store, exclusive("tank"))

    assert store.reap(NODE, WORKER) == (run.id, "again")
    job = store.get(run.id)
    assert (job.state, job.attempt, state(store, waiter)) == (State.QUEUED, 0, "waiting")
    assert store.reap(NODE, WORKER) is None


@pytest.mark.parametrize(("policy", "fate"), [("requeue", "backoff"), ("manual", "again")])
def test_what_may_run_again_has_begun_when_it_is_claimed(store, policy, fate):
    run = running(store, on_lost=policy, max_attempts=3)
    assert store.reap(NODE, WORKER) == (run.id, fate)


def test_what_its_worker_disowns_goes_back_in_line_for_free(store):
    run = running(store, on_lost="requeue", max_attempts=3)
    store.disown(WORKER)
    assert store.reap(NODE, WORKER) == (run.id, "again")
    assert store.get(run.id).attempt == 0


def test_a_job_that_had_begun_is_requeued_when_its_type_may(store):
    run = running(store, exclusive("tank"), on_lost="requeue", max_attempts=3)
    store.begin(run.id, run.epoch)
    waiter = submitted(store, exclusive("tank"))

    assert store.reap(NODE, WORKER) == (run.id, "backoff")
    assert (store.get(run.id).wait.reason, state(store, waiter)) == (WaitReason.BACKOFF, "queued")


@pytest.mark.parametrize("policy", [{}, {"on_lost": "requeue", "max_attempts": 1}])
def test_a_job_that_had_begun_is_lost_otherwise(store, policy):
    run = running(store, exclusive("tank"), **policy)
    store.begin(run.id, run.epoch)
    waiter = submitted(store, exclusive("tank"))

    assert store.reap(NODE, WORKER) == (run.id, "lost")
    assert (state(store, run.id), state(store, waiter)) == ("lost", "queued")
    assert store.get(run.id).error.code == "worker_lost"


def test_a_job_asked_to_stop_is_cancelled_when_its_worker_dies(store):
    run = running(store, on_lost="requeue", max_attempts=3)
    store.begin(run.id, run.epoch)
    store.cancel(run.id, "bob")

    assert store.reap(NODE, WORKER) == (run.id, "cancelled")
    assert state(store, run.id) == "cancelled"


def test_a_job_whose_start_kills_its_worker_does_not_loop(store):
    run = running(store)
    fates = [store.reap(NODE, WORKER)[1]]
    while claim(store) is not None:
        fates.append(store.reap(NODE, WORKER)[1])

    assert fates == ["again"] * 5 + ["lost"]
    assert state(store, run.id) == "lost"


def test_only_the_node_of_a_job_reaps_it(store):
    run = running(store)

    assert store.reap("other", WORKER) is None
    assert state(store, run.id) == "running"


def test_jobs_are_reaped_one_a_call(store):
    first, second = running(store), running(store)

    assert [store.reap(NODE, WORKER)[0], store.reap(NODE, WORKER)[0], store.reap(NODE, WORKER)] == [
        first.id,
        second.id,
        None,
    ]
