"""Use a disk of a pool again."""

from collections.abc import Sequence

from pydantic import Field

from calypso.drivers.storage import Storage
from calypso.models.jobtype import Cancel, JobParams, JobResult, OnLost, job
from calypso.models.lock import Lock, disk, present
from calypso.models.names import DeviceName, PoolName
from calypso.models.running import RunningJob


class Params(JobParams):
    """Which device of which pool."""

    pool: PoolName = Field(
        description="Pool with the device.", json_schema_extra={"x-choices": "storage/pools"}
    )
    device: DeviceName = Field(description="Device, as the pool shows it or by its path.")
    expand: bool = Field(default=False, description="Use all of it, if it has grown.")

    def locks(self) -> Sequence[Lock]:
        return [present("storage", self.pool), disk(self.device)]

    def title(self) -> str:
        return f"Bring {self.device} of pool {self.pool} online"


class Result(JobResult):
    """The device as it stands."""

    state: str
    is_resilvering: bool


@job(
    "storage.pool_online",
    driver=Storage,
    permission="storage:operate",
    timeout_s=900,
    cancel=Cancel.BEFORE_START,
    on_lost=OnLost.REQUEUE,
)
def online_device(params: Params, storage: Storage, running: RunningJob) -> Result:
    """Use a disk of a pool again.

    What was written meanwhile is filled in; storage.pool_resilver_watch shows how far that is.
    """
    running.report(phase="bringing online")
    device = storage.online_device(params.pool, params.device, expand=params.expand)
    return Result(state=device.state, is_resilvering=device.is_resilvering)
