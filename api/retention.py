"""What a retention policy would do, before it is saved."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from flask_openapi.blueprint import APIBlueprint
from flask_openapi.models.tag import Tag
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from api.context import answer, house, need
from api.job_shapes import Instant
from calypso.engine import retention
from calypso.engine.schedule import READ
from calypso.models.names import DatasetName, NodeName
from calypso.models.retention import Retention, Taken
from calypso.models.slots import zone

MOST_LISTED = 10_000

blueprint = APIBlueprint(
    "retention", __name__, url_prefix="/api/v1", abp_tags=[Tag(name="schedules")]
)


class ListedSnapshot(BaseModel):
    """A snapshot that need not exist."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=255)]
    created: Instant
    protected: bool = Field(default=False, description="It stays, and takes nobody's place.")
    partial: bool = Field(default=False, description="It was never finished.")


class RetentionPreviewRequest(BaseModel):
    """A policy, and what to try it on: a list, a dataset, or the snapshots of a schedule."""

    model_config = ConfigDict(extra="forbid")

    policy: Retention
    tz: Annotated[str, Field(max_length=64)] = Field(
        default="UTC", description="IANA time zone of days and weeks; of a schedule, its own."
    )
    now: Instant | None = Field(default=None, description="As if it were then; now when empty.")
    snapshots: list[ListedSnapshot] | None = Field(default=None, max_length=MOST_LISTED)
    dataset: DatasetName | None = Field(
        default=None, description="All its snapshots, as if one task had taken them."
    )
    schedule: UUID | None = Field(
        default=None, description="Its snapshots, as if this were its policy."
    )
    node: NodeName | None = Field(default=None, description="Where several have such a dataset.")

    @field_validator("tz")
    @classmethod
    def _is_a_zone(cls, name: str) -> str:
        zone(name)
        return name

    @model_validator(mode="after")
    def _tries_it_on_one_thing(self) -> Self:
        if sum(one is not None for one in (self.snapshots, self.dataset, self.schedule)) != 1:
            raise ValueError("Name one of snapshots, dataset and schedule.")
        return self


class RetentionItem(BaseModel):
    """What would become of a snapshot."""

    name: str
    keep: bool
    reason: str = Field(description="A word that never changes.")
    detail: str = Field(description="The same in a sentence.")
    changes: bool | None = Field(
        default=None, description="Of a schedule: it stays by what is saved, and would go by this."
    )


class RetentionPreview(BaseModel):
    """What a policy would do, in the order of the list, else by name."""

    items: list[RetentionItem]
    observed_at: datetime | None = Field(
        default=None, description="When the snapshots were last looked at."
    )


@blueprint.post("/retention/preview", responses={200: RetentionPreview})
def preview_retention(body: RetentionPreviewRequest) -> Any:
    """Tell which snapshots a policy would keep, and why; nothing is destroyed."""
    need(READ)
    at = body.now or house().ports.schedules.clock().now
    if body.snapshots is not None:
        return answer(_answered(_of_list(body, body.snapshots, at)))
    need("storage:read")
    seen = _seen(body, at)
    return answer(_answered(seen.items, seen.observed_at))


def _of_list(
    body: RetentionPreviewRequest, snapshots: list[ListedSnapshot], at: datetime
) -> list[retention.Foreseen]:
    taken = [
        Taken((one.created, place), one.created, one.protected, one.partial)
        for place, one in enumerate(snapshots)
    ]
    names = [one.name for one in snapshots]
    return retention.of_list(body.policy, names, taken, zone=zone(body.tz), now=at)


def _seen(body: RetentionPreviewRequest, at: datetime) -> retention.Observed:
    ports = house().ports
    if body.schedule is not None:
        schedule = ports.schedules.schedule(body.schedule)
        return retention.of_schedule(ports, body.policy, schedule, now=at)
    return retention.of_dataset(
        ports, body.policy, str(body.dataset), tz=body.tz, now=at, node=body.node
    )


def _answered(
    items: Sequence[retention.Foreseen], observed_at: datetime | None = None
) -> RetentionPreview:
    return RetentionPreview(
        items=[
            RetentionItem(
                name=one.name,
                keep=one.verdict.keep,
                reason=one.verdict.reason,
                detail=one.verdict.detail,
                changes=one.changes,
            )
            for one in items
        ],
        observed_at=observed_at,
    )
