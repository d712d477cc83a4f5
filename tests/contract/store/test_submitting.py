from datetime import timedelta
from uuid import UUID

import pytest

from calypso.models.clock import now, uuid7
from calypso.models.job import Source, State, WaitReason
from calypso.models.ledger import Ending
from calypso.models.listing import JobQuery
from calypso.models.lock import exclusive, present, shared
from tests.contract.store.making import (
    DONE,
    NODE,
    claim,
    eventually,
    finish,
    new,
    running,
    state,
    submitted,
)  # fmt: skip

FAILED = Ending("failed", error={"code": "x", "title": "X", "detail": "It broke."})


def test_a_job_with_nothing_in_its_way_is_queued(store):
    asked = new(exclusive("scan", "tank"), priority=3, plan_hash="abc", parent_id=uuid7())

    answer = store.submit(asked)

    job = store.get(asked.id)
    assert (answer.job_id, answer.verdict, answer.state) == (asked.id, "created", State.QUEUED)
    assert (job.state, job.title, job.params, job.priority) == (
        State.QUEUED,
        "Scrub tank",
        {"pool": "tank"},
        3,
    )
    assert [(lock.path, lock.mode) for lock in job.locks] == [("scan/tank", "exclusive")]
    assert (job.source, job.parent_id, job.queued_at is not None) == (
        asked.source,
        asked.parent_id,
        True,
    )
    assert job.wait is None
    assert job.cancellable


def test_what_does_not_exist_is_none(store):
    assert store.get(uuid7()) is None
    assert store.cancel(uuid7(), "ada") == "missing"
    assert store.release(uuid7(), "ada") is False


def test_the_same_key_and_request_is_the_same_job(store):
    first = store.submit(new(request_key="k", request_hash="h"))
    again = store.submit(new(request_key="k", request_hash="h"))
    other = store.submit(new(request_key="k", request_hash="other"))
    somebody_else = store.submit(new(request_key="k", request_hash="h", requested_by="bob"))

    assert (again.verdict, again.job_id) == ("same", first.job_id)
    assert (other.verdict, other.job_id) == ("conflict", first.job_id)
    assert somebody_else.verdict == "created"
    assert store.replay_of("ada", "k") == (first.job_id, "h")
    assert store.replay_of("ada", "never used") is None


def test_a_request_stored_twice_under_its_id_is_one_job(store):
    asked = new()
    store.submit(asked)

    assert store.submit(asked).verdict == "same"
    assert [job.id for job in store.page(JobQuery()).items] == [asked.id]


def test_only_one_unfinished_job_has_a_dedupe_key(store):
    first = running(store, dedupe_key="scrub tank")
    second = store.submit(new(dedupe_key="scrub tank"))
    finish(store, first)
    third = store.submit(new(dedupe_key="scrub tank"))

    assert (second.verdict, second.job_id, second.state) == ("duplicate", first.id, State.RUNNING)
    assert third.verdict == "created"


def test_a_job_for_later_waits_for_its_time(store):
    later = submitted(store, exclusive("scan", "tank"), not_before=now() + timedelta(hours=1))

    wait = store.get(later).wait
    assert (wait.reason, wait.holder_job) == (WaitReason.RUN_AT, None)
    assert claim(store) is None
    assert store.promote(NODE) == 0

    soon = submitted(store, not_before=now() + timedelta(milliseconds=80))
    eventually(lambda: store.promote(NODE))
    assert (state(store, soon), state(store, later)) == ("queued", "waiting")


def test_a_job_waits_for_those_it_comes_after(store):
    first = running(store)
    second = submitted(store, after=[first.id])

    wait = store.get(second).wait
    assert (wait.reason, wait.holder_job, wait.resource) == (
        WaitReason.AFTER,
        first.id,
        str(first.id),
    )
    assert claim(store) is None
    finish(store, first)
    assert store.promote(NODE) == 1
    assert state(store, second) == "queued"


def test_a_job_after_one_that_failed_fails_without_running(store):
    first = running(store)
    second = submitted(store, after=[first.id])
    third = submitted(store, after=[second])

    finish(store, first, FAILED)
    eventually(lambda: store.promote(NODE) == 0)

    assert [state(store, one) for one in (second, third)] == ["failed", "failed"]
    assert store.get(second).error.code == "needed_job_failed"
    assert str(first.id) in store.get(second).error.detail


def test_a_job_may_run_even_if_the_one_before_failed(store):
    first = running(store)
    second = submitted(store, after=[first.id], run_even_if_failed=True)

    finish(store, first, FAILED)
    store.promote(NODE)

    assert state(store, second) == "queued"


