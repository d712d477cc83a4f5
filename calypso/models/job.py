"""A job as everybody sees it: its state, why it waits, how far it is."""

import hashlib
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field


class State(StrEnum):
    """Where a job is in its life. Terminal states never change."""

    WAITING = "waiting"
    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    LOST = "lost"

    @property
    def is_terminal(self) -> bool:
        """True once the job has ended."""
        return self in TERMINAL


TERMINAL = frozenset({State.SUCCEEDED, State.FAILED, State.CANCELLED, State.LOST})
UNFINISHED = frozenset(State) - TERMINAL


class WaitReason(StrEnum):
    """What a waiting job waits for."""

    LOCK = "lock"
    RUN_AT = "run_at"
    BACKOFF = "backoff"
    AFTER = "after"
    APPROVAL = "approval"


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True)


class Progress(_Value):
    """How far a running job is. `percent` is None when nobody knows; it is never invented.

    `updated_at` is when it last moved: to say the same again is no move.
    """

    percent: float | None = None
    phase: str | None = None
    message: str | None = None
    done: int | None = None
    total: int | None = None
    unit: str | None = None
    rate: float | None = None
    eta_s: int | None = None
    updated_at: datetime | None = None


class Estimate(_Value):
    """How long such runs took: of the same type, on the same object, on the same node.

    An estimate, never a measurement of this run. The seconds left are those at the job's last
    heartbeat, and None once it has taken longer than that.
    """

    p50_s: float
    p90_s: float
    runs: int = Field(description="How many past runs it is made of, at least 3.")
    eta_s_p50: int | None = None
    eta_s_p90: int | None = None


class Holder(_Value):
    """A job that another one waits for: what it is, how far, and for how long yet."""

    job: UUID
    title: str
    state: State
    progress: Progress = Progress()
    eta_s: int | None = None
    eta_source: Literal["progress", "history"] | None = Field(
        default=None, description="progress: it says so itself. history: estimated from past runs."
    )


class Wait(_Value):
    """Why a job waits, on what, and who is in the way."""

    reason: WaitReason
    resource: str | None = None
    holder_job: UUID | None = None
    since: datetime
    position: str | None = None
    until: datetime | None = Field(
        default=None, description="When it goes on, where a time is all it waits for."
    )
    holder: Holder | None = Field(default=None, description="The job in the way.")
    needs: list[Holder] = Field(
        default_factory=list, description="Needed jobs that have not ended, at most 10."
    )


class Slot(_Value):
    """Why a queued job has not started: it wants a worker process, and nothing else."""

    reason: Literal["no_worker", "silent", "draining", "busy", "free"] = Field(
        description="no_worker: nobody serves the queue. silent: who served it is not heard of. "
        "draining: who serves it takes nothing new. busy: other jobs run in every slot. "
        "free: a worker is about to take it."
    )
    slots: int = Field(description="Worker processes that take jobs of this queue.")
    busy: list[Holder] = Field(description="What runs there now, at most 10.")
    position: str = Field(description='Place in line, from 1; beyond 100 it is "100+".')


class Warning_(_Value):  # noqa: N801 - the plain word is a builtin
    """A complaint of a job that went on all the same."""

    code: str
    message: str


class Problem(_Value):
    """Why a job did not succeed."""

    code: str
    title: str
    detail: str
    original: str | None = None


class Source(_Value):
    """Who or what asked for the job."""

    kind: Literal["user", "schedule", "job", "system"]
    id: str | None = None
    slot: datetime | None = Field(default=None, description="Of the schedule, whose slot this is.")


class HeldLock(_Value):
    """A lock as people read it."""

    path: str
    mode: Literal["exclusive", "shared", "present"]


class Job(_Value):
    """One job, as in the HTTP contract. Times are UTC; ids are UUIDv7."""

    id: UUID
    type: str
    subsystem: str
    node: str
    queue: str
    title: str
    state: State
    priority: int = 0
    wait: Wait | None = None
    slot: Slot | None = Field(default=None, description="Of a queued job: why not yet.")
    progress: Progress = Progress()
    estimate: Estimate | None = Field(
        default=None, description="Of a running job that cannot tell how long it takes."
    )
    warnings: list[Warning_] = Field(default_factory=list)
    error: Problem | None = None
    params: dict[str, Any] = Field(default_factory=dict)
    result: dict[str, Any] | None = None
    locks: list[HeldLock] = Field(default_factory=list)
    requested_by: str
    source: Source
    parent_id: UUID | None = None
    attempt: int = 0
    max_attempts: int = 1
    cancellable: bool = False
    cancel_requested_at: datetime | None = None
    cancel_requested_by: str | None = None
    external: str | None = None
    created_at: datetime
    queued_at: datetime | None = None
    started_at: datetime | None = None
    heartbeat_at: datetime | None = None
    finished_at: datetime | None = None

    @cached_property
    def text(self) -> str:
        """The job as JSON, made once."""
        return self.model_dump_json()

    @cached_property
    def version(self) -> str:
        """Changes with everything people can see of the job; the ETag."""
        return hashlib.blake2b(self.text.encode(), digest_size=12).hexdigest()

    def but(self, **told: Any) -> "Job":
        """Return the job with this told of it instead; itself where it tells just that."""
        if all(getattr(self, name) == value for name, value in told.items()):
            return self
        return Job.model_construct(
            **{name: getattr(self, name) for name in Job.model_fields} | told
        )


class JobEvent(_Value):
    """One line of a job's history. `cursor` orders events of all jobs by commit."""

    cursor: str
    job_id: UUID
    at: datetime
    type: str
    epoch: int | None = None
    data: dict[str, Any] | None = None
