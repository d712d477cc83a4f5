"""What is counted for a scrape, and what goes along with a job."""

from calypso.models.job import State
from calypso.models.lock import exclusive
from tests.contract.store.making import (
    DONE,
    NODE,
    QUEUE,
    WORKER,
    claim,
    finish,
    new,
    running,
    submitted,
)

TRACE = {"traceparent": f"00-{'a' * 32}-{'b' * 16}-01", "request_id": "order-7"}


def test_unfinished_jobs_are_counted_by_type_and_state(store):
    held = running(store, exclusive("storage", "tank"))
    submitted(store, exclusive("storage", "tank"))
    for _ in range(2):
        submitted(store, type="system.noop")
    told = {(one.type, one.state): one.jobs for one in store.unfinished(most=100)}
    assert told == {
        ("storage.pool_scrub", State.RUNNING): 1,
        ("storage.pool_scrub", State.WAITING): 1,
        ("system.noop", State.QUEUED): 2,
    }
    finish(store, held)
    assert ("storage.pool_scrub", State.RUNNING) not in {
        (one.type, one.state) for one in store.unfinished(most=100)
    }


def test_no_more_are_looked_at_than_was_said(store):
    for _ in range(5):
        submitted(store)
    assert sum(one.jobs for one in store.unfinished(most=3)) == 3


def test_the_trace_of_a_request_goes_along_to_whoever_claims_its_job(store):
    store.submit(new(trace=TRACE))
    assert claim(store).trace == TRACE


def test_a_job_that_nobodys_request_made_has_no_trace(store):
    assert running(store).trace is None


def test_the_trace_goes_along_to_a_claim_in_the_same_trip_as_an_end(store):
    held = running(store)
    store.submit(new(trace=TRACE))
    _, following = store.finish_and_claim(
        held.id, held.epoch, DONE, queue=QUEUE, node=NODE, worker=WORKER, lease_s=60
    )
    assert following.trace == TRACE
