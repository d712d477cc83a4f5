"""Copy or migrate backups to other volumes by a job of the director."""

from calypso.drivers.backup import Backup, RunKind, RunState
from calypso.jobs.backup._carrying_out import carried_out
from calypso.jobs.backup._fields import JobNamed
from calypso.jobs.backup._following import GRACE_S
from calypso.jobs.backup._kinds import refuse_other_kind
from calypso.jobs.backup._times import RETRY, STALL_S, TIMEOUT_S
from calypso.models.jobtype import Cancel, JobResult, OnLost, job
from calypso.models.running import RunningJob


class Params(JobNamed):
    """Which job."""

    def title(self) -> str:
        return f"Copy backups by {self.job}"


class Result(JobResult):
    """The run that chose and copied."""

    run: int
    state: RunState
    files: int
    bytes: int


@job(
    "backup.job_copy",
    driver=Backup,
    permission="backup:operate",
    timeout_s=TIMEOUT_S,
    cancel=Cancel.SUBSYSTEM,
    grace_s=GRACE_S,
    on_lost=OnLost.REQUEUE,
    retry=RETRY,
    schedulable=True,
    stall_s=STALL_S,
)
def copy_jobs(params: Params, backup: Backup, running: RunningJob) -> Result:
    """Copy or migrate backups to other volumes.

    Which ones is for the job of the director to choose. It starts a run of its own for each after
    the first; those are in the list of runs.
    """
    refuse_other_kind(backup.job(params.job), RunKind.COPY, RunKind.MIGRATE)
    run = carried_out(backup, running, lambda comment: backup.start(params.job, comment=comment))
    return Result(run=run.id, state=run.state, files=run.files, bytes=run.bytes)
