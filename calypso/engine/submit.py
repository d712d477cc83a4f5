"""Take a job in: who asks, what for, may they; one transaction; then a hint."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from calypso.engine.access import find_type, require
from calypso.engine.nodes import choose_node
from calypso.engine.plans import check_plan
from calypso.engine.ports import Ports
from calypso.engine.request import Request, new_job, params_of
from calypso.errors import (
    CalypsoError,
    DuplicateJob,
    FieldError,
    IdempotencyConflict,
    Invalid,
    NotFound,
    StoreUnavailable,
)
from calypso.models import tracing
from calypso.models.access import Actor
from calypso.models.job import Job, State
from calypso.models.jobtype import JobType
from calypso.models.ledger import Submitted

__all__ = ["Request", "Submission", "rerun", "submit"]


@dataclass(frozen=True)
class Submission:
    """The job, and whether an earlier request with the same key had made it."""

    job: Job
    replayed: bool


def submit(
    ports: Ports, types: Mapping[str, JobType], actor: Actor, request: Request
) -> Submission:
    """Store a job and wake a worker.

    Raises UnknownJobType, Forbidden, Invalid, IdempotencyConflict, DuplicateJob, PlanRequired,
    PlanStale, SubsystemUnavailable. Nothing is stored when it raises.
    """
    job_type = find_type(types, request.type)
    require(actor, job_type.permission)
    if job_type.destructive and (earlier := _replay(ports, actor, request)) is not None:
        return earlier  # before a plan is made anew, which takes long and may refuse
    try:
        return _submitted(ports, job_type, actor, request)
    except CalypsoError:
        if (earlier := _replay(ports, actor, request)) is not None:
            return earlier  # it was in order when it came first
        raise


def _submitted(ports: Ports, job_type: JobType, actor: Actor, request: Request) -> Submission:
    params = params_of(job_type, request)
    node = choose_node(ports, job_type.subsystem, request.node)
    _check_needed(ports, request.after)
    check_plan(ports, job_type, params, node=node, plan_hash=request.plan_hash)
    with tracing.span(f"submit {job_type.name}"):
        new = new_job(job_type, params, node=node, actor=actor, request=request)
        done = ports.jobs.submit(new)
    return _answer(ports, job_type, node, done)


def rerun(
    ports: Ports,
    types: Mapping[str, JobType],
    actor: Actor,
    job_id: UUID,
    *,
    plan_hash: str | None = None,
) -> Submission:
    """Submit an ended job's request anew, as a new job with `parent_id`.

    A destructive type needs the hash of a current plan, as at its first time.
    """
    job = ports.jobs.get(job_id)
    if job is None:
        raise NotFound(f"There is no job {job_id}.")
    if not job.state.is_terminal:
        raise DuplicateJob(
            f"Job {job_id} is still {job.state}. Wait for its end, or cancel it first.",
            holder_job=str(job_id),
        )
    asked = Request(
        type=job.type, params=job.params, node=job.node, priority=job.priority,
        plan_hash=plan_hash, parent_id=job.id,
    )  # fmt: skip
    return submit(ports, types, actor, asked)


def _replay(ports: Ports, actor: Actor, request: Request) -> Submission | None:
    if request.idempotency_key is None:
        return None
    earlier = ports.jobs.replay_of(actor.name, request.idempotency_key)
    if earlier is None:
        return None
    job_id, digest = earlier
    if digest != request.digest():
        raise _reused(job_id)
    return Submission(_stored(ports, job_id), replayed=True)


def _answer(ports: Ports, job_type: JobType, node: str, done: Submitted) -> Submission:
    if done.verdict == "conflict":
        raise _reused(done.job_id)
    if done.verdict == "duplicate":
        raise DuplicateJob(
            f"The same work is unfinished already, as job {done.job_id}. Follow that one.",
            holder_job=str(done.job_id),
        )
    if done.state is State.QUEUED:
        ports.hints.ring(job_type.queue(node), done.job_id)
    ports.live.poke(done.job_id)
    job = done.job or _stored(ports, done.job_id)
    return Submission(job, replayed=done.verdict == "same")


def _check_needed(ports: Ports, needed: Sequence[UUID]) -> None:
    missing = [
        FieldError(f"/after/{place}", "job_missing", f"There is no job {job_id}.")
        for place, job_id in enumerate(needed)
        if ports.jobs.get(job_id) is None
    ]
    if missing:
        raise Invalid("The job would wait for jobs that do not exist.", missing)


def _reused(job_id: UUID) -> CalypsoError:
    return IdempotencyConflict(
        f"This Idempotency-Key made job {job_id} from another request. Use a new key.",
        [FieldError("/headers/Idempotency-Key", "reused", "used for another request")],
    )


def _stored(ports: Ports, job_id: UUID) -> Job:
    job = ports.jobs.get(job_id)
    if job is None:
        raise StoreUnavailable(f"Job {job_id} was stored, but cannot be read back yet.")
    return job
