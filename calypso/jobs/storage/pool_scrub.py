"""Read all of a pool and repair what is damaged."""

from collections.abc import Sequence

from pydantic import Field

from calypso.drivers.storage import Scan, Storage
from calypso.errors import JobCancelled
from calypso.models.jobtype import Cancel, JobParams, JobResult, OnLost, job
from calypso.models.lock import Lock, exclusive, present
from calypso.models.names import PoolName
from calypso.models.running import RunningJob


class Params(JobParams):
    """Which pool."""

    pool: PoolName = Field(
        description="Pool to scrub.", json_schema_extra={"x-choices": "storage/pools"}
    )

    def locks(self) -> Sequence[Lock]:
        # Not "storage": a scrub takes days and must not hold up snapshots.
        return [present("storage", self.pool), exclusive("scan", self.pool)]

    def title(self) -> str:
        return f"Scrub pool {self.pool}"


class Result(JobResult):
    """What the scrub found."""

    repaired_bytes: int | None
    errors: int | None


@job(
    "storage.pool_scrub",
    driver=Storage,
    permission="storage:operate",
    timeout_s=30 * 86400,
    cancel=Cancel.SUBSYSTEM,
    on_lost=OnLost.REQUEUE,
    schedulable=True,
    stall_s=7200,  # a busy pool slows a scrub down, but something is read every now and then
)
def scrub_pool(params: Params, storage: Storage, running: RunningJob) -> Result:
    """Read all of a pool and repair what is damaged.

    A scrub that runs already, of an earlier attempt or started by hand, is followed.
    """

    def show(scan: Scan) -> None:
        running.report(
            phase=f"{scan.function} {scan.state.value}",
            percent=scan.percent,
            done=scan.issued_bytes,
            total=scan.total_bytes,
            unit="bytes",
        )

    running.remember(f"scrub:{params.pool}")
    try:
        scan = storage.run_scrub(params.pool, on_scan=show, timeout_s=30 * 86400)
    except JobCancelled:
        with running.tidying():
            storage.stop_scrub(params.pool)
        raise
    if scan.errors:
        running.warn("scrub_errors", f"{scan.errors} errors were found in {params.pool}.")
    return Result(repaired_bytes=scan.repaired_bytes, errors=scan.errors)