def test_a_job_after_ended_ones_looks_at_how_they_ended(store):
    good = running(store)
    finish(store, good)
    bad = running(store)
    finish(store, bad, FAILED)

    free = submitted(store, after=[good.id])
    doomed = submitted(store, after=[good.id, bad.id])
    lost = submitted(store, after=[UUID(int=1)])
    even = submitted(store, after=[bad.id], run_even_if_failed=True)
    eventually(lambda: store.promote(NODE) == 0)

    assert [state(store, one) for one in (free, doomed, lost, even)] == [
        "queued",
        "failed",
        "failed",
        "queued",
    ]


def test_a_job_after_others_then_waits_for_its_locks(store):
    first = running(store)
    holder = running(store, exclusive("scan", "tank"))
    second = submitted(store, exclusive("scan", "tank"), after=[first.id])

    finish(store, first)
    store.promote(NODE)

    assert store.get(second).wait.holder_job == holder.id


# -- locks


def test_a_job_waits_for_the_holder_of_its_lock_and_says_so(store):
    holder = running(store, exclusive("storage", "tank"))
    first = submitted(store, exclusive("storage", "tank"))
    second = submitted(store, exclusive("storage", "tank"))

    waits = [store.get(one).wait for one in (first, second)]
    assert [(w.reason, w.resource, w.holder_job) for w in waits] == [
        (WaitReason.LOCK, "storage/tank", holder.id)
    ] * 2
    assert [w.position for w in waits] == ["1", "2"]
    finish(store, holder)
    assert [state(store, one) for one in (first, second)] == ["queued", "waiting"]
    assert store.get(second).wait.holder_job == first


def test_a_long_line_is_counted_up_to_a_hundred(store):
    running(store, exclusive("tank"))
    for _ in range(100):
        submitted(store, exclusive("tank"))

    assert store.get(submitted(store, exclusive("tank"))).wait.position == "100+"


@pytest.mark.parametrize(
    ("held", "wanted", "expected"),
    [
        (exclusive("s", "tank", "home"), exclusive("s", "tank"), "waiting"),
        (exclusive("s", "tank"), exclusive("s", "tank", "home"), "waiting"),
        (exclusive("s", "tank", "home"), exclusive("s", "tank", "vm"), "queued"),
        (present("s", "tank", "home"), exclusive("s", "tank", "home"), "waiting"),
        (present("s", "tank", "home"), exclusive("s", "tank"), "waiting"),
        (present("s", "tank"), shared("s", "tank"), "queued"),
        (shared("s", "tank"), shared("s", "tank", "home"), "queued"),
        (shared("s", "tank"), exclusive("s", "tank", "home"), "waiting"),
        (exclusive("s", "tank", "home"), shared("s", "tank"), "waiting"),
    ],
)
def test_a_lock_reaches_below_and_is_seen_above(store, held, wanted, expected):
    running(store, held)

    assert state(store, submitted(store, wanted)) == expected


def test_locks_of_different_nodes_do_not_meet(store):
    running(store, exclusive("storage", "tank"))

    assert state(store, submitted(store, exclusive("storage", "tank"), node="other")) == "queued"


def test_who_waits_elsewhere_does_not_block_here(store):
    drive = running(store, exclusive("tape", "drive0"))
    submitted(store, exclusive("tape", "drive0"), exclusive("zstorage", "tank"))

    assert state(store, submitted(store, exclusive("zstorage", "tank"))) == "queued"
    assert drive is not None


def test_a_reader_waits_behind_an_older_writer(store):
    reader = running(store, shared("tank"))
    writer = submitted(store, exclusive("tank"))
    late = submitted(store, shared("tank"))

    assert state(store, late) == "waiting"
    finish(store, reader)
    assert [state(store, one) for one in (writer, late)] == ["queued", "waiting"]


def test_higher_priority_goes_first_in_a_line_and_in_a_queue(store):
    holder = running(store, exclusive("tank"))
    low, high = submitted(store, exclusive("tank")), submitted(store, exclusive("tank"), priority=5)
    free = submitted(store, priority=1)

    finish(store, holder)

    assert [state(store, one) for one in (low, high)] == ["waiting", "queued"]
    assert [claim(store).id, claim(store).id] == [high, free]


def test_a_released_line_lets_all_readers_in(store):
    writer = running(store, exclusive("tank"))
    readers = [submitted(store, shared("tank")) for _ in range(5)]

    finish(store, writer, DONE)

    assert {state(store, one) for one in readers} == {"queued"}


def test_jobs_of_schedules_tell_their_source(store):
    source = Source(kind="schedule", id="nightly")

    assert store.get(submitted(store, source=source)).source == source
