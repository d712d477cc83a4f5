"""Use all of the disks that have grown."""

from collections.abc import Sequence

from pydantic import Field

from calypso.drivers.storage import Role, Storage
from calypso.models.jobtype import Cancel, JobParams, JobResult, OnLost, job
from calypso.models.lock import Lock, disk, present
from calypso.models.names import DeviceName, PoolName
from calypso.models.running import RunningJob


class Params(JobParams):
    """Which disks of which pool."""

    pool: PoolName = Field(
        description="Pool to expand.", json_schema_extra={"x-choices": "storage/pools"}
    )
    devices: tuple[DeviceName, ...] = Field(
        default=(), max_length=1000, description="Disks that have grown; all when empty."
    )

    def locks(self) -> Sequence[Lock]:
        return [present("storage", self.pool), *map(disk, self.devices)]

    def title(self) -> str:
        return f"Expand pool {self.pool}"


class Result(JobResult):
    """By how much the pool has grown; 0 when no disk was larger than before."""

    size_bytes: int
    grown_bytes: int


@job(
    "storage.pool_expand",
    driver=Storage,
    permission="storage:configure",
    timeout_s=7200,
    cancel=Cancel.CHECKPOINT,
    on_lost=OnLost.REQUEUE,
)
def expand_pool(params: Params, storage: Storage, running: RunningJob) -> Result:
    """Use all of the disks that have grown.

    A mirror or a raidz grows when all its disks have. Look for new sizes first:
    storage.disk_rescan.
    """
    before = storage.pool(params.pool)
    own = [one.name for one in before.devices if one.role is Role.DATA and one.state == "ONLINE"]
    devices = params.devices or tuple(own)
    for done, device in enumerate(devices):
        running.stop_if_cancelled()
        running.report(phase=f"expanding {device}", done=done, total=len(devices), unit="disks")
        storage.online_device(params.pool, device, expand=True)
    running.report(done=len(devices), total=len(devices), unit="disks")
    size_bytes = storage.pool(params.pool).size_bytes
    return Result(size_bytes=size_bytes, grown_bytes=size_bytes - before.size_bytes)
