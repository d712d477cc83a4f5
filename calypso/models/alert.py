"""What needs somebody's attention: one alert for each thing that is wrong, however often seen."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, computed_field


class Level(StrEnum):
    """How much an alert matters."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """Higher matters more."""
        return list(Level).index(self)


class AlertState(StrEnum):
    """Where an alert is in its life."""

    ACTIVE = "active"
    DISMISSED = "dismissed"  # somebody has seen it; quiet until it is cleared or its level rises
    CLEARED = "cleared"


# raised: new · rose: its level did · again: counted, told to nobody · cleared
Verdict = Literal["raised", "rose", "again", "cleared"]


@dataclass(frozen=True)
class NewAlert:
    """Something that is wrong. At most one alert of a `key` is open; the same key is counted.

    `detail` says who, what, and the way out.
    """

    key: str
    kind: str
    level: Level
    subject: str
    title: str
    detail: str
    node: str | None = None
    subsystem: str | None = None
    job_id: UUID | None = None


@dataclass(frozen=True)
class Clearing:
    """What was wrong under this key is so no more."""

    key: str


Change = NewAlert | Clearing


class Alert(BaseModel):
    """One alert, as in the HTTP contract."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    key: str = Field(description="What it is about; one open alert for each.")
    kind: str
    level: Level
    node: str | None = None
    subsystem: str | None = None
    subject: str = Field(description="The thing: a pool, a job's title, a worker.")
    title: str
    detail: str = Field(description="Who, what, and the way out.")
    job_id: UUID | None = Field(default=None, description="The latest job concerned.")
    since: datetime
    last_seen_at: datetime
    count: int = Field(default=1, description="How often it was raised since.")
    dismissed_at: datetime | None = None
    dismissed_by: str | None = None
    cleared_at: datetime | None = None

    @computed_field  # type: ignore[prop-decorator]  # mypy knows no decorated property
    @property
    def state(self) -> AlertState:
        """Where it is in its life."""
        if self.cleared_at is not None:
            return AlertState.CLEARED
        return AlertState.ACTIVE if self.dismissed_at is None else AlertState.DISMISSED

    def told(self, verdict: str) -> dict[str, Any]:
        """Return what live listeners hear of it."""
        return {"event": verdict, **self.model_dump(mode="json")}


@dataclass(frozen=True)
class AlertQuery:
    """Which alerts to list, newest first. `state` None: all; several levels: any of them."""

    state: AlertState | None = AlertState.ACTIVE
    levels: Sequence[Level] = ()
    kind: str | None = None
    node: str | None = None
    limit: int = 50
    cursor: str | None = None


@dataclass(frozen=True)
class AlertPage:
    """One page of a list; `next_cursor` is None at the end."""

    items: list[Alert] = field(default_factory=list)
    next_cursor: str | None = None


@dataclass(frozen=True)
class Outcome:
    """How a job ended, as far as alerts are concerned."""

    job_id: UUID
    ended: Literal["succeeded", "failed", "lost"]
    type: str
    title: str
    node: str
    subsystem: str
    error: str | None = None
    at: datetime | None = None


@dataclass(frozen=True)
class Outcomes:
    """The outcomes among the events after `before`, up to `after`; both are cursors."""

    before: str
    after: str
    items: Sequence[Outcome] = ()

    @property
    def is_news(self) -> bool:
        """True when there was any event at all."""
        return self.after != self.before
