"""Take a disk out of a mirror."""

from collections.abc import Sequence

from pydantic import Field

from calypso.drivers.storage import DeviceMissing, Storage
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

    def locks(self) -> Sequence[Lock]:
        return [present("storage", self.pool), disk(self.device)]

    def title(self) -> str:
        return f"Detach {self.device} from pool {self.pool}"


@job(
    "storage.pool_detach",
    driver=Storage,
    permission="storage:configure",
    timeout_s=900,
    cancel=Cancel.BEFORE_START,
    on_lost=OnLost.REQUEUE,
)
def detach_device(params: Params, storage: Storage, running: RunningJob) -> NoResult:
    """Take a disk out of a mirror.

    Refused when the others do not hold all its data. Its content is of no use afterwards.
    """
    running.report(phase="detaching")
    is_rerun = running.external is not None
    running.remember(f"detach:{params.device}")
    try:
        storage.detach_device(params.pool, params.device)
    except DeviceMissing:
        if not is_rerun:  # else the attempt before this one did it
            raise
    return NoResult()
