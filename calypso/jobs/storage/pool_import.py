"""Take a pool into use."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field, StringConstraints

from calypso.drivers.storage import Pool, Storage
from calypso.models.jobtype import Cancel, JobParams, JobResult, OnLost, Plan, job
from calypso.models.lock import Lock, exclusive
from calypso.models.names import AbsolutePath, PoolName
from calypso.models.running import RunningJob

NameOrGuid = Annotated[
    str,
    StringConstraints(pattern=r"^([A-Za-z][A-Za-z0-9_.-]*|[0-9]{1,20})$", max_length=64),
    Field(examples=["tank", "14218468554952335487"]),
]


class Params(JobParams):
    """Which pool, where to look for it, and how it is taken."""

    pool: NameOrGuid = Field(description="Name or guid of the pool.")
    new_name: PoolName | None = Field(default=None, description="Name it gets; its own when empty.")
    altroot: AbsolutePath | None = Field(
        default=None, description="Folder under which its filesystems are mounted."
    )
    readonly: bool = Field(default=False, description="Change nothing of it.")
    force: bool = Field(
        default=False, description="Also one that another system was the last to use."
    )
    search: tuple[AbsolutePath, ...] = Field(
        default=(),
        max_length=20,
        description="Folders to look for its devices in; where disks usually are when empty.",
    )

    def locks(self) -> Sequence[Lock]:
        return [exclusive("storage", self.new_name or self.pool)]

    def title(self) -> str:
        return f"Import pool {self.pool}"


class Result(JobResult):
    """The pool as it stands."""

    pool: str
    guid: str
    health: str


def plan(params: Params, storage: Storage) -> Plan:
    """Return what would be imported."""
    return storage.plan_import_pool(params.pool, search=params.search)


@job(
    "storage.pool_import",
    driver=Storage,
    permission="storage:configure",
    timeout_s=3600,
    cancel=Cancel.BEFORE_START,
    on_lost=OnLost.REQUEUE,
    plan=plan,
)
def import_pool(params: Params, storage: Storage, running: RunningJob) -> Result:
    """Take a pool into use.

    Its filesystems are mounted, which takes a while when there are many.
    """
    running.report(phase="importing")
    is_rerun = running.external is not None
    running.remember(f"import:{params.pool}")
    pool = (_imported(params, storage) if is_rerun else None) or storage.import_pool(
        params.pool,
        new_name=params.new_name,
        altroot=params.altroot,
        readonly=params.readonly,
        force=params.force,
        search=params.search,
    )
    if pool.health != "ONLINE":
        running.warn("pool_not_healthy", f"{pool.name} is {pool.health}: {pool.status}")
    return Result(pool=pool.name, guid=pool.guid, health=pool.health)


def _imported(params: Params, storage: Storage) -> Pool | None:
    """Return the pool when the attempt before this one took it into use."""
    wanted = {params.new_name or params.pool, params.pool}
    found = [one for one in storage.pools() if one.name in wanted or one.guid == params.pool]
    return found[0] if found else None
