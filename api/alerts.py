"""What needs somebody's attention, and where somebody says that they have seen it."""

from typing import Annotated, Any, Literal
from uuid import UUID

from flask_openapi.blueprint import APIBlueprint
from flask_openapi.models.tag import Tag
from pydantic import BaseModel, Field

from api.context import answer, house, listed, need
from api.queries import Query
from calypso.errors import AlreadyEnded, NotFound
from calypso.models.alert import Alert, AlertQuery, AlertState, Level
from calypso.models.names import NodeName

blueprint = APIBlueprint("alerts", __name__, url_prefix="/api/v1", abp_tags=[Tag(name="alerts")])


class AlertPath(BaseModel):
    """Which alert."""

    alert_id: UUID


class AlertsQuery(Query):
    """Which alerts."""

    state: Literal["active", "dismissed", "cleared", "all"] = "active"
    level: list[Level] = Field(default=[], max_length=4, description="Any of these.")
    kind: Annotated[str, Field(min_length=1, max_length=64)] | None = Field(
        default=None, examples=["pool_full"]
    )
    node: NodeName | None = None
    limit: int = Field(default=50, ge=1, le=500)
    cursor: Annotated[str, Field(max_length=4000)] | None = None


class Alerts(BaseModel):
    """A page of alerts."""

    items: list[Alert]
    next_cursor: str | None


@blueprint.get("/alerts", responses={200: Alerts})
def list_alerts(query: AlertsQuery) -> Any:
    """List alerts, newest first; the active ones unless told otherwise."""
    need("alerts:read")
    page = house().ports.alerts.page(
        AlertQuery(
            state=None if query.state == "all" else AlertState(query.state),
            levels=tuple(dict.fromkeys(query.level)), kind=query.kind, node=query.node,
            limit=query.limit, cursor=query.cursor,
        )
    )  # fmt: skip
    return listed(list(page.items), page.next_cursor)


@blueprint.get("/alerts/<uuid:alert_id>", responses={200: Alert})
def show_alert(path: AlertPath) -> Any:
    """Show an alert."""
    need("alerts:read")
    found = house().ports.alerts.get(path.alert_id)
    if found is None:
        raise _missing(path.alert_id)
    return answer(found)


@blueprint.post("/alerts/<uuid:alert_id>/dismiss", responses={200: Alert})
def dismiss_alert(path: AlertPath) -> Any:
    """Say that somebody has seen it: quiet until it is cleared or its level rises.

    Who dismissed it, and when, stands in the alert. To dismiss it again changes nothing.
    """
    asking = need("alerts:operate")
    found = house().ports.alerts.dismiss(path.alert_id, asking.name)
    if found is None:
        raise _missing(path.alert_id)
    if found.state is AlertState.CLEARED:
        raise AlreadyEnded(f"The alert {found.title!r} is cleared; there is nothing to dismiss.")
    return answer(found)


def _missing(alert_id: UUID) -> NotFound:
    return NotFound(f"There is no alert {alert_id}.")
