"""Delete records of the catalog that belong to nothing."""

from collections.abc import Sequence
from datetime import timedelta

from calypso.drivers.backup import Backup, BackupError
from calypso.jobs.backup._catalog import Finding, catalog_lock, told
from calypso.models.clock import now
from calypso.models.jobtype import Cancel, JobParams, JobResult, OnLost, Plan, job
from calypso.models.lock import Lock, exclusive
from calypso.models.running import Known, RunningJob

CHECK = "backup.dbcheck"
TIMEOUT_S = 24 * 3600
FRESH = timedelta(days=1)


class NotChecked(BackupError):
    """Nobody has looked lately what would be deleted."""

    code = "backup_catalog_not_checked"
    title = "Catalog was not checked"


class Params(JobParams):
    """There is one catalog."""

    def locks(self) -> Sequence[Lock]:
        # No run of ours may write to it meanwhile: each holds a backup job present.
        return [catalog_lock(), exclusive("backup", "job")]

    def title(self) -> str:
        return "Delete orphans of the catalog"


class Result(JobResult):
    """What was deleted, and what a look afterwards still finds."""

    deleted: tuple[Finding, ...]
    left: tuple[Finding, ...]


def plan(params: Params, backup: Backup, known: Known) -> Plan:
    """Say what the last check found, which must be of today."""
    del params, backup
    checks = [one for one in known.succeeded(CHECK) if one.finished_at and one.result]
    if not checks or now() - (checks[0].finished_at or now()) > FRESH:
        raise NotChecked(f"Run {CHECK} first: its result says what would be deleted.")
    found = (checks[0].result or {})["found"]
    return Plan(
        effects=["delete what dbcheck finds in the catalog, with -f; no run may be live"],
        destroys=[f"{one['records']} {one['what']} records" for one in found],
    )


@job(
    "backup.dbcheck_fix",
    driver=Backup,
    permission="backup:destroy",
    timeout_s=TIMEOUT_S,
    cancel=Cancel.CHECKPOINT,
    on_lost=OnLost.REQUEUE,
    destructive=True,
    plan=plan,
)
def fix(params: Params, backup: Backup, running: RunningJob) -> Result:
    """Delete records of the catalog that belong to nothing.

    By Bacula's dbcheck. It is refused while runs are live, whoever started them, and holds back
    those of ours. Its plan is what `backup.dbcheck` found within a day.
    """
    del params
    running.stop_if_cancelled()
    running.report(phase="dbcheck deletes")
    deleted = backup.check_catalog(fix=True)
    running.report(phase="looking again")
    return Result(deleted=told(deleted), left=told(backup.check_catalog()))
