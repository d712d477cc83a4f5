"""Jobs to store, said in as few words as a test needs."""

import time
from uuid import uuid4

from calypso.models.clock import uuid7
from calypso.models.job import Source
from calypso.models.ledger import Ending, NewJob

NODE, QUEUE = "keep", "storage@keep"
DONE = Ending("succeeded", result={"ok": True})
AGAIN = Ending(
    "retry", error={"code": "busy", "title": "Busy", "detail": "The pool is busy."}, retry_in_s=0
)
WORKER = uuid4()


def new(*locks, **given):
    plain = {
        "id": uuid7(),
        "type": "storage.pool_scrub",
        "subsystem": "storage",
        "node": NODE,
        "queue": QUEUE,
        "title": "Scrub tank",
        "params": {"pool": "tank"},
        "locks": locks,
        "requested_by": "ada",
        "source": Source(kind="user", id="ada"),
    }
    return NewJob(**{**plain, **given})


def submitted(store, *locks, **given):
    return store.submit(new(*locks, **given)).job_id


def claim(store, worker=WORKER, *, queue=QUEUE, node=NODE):
    return store.claim(queue, node, worker, lease_s=60)


def running(store, *locks, worker=WORKER, **given):
    """Submit a job and claim it; nothing else may be queued."""
    job_id = submitted(store, *locks, **given)
    claimed = claim(store, worker)
    assert claimed is not None
    assert claimed.id == job_id
    return claimed


def finish(store, claimed, ending=DONE):
    return store.finish(claimed.id, claimed.epoch, ending)


def state(store, job_id):
    return store.get(job_id).state.value


def eventually(happens, *, within_s=5.0):
    """Return the first true answer; asks again and again."""
    deadline = time.monotonic() + within_s
    while not (answer := happens()):
        assert time.monotonic() < deadline, "it did not happen in time"
    return answer
