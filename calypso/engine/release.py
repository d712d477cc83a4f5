"""Give up a job of a node that is silent and will not come back: an operator's word, on record."""

from uuid import UUID

from calypso.engine.access import require
from calypso.engine.ports import Ports
from calypso.engine.silence import silence_s
from calypso.errors import AlreadyEnded, NotFound, NotSilent
from calypso.models.access import Actor
from calypso.models.job import Job

PERMISSION = "jobs:release"


def release(ports: Ports, actor: Actor, job_id: UUID, *, note: str | None, lease_s: float) -> Job:
    """Call a running job of a silent node lost and free its locks; return it as it then is.

    Raises NotFound, Forbidden, AlreadyEnded, NotSilent. Who did it, their note and since when the
    node was silent stand in the job's history.
    """
    require(actor, PERMISSION)
    silent_s = silence_s(lease_s)
    verdict = ports.jobs.release_silent(job_id, actor.name, note=note, silence_s=silent_s)
    if verdict == "missing":
        raise NotFound(f"There is no job {job_id}.")
    job = ports.jobs.get(job_id)
    if job is None:
        raise NotFound(f"There is no job {job_id}.")
    if verdict == "not_running":
        raise _not_running(job)
    if verdict == "not_silent":
        raise _not_silent(ports, job, silent_s)
    ports.live.poke(job_id)
    return job


def _not_running(job: Job) -> AlreadyEnded | NotSilent:
    if job.state.is_terminal:
        return AlreadyEnded(f"Job {job.id} has ended ({job.state}); there is nothing to release.")
    return NotSilent(
        f"Job {job.id} is {job.state}: it runs nowhere, so there is nothing to release. Cancel it "
        "instead; that is done at once."
    )


def _not_silent(ports: Ports, job: Job, silent_s: float) -> NotSilent:
    record = ports.jobs.examine(job.id)
    heard = ""
    if record is not None and record.node_seen_at is not None:
        age_s = (record.looked_at - record.node_seen_at).total_seconds()
        heard = f" {max(0.0, age_s):.0f} s ago"
    return NotSilent(
        f"Node {job.node} was heard of{heard}, and only a node silent for {silent_s:g} s may have "
        f"its jobs released: job {job.id} may still run there. Cancel it instead, or ask "
        f"POST /jobs/{job.id}/doctor what is wrong."
    )
