"""What alerts need from the outside; `store` satisfies it by shape."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from calypso.models.alert import (
    Alert,
    AlertPage,
    AlertQuery,
    Change,
    Level,
    NewAlert,
    Outcomes,
    Verdict,
)
from calypso.models.channel import Channel, Delivery, NewChannel, Outgoing


class AlertStore(Protocol):
    """Alerts. Every verb is one transaction, with the letters that follow from it.

    Live listeners are told after the commit; they may be told nothing when Redis is away.
    """

    def raise_(self, new: NewAlert) -> Verdict:
        """Say that something is wrong: a new alert, or the open one of its key counted once more.

        Told to the channels when it is new or its level rose, which also ends a dismissal.
        """

    def clear(self, key: str) -> bool:
        """Say that it is so no more; False when no alert of the key was open."""

    def open_of(self, kind: str) -> list[Alert]:
        """Return the alerts of a kind that are not cleared, dismissed ones included."""

    def outcomes(self, *, limit: int = 500) -> Outcomes:
        """Return how jobs ended among the next events that were not followed yet.

        Succeeded ones only where they may clear something: an alert about a job is open, or
        another of these events is about to make one.
        """

    def follow(self, seen: Outcomes, changes: Sequence[Change]) -> bool:
        """Make what followed from `seen` so and move on behind it, all or nothing.

        False: another scheduler was here before; nothing was done.
        """

    def turn(self, name: str, *, every_s: float) -> datetime | None:
        """Take the turn at something that is done once in a while by one scheduler of many.

        Returns the store's time, or None when it is not due.
        """

    def is_taken(self, name: str, *, late_s: float) -> bool:
        """Tell whether somebody took the turn, and is not later than that with the next one."""

    def get(self, alert_id: UUID) -> Alert | None:
        """Return an alert."""

    def page(self, query: AlertQuery) -> AlertPage:
        """List alerts, newest first; Invalid for a foreign cursor."""

    def dismiss(self, alert_id: UUID, by: str) -> Alert | None:
        """Note that somebody has seen it. A cleared or dismissed one stays as it is. None: none."""

    def counts(self) -> dict[Level, int]:
        """Return how many alerts of each level are active, all levels named."""

    def retire(self, *, before: datetime, batch: int = 1000) -> int:
        """Drop alerts that were cleared before a time, with their letters; how many rows went.

        Also those about jobs that were dismissed and not seen since. A bounded batch of each.
        """


class ChannelStore(Protocol):
    """Channels and their letters."""

    def add(self, new: NewChannel, *, by: str) -> Channel:
        """Add a channel; Conflict when its name is taken, Invalid when its secret is missing."""

    def change(self, channel_id: UUID, new: NewChannel, *, by: str) -> Channel:
        """Replace a channel's settings; NotFound, Conflict, Invalid."""

    def remove(self, channel_id: UUID) -> bool:
        """Remove a channel with its letters; False when there is none."""

    def get(self, channel_id: UUID) -> Channel | None:
        """Return a channel."""

    def channels(self) -> list[Channel]:
        """Return every channel, by name."""

    def add_test(self, channel_id: UUID) -> Delivery | None:
        """Add a letter that is sent once, even over a disabled channel; None: no such channel."""

    def delivery(self, delivery_id: UUID) -> Delivery | None:
        """Return a letter as it stands."""

    def deliveries(
        self, channel_id: UUID, *, limit: int = 50, cursor: str | None = None
    ) -> tuple[list[Delivery], str | None]:
        """Return (letters of a channel, newest first, cursor); Invalid for a foreign cursor."""

    def claim(self, *, limit: int, lease_s: float, give_up_s: float) -> list[Outgoing]:
        """Take the next due letter of up to `limit` idle channels, for `lease_s`.

        Letters of one alert leave in order. Those older than `give_up_s` are given up.
        """

    def settle(
        self, outgoing: Outgoing, *, error: str | None = None, retry_in_s: float = 0.0
    ) -> bool:
        """End an attempt: sent, or to be tried again. False: it was somebody else's by now."""
