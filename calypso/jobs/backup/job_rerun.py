"""Run a backup once more as it was run."""

from collections.abc import Sequence

from pydantic import Field

from calypso.drivers.backup import Backup, RunKind
from calypso.jobs.backup._carrying_out import RunResult, carried_out, result_of
from calypso.jobs.backup._fields import RUNS
from calypso.jobs.backup._following import GRACE_S
from calypso.jobs.backup._kinds import refuse_other_kind
from calypso.jobs.backup._times import RETRY, STALL_S, TIMEOUT_S
from calypso.models.jobtype import Cancel, JobParams, OnLost, job
from calypso.models.lock import Lock, present
from calypso.models.running import RunningJob


class Params(JobParams):
    """Which run."""

    run: int = Field(
        ge=1, description="Number of the run to repeat.", json_schema_extra={"x-choices": RUNS}
    )

    def locks(self) -> Sequence[Lock]:
        return [present("backup", "job")]

    def title(self) -> str:
        return f"Repeat run {self.run}"


@job(
    "backup.job_rerun",
    driver=Backup,
    permission="backup:operate",
    timeout_s=TIMEOUT_S,
    cancel=Cancel.SUBSYSTEM,
    grace_s=GRACE_S,
    on_lost=OnLost.REQUEUE,
    retry=RETRY,
    stall_s=STALL_S,
)
def rerun_job(params: Params, backup: Backup, running: RunningJob) -> RunResult:
    """Run a backup once more as it was run.

    With the job, level, client, fileset and pool of the earlier run, as the director has them now.
    """
    before = backup.run(params.run)
    refuse_other_kind(backup.job(before.name), RunKind.BACKUP)
    run = carried_out(
        backup,
        running,
        lambda comment: backup.start(
            before.name,
            comment=comment,
            level=before.level,
            client=before.client,
            fileset=before.fileset,
            pool=before.pool,
        ),
    )
    return result_of(run)
