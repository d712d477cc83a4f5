"""Copy or migrate backups to other volumes by a job of the director."""

from collections.abc import Iterator, Sequence

from pydantic import BaseModel, ConfigDict, Field

from calypso.drivers.backup import Backup, Run, RunKind
from calypso.jobs.backup._beginning import begun
from calypso.jobs.backup._copying import Copying
from calypso.jobs.backup._fields import POOLS, JobNamed
from calypso.jobs.backup._following import GRACE_S
from calypso.jobs.backup._kinds import refuse_other_kind
from calypso.jobs.backup._times import RETRY, STALL_S, TIMEOUT_S
from calypso.models.backup_names import BackupName
from calypso.models.jobtype import Cancel, JobResult, OnLost, job
from calypso.models.running import RunningJob


class Params(JobNamed):
    """Which job, and where to this time."""

    next_pool: BackupName | None = Field(
        default=None,
        description="Another pool to copy to than the job or its pool says.",
        json_schema_extra={"x-choices": POOLS},
    )

    def title(self) -> str:
        return f"Copy backups by {self.job}"


class Made(BaseModel):
    """A backup and what was made of it. `source`, `copy_id`, `by`: numbers of runs."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: int
    copy_id: int
    by: int
    bytes: int


class Result(JobResult):
    """The run that chose what to copy, and all that was made; nothing where nothing was left to."""

    run: int
    made: tuple[Made, ...]
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

    Which ones is for the job of the director to choose. It starts a run for each after the first;
    all are followed, and stopped when this job is cancelled.
    """
    refuse_other_kind(backup.job(params.job), RunKind.COPY, RunKind.MIGRATE)
    backup.next_pool(params.job, chosen=params.next_pool)
    first = begun(
        backup,
        running,
        lambda comment: backup.start(params.job, comment=comment, next_pool=params.next_pool),
    )
    made = tuple(_made(backup, Copying(backup, first, running).ended()))
    return Result(run=first, made=made, bytes=sum(one.bytes for one in made))


def _made(backup: Backup, runs: Sequence[Run]) -> Iterator[Made]:
    for run in runs:
        if (told := backup.copied(run.id)) is not None:
            size_bytes = backup.run(told.copy_id).bytes
            yield Made(source=told.source, copy_id=told.copy_id, by=run.id, bytes=size_bytes)
