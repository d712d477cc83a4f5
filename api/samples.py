"""How tables were, hour by hour."""

from datetime import timedelta
from typing import Annotated, Any

from flask_openapi.blueprint import APIBlueprint
from flask_openapi.models.tag import Tag
from pydantic import BaseModel, Field

from api.context import actor, house, listed
from api.inventory import TablePath
from api.queries import Query
from calypso.engine.access import require
from calypso.errors import NotFound
from calypso.models.clock import now
from calypso.models.inventory import InventoryTable, Sample
from calypso.models.names import NodeName

HOURLY_DAYS = 14  # beyond, one of each day: no chart has more points than it has pixels

blueprint = APIBlueprint(
    "samples", __name__, url_prefix="/api/v1", abp_tags=[Tag(name="inventory")]
)


class SamplesQuery(Query):
    """Of what, and how far back."""

    node: NodeName | None = None
    key: Annotated[str, Field(max_length=512)] | None = Field(
        default=None, description="Of this row only."
    )
    days: int = Field(
        default=14, ge=1, le=400, description="How far back; beyond 14 days one of each day."
    )


class Samples(BaseModel):
    """What was kept of a table, oldest first."""

    items: list[Sample]
    next_cursor: str | None


@blueprint.get("/inventory/<subsystem>/<noun>/samples", responses={200: Samples})
def list_samples(path: TablePath, query: SamplesQuery) -> Any:
    """Show how the numbers of a table were, hour by hour; which numbers, its declaration says."""
    table = _sampled(path)
    require(actor(), f"{table.subsystem}:read")
    found = house().ports.inventory.samples(
        table.name,
        since=now() - timedelta(days=query.days),
        step="hour" if query.days <= HOURLY_DAYS else "day",
        node=query.node,
        key=query.key,
    )
    return listed(list(found))


def _sampled(path: TablePath) -> InventoryTable:
    tables = house().tables
    table = tables.get(f"{path.subsystem}/{path.noun}")
    if table is None or not table.sampled:
        known = ", ".join(sorted(name for name, one in tables.items() if one.sampled))
        raise NotFound(f"Nothing is kept of such a table. There is: {known}.")
    return table
