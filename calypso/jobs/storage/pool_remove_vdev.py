"""Take a vdev out of a pool."""

from collections.abc import Sequence

from pydantic import Field

from calypso.drivers.storage import Storage
from calypso.errors import JobCancelled
from calypso.jobs.storage._showing import shower
from calypso.models.jobtype import Cancel, JobParams, NoResult, OnLost, Plan, job
from calypso.models.lock import Lock, disk, exclusive, present
from calypso.models.names import DeviceName, PoolName
from calypso.models.running import RunningJob

TIMEOUT_S = 30 * 86400


class Params(JobParams):
    """Which vdev of which pool."""

    pool: PoolName = Field(
        description="Pool with the vdev.", json_schema_extra={"x-choices": "storage/pools"}
    )
    vdev: DeviceName = Field(
        description="A mirror such as mirror-1, or a disk that stands alone: for data or a log, "
        "cache or spare."
    )

    def locks(self) -> Sequence[Lock]:
        return [present("storage", self.pool), exclusive("removal", self.pool), disk(self.vdev)]

    def title(self) -> str:
        return f"Remove {self.vdev} from pool {self.pool}"


def plan(params: Params, storage: Storage) -> Plan:
    """Return what would move."""
    return storage.plan_remove_vdev(params.pool, params.vdev)


@job(
    "storage.pool_remove_vdev",
    driver=Storage,
    permission="storage:configure",
    timeout_s=TIMEOUT_S,
    cancel=Cancel.SUBSYSTEM,
    on_lost=OnLost.REQUEUE,
    plan=plan,
    stall_s=7200,
)
def remove_vdev(params: Params, storage: Storage, running: RunningJob) -> NoResult:
    """Take a vdev out of a pool.

    Its data is moved to the others first; a cancel moves nothing more and keeps it. A pool with
    a raidz gives up none but logs, caches and spares.
    """
    if running.external is not None and not _has(params, storage):
        return NoResult()  # the attempt before this one saw it through
    running.remember(f"remove:{params.vdev}")
    try:
        storage.remove_vdev(
            params.pool,
            params.vdev,
            on_activity=shower(running, "removal"),
            timeout_s=TIMEOUT_S,
        )
    except JobCancelled:
        with running.tidying():
            storage.stop_removing(params.pool)
        raise
    return NoResult()


def _has(params: Params, storage: Storage) -> bool:
    names = {params.vdev, params.vdev.rpartition("/")[2]}
    devices = storage.pool(params.pool).devices
    return any(names & {one.group, one.name} for one in devices)
