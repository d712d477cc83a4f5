"""Tell disks which of their space is free."""

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
        description="Pool to trim.", json_schema_extra={"x-choices": "storage/pools"}
    )
    devices: tuple[DeviceName, ...] = Field(
        default=(), max_length=1000, description="Devices of it; all when empty."
    )
    rate_bytes_per_s: int | None = Field(
        default=None, ge=1, description="At most so much of each device in a second."
    )

    def locks(self) -> Sequence[Lock]:
        return [present("storage", self.pool), exclusive("trim", self.pool)]

    def title(self) -> str:
        return f"Trim pool {self.pool}"


@job(
    "storage.pool_trim",
    driver=Storage,
    permission="storage:operate",
    timeout_s=TIMEOUT_S,
    cancel=Cancel.SUBSYSTEM,
    on_lost=OnLost.REQUEUE,
    schedulable=True,
    stall_s=7200,
)
def trim_pool(params: Params, storage: Storage, running: RunningJob) -> NoResult:
    """Tell disks which of their space is free.

    Keeps SSDs fast and thin disks thin. A trim that runs already is followed.
    """
    try:
        storage.run_trim(
            params.pool,
            params.devices,
            rate_bytes_per_s=params.rate_bytes_per_s,
            on_activity=shower(running, "trim"),
            timeout_s=TIMEOUT_S,
        )
    except JobCancelled:
        with running.tidying():
            storage.stop_trim(params.pool, params.devices)
        raise
    return NoResult()
