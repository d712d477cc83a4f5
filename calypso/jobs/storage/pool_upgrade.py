"""Enable features of a pool."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field, StringConstraints

from calypso.drivers.storage import Storage
from calypso.models.jobtype import Cancel, JobParams, JobResult, Plan, job
from calypso.models.lock import Lock, exclusive
from calypso.models.names import PoolName
from calypso.models.running import RunningJob

FeatureName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,64}$")]


class Params(JobParams):
    """Which features of which pool."""

    pool: PoolName = Field(
        description="Pool to upgrade.", json_schema_extra={"x-choices": "storage/pools"}
    )
    features: tuple[FeatureName, ...] = Field(
        default=(), max_length=200, description="Features to enable; all there are when empty."
    )

    def locks(self) -> Sequence[Lock]:
        return [exclusive("storage", self.pool)]

    def title(self) -> str:
        return f"Upgrade pool {self.pool}"


class Result(JobResult):
    """What was enabled that was not before."""

    enabled: tuple[str, ...]


def plan(params: Params, storage: Storage) -> Plan:
    """Return what would be enabled."""
    return storage.plan_upgrade_pool(params.pool, features=params.features)


@job(
    "storage.pool_upgrade",
    driver=Storage,
    permission="storage:configure",
    timeout_s=900,
    cancel=Cancel.BEFORE_START,
    plan=plan,
)
def upgrade_pool(params: Params, storage: Storage, running: RunningJob) -> Result:
    """Enable features of a pool.

    There is no way back, and older versions may not import the pool any more.
    """
    running.report(phase="upgrading")
    return Result(enabled=tuple(storage.upgrade_pool(params.pool, features=params.features)))
