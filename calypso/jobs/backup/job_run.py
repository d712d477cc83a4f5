"""Run a backup job of the director."""

from calypso.drivers.backup import Backup, Level, RunKind
from calypso.jobs.backup._carrying_out import RunResult, carried_out, result_of
from calypso.jobs.backup._fields import RunAsked
from calypso.jobs.backup._following import GRACE_S
from calypso.jobs.backup._kinds import refuse_other_kind
from calypso.jobs.backup._times import RETRY, STALL_S, TIMEOUT_S
from calypso.models.jobtype import Cancel, OnLost, job
from calypso.models.running import RunningJob


class Params(RunAsked):
    """Which job, and what of it is to be otherwise this time."""

    def title(self) -> str:
        level = f" ({self.level})" if self.level else ""
        return f"Back up by {self.job}{level}"


@job(
    "backup.job_run",
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
def run_job(params: Params, backup: Backup, running: RunningJob) -> RunResult:
    """Run a backup job.

    The director runs it; this job starts it once, follows it to its end, and stops it when it is
    cancelled. An incremental without a full backup before it becomes a full one. A virtual full is
    made of the backups there are, without the client, and goes to the next pool.
    """
    asked = backup.job(params.job)
    refuse_other_kind(asked, RunKind.BACKUP)
    if (params.level or asked.level) is Level.VIRTUAL_FULL:
        backup.next_pool(params.job, pool=params.pool, chosen=params.next_pool)
    return result_of(carried_out(backup, running, params.starter(backup)))
