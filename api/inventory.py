"""What workers last saw, and how fresh it is."""

from datetime import datetime, timedelta
from typing import Annotated, Any

from flask import request
from flask_openapi.blueprint import APIBlueprint
from flask_openapi.models.tag import Tag
from pydantic import BaseModel, ConfigDict, Field

from api.context import actor, answer, house, listed, need
from api.queries import Query
from calypso.engine import control
from calypso.engine.access import require
from calypso.errors import FieldError, Invalid, NotFound
from calypso.models.clock import now
from calypso.models.inventory import InventoryTable
from calypso.models.job import Job
from calypso.models.names import NodeName

STALE_AFTER = 3  # readings missed in a row
MOST_HOLDERS = 10_000  # of the rows of a page, with those who wait for them

blueprint = APIBlueprint(
    "inventory", __name__, url_prefix="/api/v1", abp_tags=[Tag(name="inventory")]
)


class TablePath(BaseModel):
    """Which table."""

    subsystem: str
    noun: str


class TableQuery(Query):
    """Which rows. The table's own filters are added to these."""

    model_config = ConfigDict(extra="allow")

    node: NodeName | None = None
    limit: int = Field(default=500, ge=1, le=500)
    cursor: Annotated[str, Field(max_length=4000)] | None = None


class RefreshRequest(BaseModel):
    """Where to read anew."""

    model_config = ConfigDict(extra="forbid")

    node: NodeName | None = Field(default=None, description="Everywhere when empty.")


class TableInfo(BaseModel):
    """One kind of table."""

    name: str
    subsystem: str
    noun: str
    title: str
    filters: list[str]


class Tables(BaseModel):
    """Every kind of table."""

    items: list[TableInfo]
    next_cursor: str | None


class Rows(BaseModel):
    """Some rows of a table."""

    items: list[dict[str, Any]]
    observed_at: datetime | None = Field(description="When the oldest of the rows was read.")
    stale: bool = Field(description="True when nobody keeps the table fresh just now.")
    next_cursor: str | None


class Refreshing(BaseModel):
    """The short jobs that read a table anew."""

    items: list[Job]
    next_cursor: str | None


class SubsystemInfo(BaseModel):
    """A subsystem on a node."""

    node: str
    subsystem: str
    driver: str
    version: str | None
    available: bool
    reason: str | None
    how_to_install: str | None
    production: bool
    capabilities: dict[str, bool]
    observed_at: datetime
    stale: bool


class Subsystems(BaseModel):
    """Every subsystem on every node."""

    items: list[SubsystemInfo]
    next_cursor: str | None


@blueprint.get("/inventory", responses={200: Tables})
def list_tables() -> Any:
    """List the tables there are."""
    return listed([
        TableInfo(
            name=one.name, subsystem=one.subsystem, noun=one.noun, title=one.title,
            filters=list(one.filters),
        )
        for one in sorted(house().tables.values(), key=lambda one: one.name)
        if actor().may(f"{one.subsystem}:read")
    ])  # fmt: skip


@blueprint.get("/inventory/<subsystem>/<noun>", responses={200: Rows})
def read_table(path: TablePath, query: TableQuery) -> Any:
    """Read a table as workers last saw it."""
    table = _table(path)
    require(actor(), f"{table.subsystem}:read")
    rows, observed_at, cursor = house().ports.inventory.page(
        table.name, node=query.node, filters=_filters(table, query),
        limit=query.limit, cursor=query.cursor,
    )  # fmt: skip
    rows = _with_jobs(table, rows)
    stale = _is_old(observed_at) or not _is_served(table.subsystem, query.node)
    return answer(Rows(items=rows, observed_at=observed_at, stale=stale, next_cursor=cursor))


@blueprint.post("/inventory/<subsystem>/<noun>/refresh", responses={202: Refreshing})
def refresh_table(path: TablePath, body: RefreshRequest) -> Any:
    """Have a table read anew, soon."""
    jobs = control.refresh(house().ports, actor(), _table(path), body.node)
    return answer(listed(list(jobs)), 202)


@blueprint.get("/subsystems", responses={200: Subsystems})
def list_subsystems() -> Any:
    """List what each node can do, and what is missing where it cannot."""
    need("jobs:read")
    return listed([
        SubsystemInfo(
            node=one.node, subsystem=one.subsystem, driver=one.capability.product,
            version=one.capability.version, available=one.capability.available,
            reason=one.capability.reason, how_to_install=one.capability.how_to_install,
            production=one.capability.production, capabilities=one.capability.features,
            observed_at=one.observed_at, stale=not _is_served(one.subsystem, one.node),
        )
        for one in house().ports.inventory.subsystems()
    ])  # fmt: skip


def _table(path: TablePath) -> InventoryTable:
    table = house().tables.get(f"{path.subsystem}/{path.noun}")
    if table is None:
        raise NotFound("There is no such table. GET /inventory lists them.")
    return table


def _with_jobs(table: InventoryTable, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Add which job uses each row, as it is now; None when none does."""
    if table.used_by is None or not rows:
        return rows
    paths = {(row["node"], row["key"]): table.used_by.format(key=row["key"]) for row in rows}
    entries = house().ports.jobs.locks(paths=sorted(set(paths.values())), limit=MOST_HOLDERS)
    holders = {
        (one.node, one.path): {"id": str(one.job), "title": one.title}
        for one in entries
        if one.granted and one.mode == "exclusive"
    }
    return [
        {**row, "job": holders.get((node, path))}
        for row, ((node, _), path) in zip(rows, paths.items(), strict=True)
    ]


def _filters(table: InventoryTable, query: TableQuery) -> dict[str, str]:
    given = query.model_extra or {}
    allowed = ", ".join(("node", "limit", "cursor", *table.filters))
    wrong = [
        FieldError(f"/{name[:100]}", "unknown", f"This table can be asked by: {allowed}.")
        for name in given
        if name not in table.filters
    ]
    wrong += [
        FieldError(f"/{name}", "repeated", "Give one value.")
        for name in table.filters
        if len(request.args.getlist(name)) > 1
    ]
    if wrong:
        raise Invalid("The table cannot be asked like this.", wrong)
    return {name: str(value) for name, value in given.items()}


def _is_old(observed_at: datetime | None) -> bool:
    limit = timedelta(seconds=STALE_AFTER * house().settings.inventory_s)
    return observed_at is None or now() - observed_at > limit


def _is_served(subsystem: str, node: str | None) -> bool:
    """Tell whether a live worker serves the subsystem: on this node, or on each that has it."""
    alive_after = now() - timedelta(seconds=house().settings.lease_s)
    served = {
        one.node
        for one in house().ports.jobs.workers(node)
        if one.subsystem == subsystem and one.seen_at is not None and one.seen_at > alive_after
    }
    known = house().ports.inventory.subsystems(node)
    having = {one.node for one in known if one.subsystem == subsystem}
    return bool(served) and having <= served
