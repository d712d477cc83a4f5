"""Give a pool out of use."""

from collections.abc import Sequence

from pydantic import Field

from calypso.drivers.storage import Storage
from calypso.errors import SubsystemError
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
    stopped: list[str] = []
    try:
        if params.stop_services:
            _stop_services(params, storage, running, stopped)
        running.report(phase="exporting")
        storage.export_pool(params.pool, force=params.force)
    except Exception as failed:
        with running.tidying():
            down = _start_again(params.pool, stopped, storage)
        if down and isinstance(failed, SubsystemError):
            raise failed.adding(f"Stopped for it, and not up again: {', '.join(down)}.") from failed
        raise
    return Result(stopped_services=stopped)


def _stop_services(
    params: Params, storage: Storage, running: RunningJob, stopped: list[str]
) -> None:
    """Stop what uses the pool; `stopped` gets each before it is told to, whatever becomes of that.

    So does the job's record, for whoever finds it without its worker.
    """
    services = storage.services_of_pool(params.pool, force=params.force)
    for done, service in enumerate(services):
        running.report(phase="stopping", done=done, total=len(services), unit="services")
        stopped.append(service)
        running.remember(f"stopped: {', '.join(stopped)}")
        storage.stop_service(service)


def _start_again(pool: str, stopped: Sequence[str], storage: Storage) -> list[str]:
    """Start what was stopped, the last first; returns what is down all the same.

    All of it where the pool is gone, whatever the export came to: services would write elsewhere.
    """
    down: list[str] = []
    try:
        storage.pool(pool)
    except SubsystemError:
        return [*stopped]
    for service in reversed(stopped):
        try:
            storage.start_service(service)
        except SubsystemError:
            down.append(service)
    return down
