"""Show how far the rebuilding of a device is."""

from collections.abc import Sequence

from pydantic import Field

from calypso.drivers.storage import Storage
from calypso.jobs.storage._showing import shower
from calypso.models.jobtype import Cancel, JobParams, JobResult, OnLost, job
from calypso.models.lock import Lock, present
from calypso.models.names import PoolName
from calypso.models.running import RunningJob

TIMEOUT_S = 30 * 86400


class Params(JobParams):
    """Which pool."""

    pool: PoolName = Field(
        description="Pool whose resilver is watched.",
        json_schema_extra={"x-choices": "storage/pools"},
    )

    def locks(self) -> Sequence[Lock]:
        return [present("storage", self.pool)]  # it changes nothing

    def title(self) -> str:
        return f"Watch resilver of pool {self.pool}"

    def dedupe_key(self) -> str | None:
        return f"storage.pool_resilver_watch/{self.pool}"


class Result(JobResult):
    """What the resilver did; `is_idle`: none was running."""

    resilvered_bytes: int | None = None
    errors: int | None = None
    is_idle: bool = False


@job(
    "storage.pool_resilver_watch",
    driver=Storage,
    permission="storage:operate",
    timeout_s=TIMEOUT_S,
    cancel=Cancel.ANYTIME,
    on_lost=OnLost.REQUEUE,
    stall_s=7200,
)
def watch_resilver(params: Params, storage: Storage, running: RunningJob) -> Result:
    """Show how far the rebuilding of a device is.

    For what a spare or somebody by hand began. A resilver cannot be cancelled: a cancel ends the
    watching alone.
    """
    show = shower(running, "resilver")
    scan = storage.follow_resilver(params.pool, on_scan=show, timeout_s=TIMEOUT_S)
    if scan is None:
        return Result(is_idle=True)
    if scan.errors:
        running.warn("resilver_errors", f"{scan.errors} errors were found in {params.pool}.")
    return Result(resilvered_bytes=scan.repaired_bytes, errors=scan.errors)
