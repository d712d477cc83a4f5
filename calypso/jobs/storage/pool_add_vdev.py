"""Make a pool larger, or give it logs, caches or spares."""

from collections.abc import Sequence

from pydantic import Field

from calypso.drivers.storage import Storage, Vdev
from calypso.models.jobtype import Cancel, JobParams, JobResult, Plan, job
from calypso.models.lock import Lock, disk, present
from calypso.models.names import PoolName
from calypso.models.running import RunningJob


class Params(JobParams):
    """Which vdevs go to which pool."""

    pool: PoolName = Field(
        description="Pool that gets more.", json_schema_extra={"x-choices": "storage/pools"}
    )
    vdevs: tuple[Vdev, ...] = Field(
        min_length=1, max_length=64, description="Groups of devices, and what each is for."
    )

    def locks(self) -> Sequence[Lock]:
        devices = [device for vdev in self.vdevs for device in vdev.devices]
        return [present("storage", self.pool), *map(disk, devices)]

    def title(self) -> str:
        return f"Add {len(self.vdevs)} vdevs to pool {self.pool}"


class Result(JobResult):
    """The pool as it stands."""

    size_bytes: int


def plan(params: Params, storage: Storage) -> Plan:
    """Return how the pool would be laid out."""
    return storage.plan_add_vdevs(params.pool, params.vdevs)


@job(
    "storage.pool_add_vdev",
    driver=Storage,
    permission="storage:configure",
    timeout_s=900,
    cancel=Cancel.BEFORE_START,
    plan=plan,
)
def add_vdevs(params: Params, storage: Storage, running: RunningJob) -> Result:
    """Make a pool larger, or give it logs, caches or spares.

    A raidz that was added cannot be taken out again. Devices in use, and vdevs that would make
    the pool less safe than it is, are refused.
    """
    running.report(phase="trying")
    storage.plan_add_vdevs(params.pool, params.vdevs)
    running.report(phase="adding")
    return Result(size_bytes=storage.add_vdevs(params.pool, params.vdevs).size_bytes)
