"""Compare backups with the catalog or the disk by a job of the director."""

from calypso.drivers.backup import Backup, RunKind
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
        return f"Verify by {self.job}"


class Result(JobResult):
    """What was compared and is the same."""

    run: int
    files: int


@job(
    "backup.job_verify",
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
def verify_job(params: Params, backup: Backup, running: RunningJob) -> Result:
    """Compare backups with the catalog or the disk.

    What with what is for the job of the director to say. It fails when they differ; the log of
    the job names each file.
    """
    refuse_other_kind(backup.job(params.job), RunKind.VERIFY)
    run = carried_out(backup, running, lambda comment: backup.start(params.job, comment=comment))
    return Result(run=run.id, files=run.files)
