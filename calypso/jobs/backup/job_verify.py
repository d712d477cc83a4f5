"""Compare backups with the catalog or the disk by a job of the director."""

from typing import Self

from pydantic import Field, model_validator

from calypso.drivers.backup import Backup, NothingToRestore, RunKind
from calypso.jobs.backup._carrying_out import carried_out
from calypso.jobs.backup._fields import JOBS, RUNS, JobNamed
from calypso.jobs.backup._following import GRACE_S
from calypso.jobs.backup._kinds import refuse_other_kind
from calypso.jobs.backup._times import RETRY, STALL_S, TIMEOUT_S
from calypso.models.backup_names import BackupJobName
from calypso.models.jobtype import Cancel, JobResult, OnLost, job
from calypso.models.running import RunningJob


class Params(JobNamed):
    """Which job, and what it looks at this time."""

    run: int | None = Field(
        default=None,
        ge=1,
        description="Backup to look at; empty: the client's last good one.",
        json_schema_extra={"x-choices": RUNS},
    )
    of_job: BackupJobName | None = Field(
        default=None,
        description="Look at the last good run of this backup job instead.",
        json_schema_extra={"x-choices": JOBS},
    )

    @model_validator(mode="after")
    def _looks_at_one(self) -> Self:
        if self.run is not None and self.of_job is not None:
            raise ValueError("either a run to look at, or a job whose last one is")
        return self

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

    What with what is for the job of the director to say. It fails when they differ, and names the
    files.
    """
    refuse_other_kind(backup.job(params.job), RunKind.VERIFY)
    of_run = _looked_at(params, backup)
    run = carried_out(
        backup, running, lambda comment: backup.start(params.job, comment=comment, of_run=of_run)
    )
    return Result(run=run.id, files=run.files)


def _looked_at(params: Params, backup: Backup) -> int | None:
    """Return the run to look at; the director would make a run of its own fail that names none."""
    if params.run is not None:
        return backup.run(params.run).id
    if params.of_job is None:
        return None
    last = backup.last_good(backup.job(params.of_job).name)
    if last is None:
        raise NothingToRestore(f"No run of {params.of_job} on record is good.")
    return last.id
