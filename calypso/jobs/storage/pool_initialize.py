"""Write to all free space of disks once."""

from collections.abc import Sequence

from pydantic import Field

from calypso.drivers.storage import Storage
from calypso.errors import JobCancelled
from calypso.jobs.storage._showing import shower
from calypso.models.jobtype import Cancel, JobParams, NoResult, OnLost, job
from calypso.models.lock import Lock, exclusive, present
from calypso.models.names import DeviceName, PoolName
from calypso.models.running import RunningJob

TIMEOUT_S = 30 * 86400


class Params(JobParams):
    """Which devices of which pool."""

    pool: PoolName = Field(
        description="Pool to initialize.", json_schema_extra={"x-choices": "storage/pools"}
    )
    devices: tuple[DeviceName, ...] = Field(
        default=(), max_length=1000, description="Devices of it; all when empty."
    )

    def locks(self) -> Sequence[Lock]:
        return [present("storage", self.pool), exclusive("initialize", self.pool)]

    def title(self) -> str:
        return f"Initialize pool {self.pool}"


@job(
    "storage.pool_initialize",
    driver=Storage,
    permission="storage:operate",
    timeout_s=TIMEOUT_S,
    cancel=Cancel.SUBSYSTEM,
    on_lost=OnLost.REQUEUE,
    stall_s=7200,
)
def initialize_pool(params: Params, storage: Storage, running: RunningJob) -> NoResult:
    """Write to all free space of disks once.

    Finds bad disks, and lets thick-on-demand ones take their room, before data does. One that runs
    already is followed.
    """
    try:
        storage.run_initialize(
            params.pool,
            params.devices,
            on_activity=shower(running, "initializing"),
            timeout_s=TIMEOUT_S,
        )
    except JobCancelled:
        with running.tidying():
            storage.stop_initialize(params.pool, params.devices)
        raise
    return NoResult()
