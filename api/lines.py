"""Why a job waits: who holds what, and how long the lines are."""

from typing import Annotated, Any

from flask_openapi.blueprint import APIBlueprint
from flask_openapi.models.tag import Tag
from pydantic import BaseModel, Field

from api.context import house, listed, need
from api.queries import Query
from calypso.models.line import LockEntry, QueueLength

blueprint = APIBlueprint("lines", __name__, url_prefix="/api/v1", abp_tags=[Tag(name="jobs")])


class LocksQuery(Query):
    """Whose locks."""

    node: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    limit: int = Field(default=500, ge=1, le=500)


class Locks(BaseModel):
    """What is held and waited for: path by path, holders first, then as they stand in line."""

    items: list[LockEntry]
    next_cursor: str | None = Field(description="Always null; narrow the list by its filters.")


class Queues(BaseModel):
    """Every queue that has unfinished jobs or workers."""

    items: list[QueueLength]
    next_cursor: str | None


@blueprint.get("/locks", responses={200: Locks})
def list_locks(query: LocksQuery) -> Any:
    """List what jobs hold and what they wait for."""
    need("jobs:read")
    return listed(list(house().ports.jobs.locks(query.node, limit=query.limit)))


@blueprint.get("/queues", responses={200: Queues})
def list_queues() -> Any:
    """List the queues, what is under way in each, and who serves it."""
    need("jobs:read")
    return listed(list(house().ports.jobs.queues()))
