"""The stuck-job doctor: gathers what the store and the job's node know, and has it judged.

The node is asked by a control job. When it does not answer, what the store knows must do, and the
answer says so.
"""

from collections.abc import Mapping
from uuid import UUID

from pydantic import Field

from calypso.engine.access import require
from calypso.engine.asking import answer_of
from calypso.engine.findings import Facts
from calypso.engine.judging import judge
from calypso.engine.plans import control_job
from calypso.engine.ports import Ports
from calypso.engine.silence import silence_s
from calypso.errors import NotFound
from calypso.host.evidence import gather
from calypso.models.access import Actor
from calypso.models.diagnosis import Diagnosis, Evidence
from calypso.models.job import Job, State
from calypso.models.jobtype import JobParams, JobResult, JobType
from calypso.models.running import RunningJob

VERB = "doctor"
NODE_TIMEOUT_S = 10.0


class DoctorParams(JobParams):
    """Which job to look at."""

    job_id: UUID = Field(description="The job's id.")


class DoctorResult(JobResult, Evidence):
    """What the node's kernel tells of it."""


def diagnose(
    ports: Ports,
    types: Mapping[str, JobType],
    actor: Actor,
    job_id: UUID,
    *,
    lease_s: float,
    timeout_s: float = NODE_TIMEOUT_S,
) -> Diagnosis:
    """Return what is true about a job and which action is safe; NotFound, Forbidden.

    Asks the job's node where the job runs; waits at most `timeout_s` for its answer.
    """
    require(actor, "jobs:read")
    if ports.jobs.get(job_id) is None:
        raise NotFound(f"There is no job {job_id}.")
    evidence = _asked(ports, job_id, timeout_s)
    job, silent_s = ports.jobs.get(job_id), silence_s(lease_s)  # as it is after the answer
    if job is None:
        raise NotFound(f"There is no job {job_id}.")
    (told,) = ports.jobs.explain([job], silent_s=silent_s)
    job_type = types.get(job.type)
    return judge(
        Facts(
            job=told,
            record=ports.jobs.examine(job_id),
            evidence=evidence,
            stall_s=job_type.stall_s if job_type else None,
            grace_s=job_type.grace_s if job_type else 0.0,
            silence_s=silent_s,
        )
    )


def _asked(ports: Ports, job_id: UUID, timeout_s: float) -> Evidence | None:
    """Return what the node says of a running job; None when there is nobody to ask, or no answer.

    Nor when it says so of another state than the job is in.
    """
    job = ports.jobs.get(job_id)
    if job is None or job.state is not State.RUNNING or not _is_served(ports, job):
        return None
    new = control_job(job.subsystem, VERB, job.node, {"job_id": str(job_id)})
    done = answer_of(ports, new, timeout_s=timeout_s)
    if done is None or done.state is not State.SUCCEEDED or done.result is None:
        return None
    return Evidence.model_validate(done.result)


def _is_served(ports: Ports, job: Job) -> bool:
    queue = control_job(job.subsystem, VERB, job.node, {}).queue
    return any(queue in one.queues for one in ports.jobs.workers(job.node))


def probe(ports: Ports, params: DoctorParams, running: RunningJob) -> DoctorResult:
    """Look at a job's worker and processes; runs on the job's node."""
    known = ports.jobs.workers(running.node)
    worker = next((one for one in known if one.running_job == params.job_id), None)
    found = gather(str(params.job_id), worker, sleep=running.wait)
    return DoctorResult.model_validate(found.model_dump())
