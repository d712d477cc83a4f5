"""Which jobs to list, and a page of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

from calypso.models.job import Job, State

Sort = Literal["-created_at", "created_at", "-finished_at"]


@dataclass(frozen=True)
class JobQuery:
    """Which jobs to list. Several states or types: any of them.

    `since` and `until` bound the instant that is sorted by: when jobs were created, or finished.
    """

    states: Sequence[State] = ()
    types: Sequence[str] = ()
    subsystem: str | None = None
    node: str | None = None
    schedule: str | None = None
    user: str | None = None
    parent: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None
    text: str | None = None
    sort: Sort = "-created_at"
    limit: int = 50
    cursor: str | None = None


@dataclass(frozen=True)
class Page:
    """One page of a list; `next_cursor` is None at the end."""

    items: list[Job] = field(default_factory=list)
    next_cursor: str | None = None
