"""Look in the catalog for records that belong to nothing."""

from collections.abc import Sequence

from calypso.drivers.backup import Backup
from calypso.jobs.backup._catalog import Finding, catalog_lock, told
from calypso.models.jobtype import Cancel, JobParams, JobResult, OnLost, job
from calypso.models.lock import Lock
from calypso.models.running import RunningJob

TIMEOUT_S = 24 * 3600


class Params(JobParams):
    """There is one catalog."""

    def locks(self) -> Sequence[Lock]:
        return [catalog_lock()]

    def title(self) -> str:
        return "Check the catalog"


class Result(JobResult):
    """What was found; empty: nothing."""

    found: tuple[Finding, ...]


@job(
    "backup.dbcheck",
    driver=Backup,
    permission="backup:operate",
    timeout_s=TIMEOUT_S,
    cancel=Cancel.ANYTIME,
    on_lost=OnLost.REQUEUE,
    schedulable=True,
)
def check(params: Params, backup: Backup, running: RunningJob) -> Result:
    """Look in the catalog for records that belong to nothing.

    By Bacula's dbcheck, which only reads here. It may take hours on a large catalog.
    `backup.dbcheck_fix` deletes what this has found.
    """
    del params
    running.report(phase="dbcheck reads the catalog")
    return Result(found=told(backup.check_catalog()))
