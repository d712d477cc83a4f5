"""What firing schedules needs from the outside; part of `engine.ports`."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from calypso.models.access import Actor
from calypso.models.firing import Turn
from calypso.models.ledger import NewJob
from calypso.models.schedule import (
    Clock,
    Decided,
    FirePage,
    Schedule,
    SchedulePage,
    ScheduleSpec,
)


class ScheduleStore(Protocol):
    """Schedules and their slots. Its clock is the only one that counts."""

    def add_schedule(
        self, spec: ScheduleSpec, *, owner: str, next_slot: datetime | None
    ) -> Schedule:
        """Add a schedule; Conflict when the name is taken."""

    def replace_schedule(
        self,
        schedule_id: UUID,
        spec: ScheduleSpec,
        *,
        version: int,
        owner: str,
        by: str,
        next_slot: datetime | None,
    ) -> Schedule:
        """Replace what is said about a schedule; Conflict, PreconditionFailed."""

    def schedule(self, schedule_id: UUID) -> Schedule:
        """Return a schedule; NotFound."""

    def schedules(
        self,
        *,
        type_name: str | None = None,
        enabled: bool | None = None,
        limit: int = 100,
        cursor: str | None = None,
    ) -> SchedulePage:
        """List schedules by name."""

    def remove_schedule(self, schedule_id: UUID, *, version: int | None = None) -> None:
        """Remove a schedule and its slots; its jobs stay. NotFound, PreconditionFailed."""

    def due(
        self, *, after: Schedule | None = None, limit: int = 100
    ) -> tuple[datetime | None, list[Schedule]]:
        """Return (the store's clock, those whose next slot has come); the clock only with some.

        The earliest slot first; with `after`, those behind it.
        """

    def fire(
        self, schedule: Schedule, turn: Turn, said: Mapping[str, Any], job: NewJob | None
    ) -> Decided | None:
        """Decide about a slot, once, with the submit in the same transaction.

        None: somebody else decided, or the schedule was edited; nothing was stored.
        """

    def fires(self, schedule_id: UUID, *, limit: int = 100, cursor: str | None = None) -> FirePage:
        """List what became of a schedule's slots, the latest first."""

    def overdue(self, *, by_s: float) -> list[Schedule]:
        """Return those whose slot is late by more than its grace and `by_s`, undecided."""

    def lateness_s(self) -> float:
        """Return how long ago the schedule that is due longest was due; 0 when none is."""

    def troubled(self) -> list[Schedule]:
        """Return enabled ones whose last slot was missed or refused, until one is on time."""

    def fruitless(self, *, slots: int) -> list[Schedule]:
        """Return enabled ones of whose last so many slots none brought a success yet.

        Those that have had so many slots; one that was skipped has the success of the job that
        was in its way.
        """

    def forget_fires(self, *, before: datetime, batch: int = 1000) -> int:
        """Forget decisions that are older; how many, at most a batch."""

    def clock(self) -> Clock:
        """Return the store's clock, and whether it has jumped."""

    def look_at_clock(self, *, drift_s: float, tolerated_s: float) -> Clock:
        """Note a tick and, if the clock has jumped, that it has.

        `drift_s`: what it gained on the caller's own since the caller's last look.
        """

    def confirm_clock(self) -> Clock:
        """Note that somebody has looked, and the clock is right."""


class Owners(Protocol):
    """With whose rights something is done for them while they are away."""

    def actor_of(self, name: str) -> Actor | None:
        """Return a user with their rights of today; None when they are gone or disabled."""
