"""Which subsystems there are on which node, and whether anybody serves them."""

from datetime import datetime, timedelta
from typing import Any

from flask_openapi.blueprint import APIBlueprint
from flask_openapi.models.tag import Tag
from pydantic import BaseModel

from api.context import house, listed, need
from calypso.models.clock import now

blueprint = APIBlueprint(
    "subsystems", __name__, url_prefix="/api/v1", abp_tags=[Tag(name="inventory")]
)


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
            observed_at=one.observed_at, stale=not is_served(one.subsystem, one.node),
        )
        for one in house().ports.inventory.subsystems()
    ])  # fmt: skip


def is_served(subsystem: str, node: str | None) -> bool:
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
