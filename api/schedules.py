"""Schedules over HTTP, what became of their slots, and the clock they go by."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from flask import request
from flask_openapi.blueprint import APIBlueprint
from flask_openapi.models.tag import Tag
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from werkzeug.http import quote_etag

from api.context import actor, answer, house, need
from api.job_shapes import Instant, Word
from api.problems import on_validation
from api.queries import Query
from api.submissions import idempotency_key, submitted
from calypso.engine import schedule as scheduling
from calypso.models.job import Job
from calypso.models.names import NodeName
from calypso.models.retention import Retention
from calypso.models.schedule import (
    Clock,
    FirePage,
    Missed,
    Overlap,
    Schedule,
    SchedulePage,
    ScheduleSpec,
    TimeOfDay,
    When,
)

MOST_PREVIEWED = 1000
Cursor = Annotated[str, Field(max_length=4000)]

blueprint = APIBlueprint(
    "schedules", __name__, url_prefix="/api/v1", abp_tags=[Tag(name="schedules")]
)


class SchedulePath(BaseModel):
    """Which schedule."""

    schedule_id: UUID


class SchedulesQuery(Query):
    """Which schedules to list, and from where."""

    type: Word | None = None
    enabled: bool | None = None
    limit: int = Field(default=100, ge=1, le=500)
    cursor: Cursor | None = None


class FiresQuery(Query):
    """Which part of the slots."""

    limit: int = Field(default=100, ge=1, le=500)
    cursor: Cursor | None = None


class ScheduleChange(BaseModel):
    """What to change; what is left out stays; null takes a window, node or retention away."""

    model_config = ConfigDict(extra="forbid")

    name: str | None = None
    enabled: bool | None = None
    cron: str | None = None
    tz: str | None = None
    begin: TimeOfDay | None = None
    end: TimeOfDay | None = None
    type: str | None = None
    params: dict[str, Any] | None = None
    node: NodeName | None = None
    overlap: Overlap | None = None
    missed: Missed | None = None
    misfire_grace_s: int | None = None
    jitter_s: int | None = None
    retention: Retention | None = None


class PreviewRequest(When):
    """A rule to look at before it is used."""

    count: int = Field(default=10, ge=1, le=MOST_PREVIEWED)
    after: Instant | None = Field(default=None, description="From then on; from now when empty.")


class Preview(BaseModel):
    """The next times a rule fires."""

    fires: list[datetime]


@blueprint.get("/schedules", responses={200: SchedulePage})
def list_schedules(query: SchedulesQuery) -> Any:
    """List the schedules by name."""
    need(scheduling.READ)
    return answer(
        house().ports.schedules.schedules(
            type_name=query.type, enabled=query.enabled, limit=query.limit, cursor=query.cursor
        )
    )


@blueprint.post("/schedules", responses={201: Schedule})
def add_schedule(body: ScheduleSpec) -> Any:
    """Add a schedule; its jobs run with the rights its owner has when they start."""
    made = scheduling.add(house().ports, house().types, actor(), body)
    return _answered(made, 201, Location=f"/api/v1/schedules/{made.id}")


@blueprint.get("/schedules/<uuid:schedule_id>", responses={200: Schedule})
def show_schedule(path: SchedulePath) -> Any:
    """Show a schedule; its ETag changes when it is edited, not when it fires."""
    need(scheduling.READ)
    return _answered(house().ports.schedules.schedule(path.schedule_id))


@blueprint.put("/schedules/<uuid:schedule_id>", responses={200: Schedule})
def replace_schedule(path: SchedulePath, body: ScheduleSpec) -> Any:
    """Replace what is said about a schedule; with If-Match, only as it was seen."""
    return _changed(path.schedule_id, body)


@blueprint.patch("/schedules/<uuid:schedule_id>", responses={200: Schedule})
def change_schedule(path: SchedulePath, body: ScheduleChange) -> Any:
    """Change a part of a schedule; with If-Match, only as it was seen."""
    need(scheduling.WRITE)
    found = scheduling.seen(house().ports, path.schedule_id, _versions())
    said = found.model_dump(include=set(ScheduleSpec.model_fields))
    try:
        spec = ScheduleSpec.model_validate({**said, **body.model_dump(exclude_unset=True)})
    except ValidationError as wrong:
        on_validation(wrong)
    return _changed(path.schedule_id, spec)


@blueprint.delete("/schedules/<uuid:schedule_id>", responses={204: None})
def remove_schedule(path: SchedulePath) -> Any:
    """Remove a schedule and the record of its slots; its jobs stay."""
    scheduling.remove(house().ports, actor(), path.schedule_id, versions=_versions())
    return "", 204


@blueprint.post("/schedules/<uuid:schedule_id>/run", responses={202: Job})
def run_schedule(path: SchedulePath) -> Any:
    """Start a schedule's job now, besides its slots."""
    return submitted(
        scheduling.run_now(
            house().ports, house().types, actor(), path.schedule_id,
            idempotency_key=idempotency_key(),
        )
    )  # fmt: skip


@blueprint.get("/schedules/<uuid:schedule_id>/fires", responses={200: FirePage})
def list_fires(path: SchedulePath, query: FiresQuery) -> Any:
    """List what became of each slot, and why; the latest first."""
    need(scheduling.READ)
    house().ports.schedules.schedule(path.schedule_id)
    return answer(
        house().ports.schedules.fires(path.schedule_id, limit=query.limit, cursor=query.cursor)
    )


@blueprint.post("/schedules/preview", responses={200: Preview})
def preview_schedule(body: PreviewRequest) -> Any:
    """Tell when a rule would fire."""
    need(scheduling.READ)
    after = body.after or house().ports.schedules.clock().now
    return answer(Preview(fires=scheduling.preview(body, after=after, count=body.count)))


@blueprint.get("/clock", responses={200: Clock})
def show_clock() -> Any:
    """Show the clock that schedules go by; while a jump is unconfirmed, nothing is pruned."""
    need(scheduling.READ)
    return answer(house().ports.schedules.clock())


@blueprint.post("/clock/confirm", responses={200: Clock})
def confirm_clock() -> Any:
    """Say that the clock is right now; what prunes goes on."""
    need(scheduling.WRITE)
    return answer(house().ports.schedules.confirm_clock())


def _changed(schedule_id: UUID, spec: ScheduleSpec) -> Any:
    return _answered(
        scheduling.change(
            house().ports, house().types, actor(), schedule_id, spec, versions=_versions()
        )
    )


def _answered(schedule: Schedule, status: int = 200, **headers: str) -> Any:
    return answer(schedule, status, {"ETag": quote_etag(str(schedule.version)), **headers})


def _versions() -> frozenset[int] | None:
    """Return the versions of If-Match that could be ours; None: any will do."""
    if not request.if_match or request.if_match.star_tag:
        return None
    tags = request.if_match.as_set()
    return frozenset(int(tag) for tag in tags if tag.isdecimal() and tag.isascii())
