"""Stop a job: at once while it has not started, by request while it runs."""

from collections.abc import Mapping
from uuid import UUID

from calypso.engine.access import require
from calypso.engine.ports import Ports
from calypso.errors import AlreadyEnded, NotCancellable, NotFound
from calypso.models.access import Actor
from calypso.models.job import Job, State
from calypso.models.jobtype import Cancel, JobType


def cancel(ports: Ports, types: Mapping[str, JobType], actor: Actor, job_id: UUID) -> Job:
    """Cancel a job and return it as it then is; asking twice is as good as once.

    Raises NotFound, Forbidden, AlreadyEnded, NotCancellable. A running job is `cancelled` only
    when all its processes were seen dead; until then `cancel_requested_at` is set.
    """
    job = _found(ports, job_id)
    job_type = types.get(job.type)
    require(actor, job_type.permission if job_type else "jobs:cancel")
    _refuse_if_too_late(job, job_type)
    verdict = ports.jobs.cancel(job_id, actor.name)
    if isinstance(verdict, State) and verdict is not State.CANCELLED:
        raise _ended(job_id, verdict)
    if verdict == "cancelling":
        ports.live.wish_cancel(job_id)
    ports.live.poke(job_id)
    cancel_children(ports)
    return _found(ports, job_id)


def cancel_children(ports: Ports) -> int:
    """Pass every parent's cancel on to its children, and theirs; returns how many were told."""
    told = 0
    while forsaken := ports.jobs.forsaken():
        for job_id, by in forsaken:
            if ports.jobs.cancel(job_id, by) == "cancelling":
                ports.live.wish_cancel(job_id)
            ports.live.poke(job_id)
        told += len(forsaken)
    return told


def _refuse_if_too_late(job: Job, job_type: JobType | None) -> None:
    if job.state.is_terminal:
        raise _ended(job.id, job.state)
    if job.state is State.RUNNING and job_type and job_type.cancel is Cancel.BEFORE_START:
        raise NotCancellable(
            f"{job.title} has started and cannot be cut without damage; it ends by itself. "
            "Jobs of this type can be cancelled only before they start."
        )


def _ended(job_id: UUID, state: State) -> AlreadyEnded:
    return AlreadyEnded(f"Job {job_id} has ended ({state}); there is nothing to cancel.")


def _found(ports: Ports, job_id: UUID) -> Job:
    job = ports.jobs.get(job_id)
    if job is None:
        raise NotFound(f"There is no job {job_id}.")
    return job
