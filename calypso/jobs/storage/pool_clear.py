"""Let a pool that stands still go on, and forget its counted errors."""

from collections.abc import Sequence

from pydantic import Field

from calypso.drivers.storage import Storage
from calypso.models.jobtype import Cancel, JobParams, JobResult, OnLost, job
from calypso.models.lock import Lock, present
from calypso.models.names import DeviceName, PoolName
from calypso.models.running import RunningJob


class Params(JobParams):
    """Which pool, and whether only one device of it."""

    pool: PoolName = Field(
        description="Pool to clear.", json_schema_extra={"x-choices": "storage/pools"}
    )
    device: DeviceName | None = Field(
        default=None, description="Device, as the pool shows it or by its path; all when empty."
    )

    def locks(self) -> Sequence[Lock]:
        # No more: jobs that a suspended pool holds up have locks in it, and go on by this.
        return [present("storage", self.pool)]

    def title(self) -> str:
        of = f"{self.device} of pool" if self.device else "pool"
        return f"Clear {of} {self.pool}"


class Result(JobResult):
    """The pool as it stands."""

    health: str


@job(
    "storage.pool_clear",
    driver=Storage,
    permission="storage:operate",
    timeout_s=900,
    cancel=Cancel.BEFORE_START,
    on_lost=OnLost.REQUEUE,
    urgent=True,
)
def clear_pool(params: Params, storage: Storage, running: RunningJob) -> Result:
    """Let a suspended pool go on, and forget the errors it has counted.

    Bring its disks back first: without them it stays suspended, and the job says so. What was
    held up in it goes on by itself.
    """
    running.report(phase="clearing")
    pool = storage.clear_pool(params.pool, params.device)
    return Result(health=pool.health)
