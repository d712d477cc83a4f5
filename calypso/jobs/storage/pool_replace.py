"""Replace a disk of a pool."""

from collections.abc import Sequence

from pydantic import Field

from calypso.drivers.storage import Storage
from calypso.errors import JobCancelled
from calypso.jobs.storage._showing import shower
from calypso.models.jobtype import Cancel, JobParams, JobResult, job
from calypso.models.lock import Lock, disk, present
from calypso.models.names import AbsolutePath, DeviceName, PoolName
from calypso.models.running import RunningJob

TIMEOUT_S = 30 * 86400


class Params(JobParams):
    """Which disk is replaced, and by which."""

    pool: PoolName = Field(
        description="Pool with the disk.", json_schema_extra={"x-choices": "storage/pools"}
    )
    old: DeviceName = Field(description="Disk to replace, as the pool shows it or by its path.")
    new: AbsolutePath | None = Field(
        default=None,
        description="Disk that takes its place; empty: another one stands in the same slot.",
        json_schema_extra={"x-choices": "storage/disks"},
    )
    force: bool = Field(default=False, description="Also a disk that holds a file system.")

    def locks(self) -> Sequence[Lock]:
        # Not "scan": a failed disk must not wait for a scrub, which ZFS puts off itself.
        new = [] if self.new is None else [disk(self.new)]
        return [present("storage", self.pool), disk(self.old), *new]

    def title(self) -> str:
        return f"Replace {self.old} in pool {self.pool}"


class Result(JobResult):
    """What was written to the new disk."""

    resilvered_bytes: int | None
    errors: int | None


@job(
    "storage.pool_replace",
    driver=Storage,
    permission="storage:configure",
    timeout_s=TIMEOUT_S,
    cancel=Cancel.SUBSYSTEM,
    stall_s=7200,
)
def replace_disk(params: Params, storage: Storage, running: RunningJob) -> Result:
    """Replace a disk of a pool.

    The new disk is filled from the others; the old one, where it still works, is kept until then.
    A cancel gives the new disk up. After a lost worker the resilver goes on by itself: run the job
    again, and it is followed.
    """
    try:
        scan = storage.replace_device(
            params.pool,
            params.old,
            params.new,
            force=params.force,
            on_scan=shower(running, "resilver"),
            timeout_s=TIMEOUT_S,
        )
    except JobCancelled:
        if params.new is None:
            raise JobCancelled(
                f"{params.old} goes on being filled: there is no other disk to go back to."
            ) from None
        with running.tidying():
            storage.detach_device(params.pool, params.new)
        raise
    if scan is not None and scan.errors:
        running.warn("resilver_errors", f"{scan.errors} errors were found in {params.pool}.")
    return Result(
        resilvered_bytes=None if scan is None else scan.repaired_bytes,
        errors=None if scan is None else scan.errors,
    )
