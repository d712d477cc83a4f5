"""Stop using a disk of a pool."""

from collections.abc import Sequence

from pydantic import Field

from calypso.drivers.storage import Storage
from calypso.models.jobtype import Cancel, JobParams, NoResult, OnLost, job
from calypso.models.lock import Lock, disk, present
from calypso.models.names import DeviceName, PoolName
from calypso.models.running import RunningJob


class Params(JobParams):
    """Which device of which pool."""

    pool: PoolName = Field(
        description="Pool with the device.", json_schema_extra={"x-choices": "storage/pools"}
    )
    device: DeviceName = Field(description="Device, as the pool shows it or by its path.")
    until_reboot: bool = Field(default=False, description="Use it again after a reboot.")

    def locks(self) -> Sequence[Lock]:
        return [present("storage", self.pool), disk(self.device)]

    def title(self) -> str:
        return f"Take {self.device} of pool {self.pool} offline"


@job(
    "storage.pool_offline",
    driver=Storage,
    permission="storage:configure",
    timeout_s=900,
    cancel=Cancel.BEFORE_START,
    on_lost=OnLost.REQUEUE,
)
def offline_device(params: Params, storage: Storage, running: RunningJob) -> NoResult:
    """Stop using a disk of a pool.

    Refused when the others do not hold all its data. The pool is degraded until it is back.
    """
    running.report(phase="taking offline")
    storage.offline_device(params.pool, params.device, until_reboot=params.until_reboot)
    return NoResult()
