"""Destroy a pool with everything in it."""

from collections.abc import Sequence

from pydantic import Field

from calypso.drivers.storage import Storage
from calypso.models.jobtype import Cancel, JobParams, NoResult, Plan, job
from calypso.models.lock import Lock, exclusive
from calypso.models.names import PoolName
from calypso.models.running import RunningJob


class Params(JobParams):
    """Which pool."""

    pool: PoolName = Field(
        description="Pool to destroy.", json_schema_extra={"x-choices": "storage/pools"}
    )

    def locks(self) -> Sequence[Lock]:
        return [
            exclusive("storage", self.pool),
            exclusive("snapshots", self.pool),
            exclusive("scan", self.pool),
        ]

    def title(self) -> str:
        return f"Destroy pool {self.pool}"


def plan(params: Params, storage: Storage) -> Plan:
    """Return what would be lost."""
    return storage.plan_destroy_pool(params.pool)


@job(
    "storage.pool_destroy",
    driver=Storage,
    permission="storage:destroy",
    timeout_s=3600,
    cancel=Cancel.BEFORE_START,
    destructive=True,
    plan=plan,
)
def destroy_pool(params: Params, storage: Storage, running: RunningJob) -> NoResult:
    """Destroy a pool with everything in it.

    All its datasets and snapshots are lost.
    """
    running.report(phase="destroying")
    storage.destroy_pool(params.pool)
    return NoResult()
