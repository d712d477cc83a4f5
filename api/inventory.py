"""What workers last saw, and how fresh it is."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any

from flask import request
from flask_openapi.blueprint import APIBlueprint
from flask_openapi.models.tag import Tag
from pydantic import BaseModel, ConfigDict, Field

from api.context import actor, answer, house, listed
from api.queries import Query
from api.subsystems import is_served
from calypso.engine import control
from calypso.engine.access import require
from calypso.engine.lookup import look_up
from calypso.errors import FieldError, Invalid, NotFound
from calypso.models.clock import now
from calypso.models.inventory import InventoryTable
from calypso.models.job import Job
from calypso.models.lookup import Lookup
from calypso.models.names import NodeName

Columns = Mapping[str, Any]
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
    cursor: Annotated[str, Field(max_length=16_384)] | None = None


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
    is_lookup: bool = Field(description="Read anew by a worker each time that it is asked.")


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


@blueprint.get("/inventory", responses={200: Tables})
def list_tables() -> Any:
    """List the tables there are."""
    tables: list[InventoryTable | Lookup] = [*house().tables.values(), *house().lookups.values()]
    return listed([
        _info(one)
        for one in sorted(tables, key=lambda one: one.name)
        if actor().may(f"{one.subsystem}:read")
    ])  # fmt: skip


@blueprint.get("/inventory/<subsystem>/<noun>", responses={200: Rows})
def read_table(path: TablePath, query: TableQuery) -> Any:
    """Read a table as workers last saw it; some are read anew when they are asked."""
    lookup = house().lookups.get(f"{path.subsystem}/{path.noun}")
    if lookup is not None:
        return answer(_looked_up(lookup, query))
    table = _table(path)
    require(actor(), f"{table.subsystem}:read")
    rows, observed_at, cursor = house().ports.inventory.page(
        table.name, node=query.node, filters=_filters(table, query),
        limit=query.limit, cursor=query.cursor,
    )  # fmt: skip
    rows = _in_order(table, _with_jobs(table, rows))
    stale = _is_old(observed_at) or not is_served(table.subsystem, query.node)
    return answer(Rows(items=rows, observed_at=observed_at, stale=stale, next_cursor=cursor))


@blueprint.post("/inventory/<subsystem>/<noun>/refresh", responses={202: Refreshing})
def refresh_table(path: TablePath, body: RefreshRequest) -> Any:
    """Have a table read anew, soon. One that is read when it is asked needs no job for it."""
    if f"{path.subsystem}/{path.noun}" in house().lookups:
        return answer(listed([]), 202)
    jobs = control.refresh(house().ports, actor(), _table(path), body.node)
    return answer(listed(list(jobs)), 202)


def _info(table: InventoryTable | Lookup) -> TableInfo:
    filters = table.asked.model_fields if isinstance(table, Lookup) else table.filters
    return TableInfo(
        name=table.name,
        subsystem=table.subsystem,
        noun=table.noun,
        title=table.title,
        filters=list(filters),
        is_lookup=isinstance(table, Lookup),
    )


def _looked_up(table: Lookup, query: TableQuery) -> Rows:
    given = query.model_extra or {}
    _refuse_repeated(given)
    rows, after = look_up(
        house().ports, table, actor(), given,
        node=query.node, limit=query.limit, after=query.cursor,
    )  # fmt: skip
    rows = _in_order(table, rows)
    return Rows(items=rows, observed_at=now(), stale=False, next_cursor=after)


def _in_order(table: InventoryTable | Lookup, rows: Sequence[Columns]) -> list[dict[str, Any]]:
    """Return rows with their columns as the table declares them: the database keeps no order."""
    order = table.row.model_fields
    return [{name: row[name] for name in (*order, *row) if name in row} for row in rows]


def _refuse_repeated(names: Iterable[str]) -> None:
    wrong = [
        FieldError(f"/{name[:100]}", "repeated", "Give one value.")
        for name in names
        if len(request.args.getlist(name)) > 1
    ]
    if wrong:
        raise Invalid("The table cannot be asked like this.", wrong)


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
    if wrong:
        raise Invalid("The table cannot be asked like this.", wrong)
    _refuse_repeated(table.filters)
    return {name: str(value) for name, value in given.items()}


def _is_old(observed_at: datetime | None) -> bool:
    limit = timedelta(seconds=STALE_AFTER * house().settings.inventory_s)
    return observed_at is None or now() - observed_at > limit
