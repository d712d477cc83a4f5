"""Make a pool."""

from collections.abc import Mapping, Sequence

from pydantic import Field

from calypso.drivers.storage import Storage, Vdev
from calypso.models.jobtype import Cancel, JobParams, JobResult, job
from calypso.models.lock import Lock, disk, exclusive
from calypso.models.names import AbsolutePath, PoolName, PropertyName, PropertyValue
from calypso.models.running import RunningJob


class Params(JobParams):
    """The new pool and what it is made of."""

    name: PoolName = Field(description="Name of the new pool.")
    vdevs: tuple[Vdev, ...] = Field(
        min_length=1, max_length=64, description="Groups of devices; data is striped over them."
    )
    mountpoint: AbsolutePath | None = Field(
        default=None, description="Where the pool's root dataset is mounted; the default if empty."
    )
    properties: Mapping[PropertyName, PropertyValue] = Field(
        default_factory=dict, description="Pool properties, such as ashift."
    )

    def locks(self) -> Sequence[Lock]:
        disks = [device for vdev in self.vdevs for device in vdev.devices]
        return [exclusive("storage", self.name), *map(disk, disks)]

    def title(self) -> str:
        return f"Create pool {self.name}"


class Result(JobResult):
    """The pool as it stands."""

    pool: str
    guid: str
    size_bytes: int


@job(
    "storage.pool_create",
    driver=Storage,
    permission="storage:configure",
    timeout_s=600,
    cancel=Cancel.BEFORE_START,
)
def create_pool(params: Params, storage: Storage, running: RunningJob) -> Result:
    """Make a pool.

    Devices that carry a file system or belong to a pool are refused, never overwritten.
    """
    running.report(phase="creating", done=0, total=1, unit="pools")
    pool = storage.create_pool(
        params.name, params.vdevs, mountpoint=params.mountpoint, properties=params.properties
    )
    running.report(done=1)
    return Result(pool=pool.name, guid=pool.guid, size_bytes=pool.size_bytes)
