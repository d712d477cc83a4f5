"""Make a mirror or a raidz one disk wider."""

from collections.abc import Sequence

from pydantic import Field

from calypso.drivers.storage import Storage
from calypso.errors import JobCancelled
from calypso.jobs.storage._showing import shower
from calypso.models.jobtype import Cancel, JobParams, NoResult, job
from calypso.models.lock import Lock, disk, present
from calypso.models.names import AbsolutePath, DeviceName, PoolName
from calypso.models.running import RunningJob

TIMEOUT_S = 30 * 86400


class Params(JobParams):
    """Which disk goes where."""

    pool: PoolName = Field(
        description="Pool to attach to.", json_schema_extra={"x-choices": "storage/pools"}
    )
    vdev: DeviceName = Field(
        description="A disk that gets a mirror, or a raidz such as raidz1-0 (OpenZFS 2.3)."
    )
    disk: AbsolutePath = Field(
        description="Disk to attach.", json_schema_extra={"x-choices": "storage/disks"}
    )
    force: bool = Field(default=False, description="Also a disk that holds a file system.")

    def locks(self) -> Sequence[Lock]:
        return [present("storage", self.pool), disk(self.vdev), disk(self.disk)]

    def title(self) -> str:
        return f"Attach {self.disk} to {self.vdev} in pool {self.pool}"


@job(
    "storage.pool_attach",
    driver=Storage,
    permission="storage:configure",
    timeout_s=TIMEOUT_S,
    cancel=Cancel.SUBSYSTEM,
    stall_s=7200,
)
def attach_disk(params: Params, storage: Storage, running: RunningJob) -> NoResult:
    """Make a mirror or a raidz one disk wider.

    A cancel takes the disk out of a mirror again. A raidz, once it grows, cannot be stopped.
    """
    grows = params.vdev.startswith("raidz")
    try:
        storage.attach_device(
            params.pool,
            params.vdev,
            params.disk,
            force=params.force,
            on_progress=shower(running, "expansion"),
            timeout_s=TIMEOUT_S,
        )
    except JobCancelled:
        if grows:
            raise JobCancelled(f"{params.vdev} goes on growing: that cannot be stopped.") from None
        with running.tidying():
            storage.detach_device(params.pool, params.disk)
        raise
    return NoResult()
