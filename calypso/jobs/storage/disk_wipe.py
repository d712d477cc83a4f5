"""Make a disk empty."""

from collections.abc import Sequence

from pydantic import Field

from calypso.drivers.storage import Storage, WipeMode
from calypso.models.jobtype import Cancel, JobParams, NoResult, Plan, job
from calypso.models.lock import Lock
from calypso.models.lock import disk as disk_lock
from calypso.models.names import AbsolutePath
from calypso.models.running import RunningJob

TIMEOUT_S = 14 * 86400


class Params(JobParams):
    """Which disk, and how thoroughly."""

    disk: AbsolutePath = Field(
        description="Disk to wipe.", json_schema_extra={"x-choices": "storage/disks"}
    )
    mode: WipeMode = Field(
        default=WipeMode.QUICK,
        description="quick: what names its content; full: discard all of it where it can, else "
        "zeros; zero: zeros.",
    )

    def locks(self) -> Sequence[Lock]:
        return [disk_lock(self.disk)]

    def title(self) -> str:
        return f"Wipe {self.disk}"


def plan(params: Params, storage: Storage) -> Plan:
    """Return what would be lost."""
    return storage.plan_wipe_disk(params.disk, params.mode)


@job(
    "storage.disk_wipe",
    driver=Storage,
    permission="storage:destroy",
    timeout_s=TIMEOUT_S,
    cancel=Cancel.ANYTIME,
    destructive=True,
    plan=plan,
    stall_s=3600,
)
def wipe_disk(params: Params, storage: Storage, running: RunningJob) -> NoResult:
    """Make a disk empty.

    One that belongs to a pool, is mounted, or that anybody uses is refused. After a cancel it is
    neither what it was nor clean: wipe it again.
    """
    running.report(phase="wiping")

    def show(done_bytes: int, total_bytes: int | None) -> None:
        running.report(phase="writing", done=done_bytes, total=total_bytes, unit="bytes")

    storage.wipe_disk(params.disk, params.mode, on_bytes=show, timeout_s=TIMEOUT_S)
    return NoResult()
