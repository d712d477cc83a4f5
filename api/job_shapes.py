"""The shapes of jobs over HTTP: what may be asked, and what is answered."""

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from api.queries import Query
from calypso.models.job import Job, State
from calypso.models.jobtype import JobType
from calypso.models.listing import Sort
from calypso.models.names import NodeName

MOST_LOG_BYTES = 1 << 20


def _storable(at: datetime) -> datetime:
    try:
        instant = at.astimezone(UTC)
    except OverflowError:
        raise ValueError("outside the years 1970 to 9000") from None
    if not 1970 <= instant.year <= 9000:  # noqa: PLR2004 - what every part here can count in
        raise ValueError("outside the years 1970 to 9000")
    return instant


Instant = Annotated[AwareDatetime, AfterValidator(_storable)]
Word = Annotated[str, Field(max_length=200)]


class JobPath(BaseModel):
    """Which job."""

    job_id: UUID = Field(description="The job's id.")


class JobRequest(BaseModel):
    """A job to start."""

    model_config = ConfigDict(extra="forbid")

    type: Annotated[str, Field(min_length=1, max_length=200)] = Field(
        description="As GET /job-types lists them.", examples=["storage.snapshot_create"]
    )
    params: dict[str, Any] = Field(
        default_factory=dict, description="As the type's schema says; secrets by name only."
    )
    node: NodeName | None = Field(default=None, description="Needed where several could do it.")
    priority: int = Field(default=0, ge=-1000, le=1000, description="Higher runs earlier.")
    not_before: Instant | None = Field(default=None, description="It does not start earlier.")
    after: list[UUID] = Field(default=[], max_length=100, description="Jobs it waits for.")
    run_even_if_failed: bool = Field(
        default=False, description="Run although a job of `after` did not succeed."
    )
    plan_hash: Annotated[str, Field(max_length=128)] | None = Field(
        default=None, description="Of the plan that was looked at; destructive types need it."
    )


class PlanRequest(BaseModel):
    """A job to plan."""

    model_config = ConfigDict(extra="forbid")

    type: Annotated[str, Field(min_length=1, max_length=200)]
    params: dict[str, Any] = Field(default_factory=dict)
    node: NodeName | None = None


class RerunRequest(BaseModel):
    """How to start it anew."""

    model_config = ConfigDict(extra="forbid")

    plan_hash: Annotated[str, Field(max_length=128)] | None = Field(
        default=None,
        description="Of a current plan of the same request; destructive types need it.",
    )


class JobsQuery(Query):
    """Which jobs to list, and from where."""

    state: list[State] = Field(default=[], max_length=7, description="Any of these.")
    type: list[Word] = Field(default=[], max_length=20, description="Any of these.")
    subsystem: Word | None = None
    node: Word | None = None
    schedule: Word | None = None
    user: Word | None = Field(default=None, description="Who asked for it.")
    parent: UUID | None = Field(default=None, description="Jobs it started, and its reruns.")
    since: Instant | None = Field(
        default=None, description="Created then or later; finished, when sorted by that."
    )
    until: Instant | None = Field(
        default=None, description="Created before; finished, when sorted by that."
    )
    q: Annotated[str, Field(min_length=1, max_length=200)] | None = Field(
        default=None, description="Part of the title; the last 90 days unless since is given."
    )
    sort: Sort = "-created_at"
    limit: int = Field(default=50, ge=1, le=500)
    cursor: Annotated[str, Field(max_length=4000)] | None = None


class JobQueryOne(Query):
    """How to look at one job."""

    wait: float | None = Field(
        default=None, ge=0, le=60, description="Seconds to hold the answer until the job changes."
    )


class LogQuery(Query):
    """Which part of a log."""

    offset: int = Field(default=0, ge=0, le=2**53, description="In bytes.")
    limit: int = Field(default=65536, ge=1, le=MOST_LOG_BYTES, description="In bytes.")


class HistoryQuery(Query):
    """Which part of a history."""

    limit: int = Field(default=100, ge=1, le=500)
    cursor: Annotated[str, Field(max_length=19, pattern="^[0-9]+$")] | None = None


class JobPage(BaseModel):
    """A page of jobs."""

    items: list[Job]
    next_cursor: str | None


class JobTypeInfo(BaseModel):
    """A job type as people and forms see it."""

    name: str
    subsystem: str
    title: str
    description: str
    permission: str
    schedulable: bool
    cancel: str
    on_lost: str
    destructive: bool
    plans: bool = Field(description="POST /plans looks at what it would do.")
    timeout_s: float
    params_schema: dict[str, Any]


class HistoryEvent(BaseModel):
    """Something that happened to a job."""

    at: datetime
    type: str
    epoch: int | None
    data: dict[str, Any] | None


class HistoryPage(BaseModel):
    """A page of a job's history."""

    items: list[HistoryEvent]
    next_cursor: str | None


def type_info(job_type: JobType) -> JobTypeInfo:
    """Return what may be told about a job type."""
    return JobTypeInfo(
        name=job_type.name,
        subsystem=job_type.subsystem,
        title=job_type.title,
        description=job_type.description,
        permission=job_type.permission,
        schedulable=job_type.schedulable,
        cancel=job_type.cancel.value,
        on_lost=job_type.on_lost.value,
        destructive=job_type.destructive,
        plans=job_type.plan is not None,
        timeout_s=job_type.timeout_s,
        params_schema=_schema(job_type),
    )


def _schema(job_type: JobType) -> dict[str, Any]:
    """Return the schema of its parameters; `x-retains`: a schedule of it may have a retention."""
    schema = job_type.params.model_json_schema()
    return {**schema, "x-retains": True} if job_type.retains else schema
