"""Give a pool out of use."""

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
        description="Pool to export.", json_schema_extra={"x-choices": "storage/pools"}
    )
    force: bool = Field(
        default=False, description="Unmount its filesystems even while somebody works in them."
    )

    def locks(self) -> Sequence[Lock]:
        return [
            exclusive("storage", self.pool),
            exclusive("snapshots", self.pool),
            exclusive("scan", self.pool),
        ]

    def title(self) -> str:
        return f"Export pool {self.pool}"


def plan(params: Params, storage: Storage) -> Plan:
    """Return who would be without it."""
    return storage.plan_export_pool(params.pool, force=params.force)


@job(
    "storage.pool_export",
    driver=Storage,
    permission="storage:configure",
    timeout_s=3600,
    cancel=Cancel.BEFORE_START,
    plan=plan,
)
def export_pool(params: Params, storage: Storage, running: RunningJob) -> NoResult:
    """Give a pool out of use.

    Its disks can then be taken to another system, or imported here again. A volume that is open
    or exported is in the way, whatever `force` says.
    """
    running.report(phase="exporting")
    storage.export_pool(params.pool, force=params.force)
    return NoResult()
