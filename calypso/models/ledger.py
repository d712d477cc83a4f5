"""What is said between those who run jobs and the ledger that keeps them. Pure values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from calypso.models.job import Job, Source, State
from calypso.models.lock import Lock

Verdict = Literal["created", "same", "duplicate", "conflict"]
Outcome = Literal["succeeded", "failed", "cancelled", "retry", "parked"]
Release = Literal["released", "not_running", "not_silent", "missing"]


@dataclass(frozen=True)
class NewJob:
    """A job about to be stored. `request_hash` is over the whole request, for its key."""

    id: UUID
    type: str
    subsystem: str
    node: str
    queue: str
    title: str
    params: Mapping[str, Any]
    locks: Sequence[Lock]
    requested_by: str
    source: Source
    priority: int = 0
    not_before: datetime | None = None
    after: Sequence[UUID] = ()
    run_even_if_failed: bool = False
    request_key: str | None = None
    request_hash: str | None = None
    dedupe_key: str | None = None
    max_attempts: int = 1
    on_lost: Literal["requeue", "manual"] = "manual"
    parent_id: UUID | None = None
    plan_hash: str | None = None
    cancel: str = "before_start"
    control: bool = False  # left out of lists unless asked for
    trace: Mapping[str, str] | None = None  # of the request that asked for it


@dataclass(frozen=True)
class Submitted:
    """What became of a submission. For `conflict` and `duplicate` the id is the other job's.

    `job`: as it was stored, when it was `created` just now.
    """

    job_id: UUID
    verdict: Verdict
    state: State
    job: Job | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Claimed:
    """A job this worker now owns, at this epoch."""

    id: UUID
    epoch: int
    type: str
    subsystem: str
    node: str
    queue: str
    params: Mapping[str, Any]
    attempt: int
    max_attempts: int
    external: str | None
    plan_hash: str | None
    cancel_requested: bool
    requested_by: str
    trace: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Beat:
    """A sign of life of one running job, with its latest progress."""

    job_id: UUID
    epoch: int
    progress: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Ending:
    """How a run ended. `retry_in_s` counts for `retry` only, `children` for `parked` only.

    A parked run is no end of its job: it is parked, never finished.
    """

    outcome: Outcome
    result: Mapping[str, Any] | None = None
    error: Mapping[str, Any] | None = None
    warnings: Sequence[Mapping[str, Any]] = ()
    progress: Mapping[str, Any] | None = None
    retry_in_s: float = 30.0
    children: Sequence[UUID] = ()


@dataclass(frozen=True)
class RunRecord:
    """What is on record about an unfinished job, for who looks whether it is stuck.

    All instants are by the store's clock, `looked_at` too. `node_seen_at`: the latest sign of life
    of any worker of its node.
    """

    epoch: int
    worker: UUID | None
    lease_until: datetime | None
    begun_at: datetime | None
    losses: int
    node_seen_at: datetime | None
    last_line: str | None
    looked_at: datetime
