"""Let a client count what a backup would take along."""

from calypso.drivers.backup import Backup, RunKind
from calypso.jobs.backup._fields import JobAsked
from calypso.jobs.backup._kinds import refuse_other_kind
from calypso.models.jobtype import Cancel, JobResult, OnLost, job
from calypso.models.running import RunningJob

TIMEOUT_S = 6 * 3600


class Params(JobAsked):
    """Which job."""

    def title(self) -> str:
        return f"Estimate {self.job}"


class Result(JobResult):
    """What a run would take along."""

    files: int
    bytes: int


@job(
    "backup.job_estimate",
    driver=Backup,
    permission="backup:operate",
    timeout_s=TIMEOUT_S,
    cancel=Cancel.BEFORE_START,
    on_lost=OnLost.REQUEUE,
    schedulable=True,
)
def estimate_job(params: Params, backup: Backup, running: RunningJob) -> Result:
    """Count what a backup would take along.

    The client walks through the whole fileset. The progress of the next run is told against it,
    until a run of the same level has ended.
    """
    refuse_other_kind(backup.job(params.job), RunKind.BACKUP)
    running.report(phase="the client counts")
    told = backup.estimate(
        params.job, level=params.level, client=params.client, fileset=params.fileset
    )
    return Result(files=told.files, bytes=told.bytes)
