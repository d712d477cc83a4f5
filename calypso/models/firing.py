"""What to do about the slots of a schedule that have come. Pure; the clock is an argument."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile

from calypso.models.schedule import Missed, Schedule
from calypso.models.slots import fires, next_fire

MOST_MADE_UP = 100  # of `run_all`; older ones are skipped, and that is said


@dataclass(frozen=True)
class Turn:
    """One decision: fire `slot` or pass it over, then wait for `following`.

    `missed`: how many slots had passed unfired, `slot` among them unless it is on time.
    """

    slot: datetime
    fires: bool
    missed: int
    since: datetime  # the first slot this decides about
    following: datetime | None

    @property
    def reason(self) -> str:
        """The word for it."""
        if not self.fires:
            return "missed"
        return "made_up" if self.missed else "on_time"


def next_turn(schedule: Schedule, now: datetime) -> Turn | None:
    """Return the next decision that is due, or None; ask again with what it leads to.

    A slot is on time for `misfire_grace_s`, then `missed` decides. `run_once` lets the first
    slot on time answer for the missed ones, or the last missed one where none is.
    """
    first = schedule.next_fire_at
    if not schedule.enabled or first is None or first > now:
        return None
    due = [first, *takewhile(lambda slot: slot <= now, fires(schedule.rule, first))]
    late = _late(due, now - timedelta(seconds=schedule.misfire_grace_s))
    if schedule.missed is Missed.RUN_ALL:
        return _one_by_one(schedule, due, late)
    if schedule.missed is Missed.SKIP and late:
        return _turn(schedule, due, late - 1, missed=late, fires_it=False)
    return _turn(schedule, due, min(late, len(due) - 1), missed=late, fires_it=True)


def jitter(schedule: Schedule, slot: datetime) -> timedelta:
    """Return how much later a slot's job starts: the same for whoever asks, 0 to `jitter_s`."""
    text = f"{schedule.id} {slot.isoformat()}".encode()
    number = int.from_bytes(hashlib.blake2b(text, digest_size=8).digest())
    return timedelta(seconds=number % (schedule.jitter_s + 1))


def _late(due: Sequence[datetime], limit: datetime) -> int:
    return sum(slot < limit for slot in due)


def _one_by_one(schedule: Schedule, due: Sequence[datetime], late: int) -> Turn:
    if late > MOST_MADE_UP:
        over = late - MOST_MADE_UP
        return _turn(schedule, due, over - 1, missed=over, fires_it=False)
    return _turn(schedule, due, 0, missed=1 if late else 0, fires_it=True)


def _turn(
    schedule: Schedule, due: Sequence[datetime], place: int, *, missed: int, fires_it: bool
) -> Turn:
    after = due[place + 1] if place + 1 < len(due) else next_fire(schedule.rule, due[place])
    return Turn(slot=due[place], fires=fires_it, missed=missed, since=due[0], following=after)
