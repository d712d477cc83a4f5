"""A schedule: what to run when, what to do about slots that were missed or come too early."""

from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    field_validator,
    model_validator,
)

from calypso.models import cron
from calypso.models.cron import MOST_CHARACTERS
from calypso.models.job import State
from calypso.models.names import NodeName
from calypso.models.retention import Retention
from calypso.models.slots import Rule, zone

DAY_S = 86400
TimeOfDay = Annotated[
    str,
    StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$"),
    Field(examples=["22:00"]),
]


class Overlap(StrEnum):
    """What to do when a job of the schedule is unfinished as its next slot comes."""

    SKIP = "skip"
    QUEUE = "queue"
    CANCEL_PREVIOUS = "cancel_previous"


class Missed(StrEnum):
    """What to do about slots that passed while nobody could fire them."""

    RUN_ONCE = "run_once"  # one job for all of them
    SKIP = "skip"
    RUN_ALL = "run_all"


class When(BaseModel):
    """A cron rule in a time zone, and the part of the day in which it counts."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    cron: Annotated[str, StringConstraints(max_length=MOST_CHARACTERS)] = Field(
        description="Minute, hour, day of month, month, day of week.", examples=["30 2 * * *"]
    )
    tz: Annotated[str, StringConstraints(max_length=64)] = Field(
        default="UTC", description="IANA time zone.", examples=["Europe/Amsterdam"]
    )
    begin: TimeOfDay | None = Field(default=None, description="It fires no earlier in the day.")
    end: TimeOfDay | None = Field(
        default=None, description="It fires no later in the day; before `begin`: past midnight."
    )

    @field_validator("cron")
    @classmethod
    def _is_a_rule(cls, text: str) -> str:
        cron.parse(text)
        return " ".join(text.split())

    @field_validator("tz")
    @classmethod
    def _is_a_zone(cls, name: str) -> str:
        zone(name)
        return name

    @model_validator(mode="after")
    def _fires_within_the_window(self) -> Self:
        if not self.rule.times:
            raise ValueError("The window between begin and end leaves the rule no time to fire at.")
        return self

    @cached_property
    def rule(self) -> Rule:
        """The rule, to ask for its slots."""
        return Rule(self.cron, self.tz, _time(self.begin), _time(self.end))


class ScheduleSpec(When):
    """What people say about a schedule."""

    name: Annotated[
        str, StringConstraints(min_length=1, max_length=100, pattern=r"^\S(.*\S)?$")
    ] = Field(description="Unique, for people.", examples=["Nightly snapshot of home"])
    enabled: bool = Field(default=True, description="A disabled one fires nothing.")
    type: Annotated[str, StringConstraints(min_length=1, max_length=200)] = Field(
        description="Job type; GET /job-types tells which are schedulable."
    )
    params: dict[str, Any] = Field(default_factory=dict, description="As the type's schema says.")
    node: NodeName | None = Field(default=None, description="Needed where several could do it.")
    overlap: Overlap = Field(
        default=Overlap.SKIP, description="When an earlier job of the schedule is unfinished."
    )
    missed: Missed = Field(
        default=Missed.RUN_ONCE, description="When slots passed and nobody could fire them."
    )
    misfire_grace_s: int = Field(
        default=300, ge=1, le=DAY_S, description="How late a slot still counts as on time."
    )
    jitter_s: int = Field(
        default=0, ge=0, le=DAY_S, description="Starts up to so much later, evenly spread."
    )
    retention: Retention | None = Field(
        default=None,
        description="Of a type that takes snapshots: how long they are kept; for ever when empty.",
    )


class Trouble(BaseModel):
    """Why a schedule did not run as it should have."""

    model_config = ConfigDict(frozen=True)

    slot: datetime
    reason: str
    detail: str


class Schedule(ScheduleSpec):
    """A schedule as it is kept."""

    id: UUID
    owner: str = Field(description="With whose rights its jobs run: who last changed what it does.")
    next_fire_at: datetime | None = Field(description="Null when it is disabled or never fires.")
    last_fire_at: datetime | None = Field(description="The last slot that was decided on.")
    trouble: Trouble | None = Field(
        default=None, description="Its last slot was missed or refused; until one is on time."
    )
    created_at: datetime
    updated_at: datetime
    updated_by: str
    version: int = Field(exclude=True)  # changes with every edit; the ETag


class Decision(StrEnum):
    """What became of a slot."""

    FIRED = "fired"
    SKIPPED = "skipped"
    REFUSED = "refused"  # it should have run, and could not


class Fire(BaseModel):
    """A slot and what became of it."""

    model_config = ConfigDict(frozen=True)

    slot: datetime
    decision: Decision
    reason: str = Field(
        description="on_time, made_up, missed, overlap, duplicate, too_many, or an error's code."
    )
    detail: str = Field(description="The same in a sentence.")
    missed_slots: int = Field(description="How many missed slots this answers.")
    job: UUID | None = Field(description="The job it made, or the one that was in the way.")
    decided_at: datetime


class SchedulePage(BaseModel):
    """A page of schedules, by name."""

    items: list[Schedule]
    next_cursor: str | None


class FirePage(BaseModel):
    """A page of slots, the latest first."""

    items: list[Fire]
    next_cursor: str | None


class Clock(BaseModel):
    """The clock that all schedules go by: the database's."""

    model_config = ConfigDict(frozen=True)

    now: datetime
    jumped_at: datetime | None = Field(description="When it jumped, unless somebody confirmed it.")
    jump_s: float | None = Field(description="How far; negative: back.")


@dataclass(frozen=True)
class Decided:
    """What the store decided about a slot. `cancelled`: running jobs that were asked to stop."""

    decision: Decision
    reason: str
    job: UUID | None = None
    state: State | None = None
    cancelled: tuple[UUID, ...] = ()


def _time(text: str | None) -> time | None:
    return None if text is None else time.fromisoformat(text)
