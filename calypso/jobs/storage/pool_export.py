"""Give a pool out of use."""

from collections.abc import Sequence

from pydantic import Field

from calypso.drivers.storage import Storage
from calypso.models.jobtype import Cancel, JobParams, JobResult, Plan, job
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
    stop_services: bool = Field(
        default=False,
        description="Stop the services that use it first. They are not started again.",
    )

    def locks(self) -> Sequence[Lock]:
        return [
            exclusive("storage", self.pool),
            exclusive("snapshots", self.pool),
            exclusive("scan", self.pool),
        ]

    def title(self) -> str:
        return f"Export pool {self.pool}"


class Result(JobResult):
    """What was stopped for it."""

    stopped_services: list[str]


def plan(params: Params, storage: Storage) -> Plan:
    """Return who would be without it."""
    return storage.plan_export_pool(
        params.pool, force=params.force, stop_services=params.stop_services
    )


@job(
    "storage.pool_export",
    driver=Storage,
    permission="storage:configure",
    timeout_s=3600,
    cancel=Cancel.BEFORE_START,
    plan=plan,
)
def export_pool(params: Params, storage: Storage, running: RunningJob) -> Result:
    """Give a pool out of use.

    Its disks can then be taken to another system, or imported here again. A volume that is open
    or exported is in the way, whatever `force` says. Who is in the way is named, with their
    services.
    """
    running.report(phase="exporting")
    stopped = storage.export_pool(
        params.pool, force=params.force, stop_services=params.stop_services
    )
    return Result(stopped_services=stopped)
