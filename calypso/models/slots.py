"""When a schedule fires. Pure: the clock is an argument. Slots are UTC instants on whole minutes.

The rules about clocks that are put forward or back (`docs/schedules.md`): a time that does not
exist fires once, at the first instant after the gap. A time that comes twice fires once, at the
first; but a rule whose hours are `*` or `*/n` means elapsed time, and fires whenever the clock
shows a time of it, in both passes, and makes nothing up in a gap.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property, lru_cache
from zoneinfo import ZoneInfo

from calypso.models import cron
from calypso.models.cron import Cron

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
# A rule on 29 February and a weekday comes back after 28 years, after 40 over a year like 2100.
FURTHEST = 41 * 366 * DAY
_NAME = re.compile(r"UTC|GMT|[A-Za-z]+(/[A-Za-z0-9_+-]+){1,2}", re.ASCII)  # no `localtime`
LAST_YEAR = 9000  # what every part of the house can count in


class UnknownZone(ValueError):
    """There is no time zone of this name."""


@dataclass(frozen=True)
class Rule:
    """A cron rule in a time zone, and the part of the day in which it counts.

    `begin` and `end` belong to the window; one that begins after its end goes over midnight.
    """

    cron: str
    tz: str
    begin: time | None = None
    end: time | None = None

    @cached_property
    def fields(self) -> Cron:
        """The fields; CronError."""
        return cron.parse(self.cron)

    @cached_property
    def zone(self) -> ZoneInfo:
        """The time zone; UnknownZone."""
        return zone(self.tz)

    @cached_property
    def times(self) -> list[time]:
        """The times of a day at which it fires, those outside of the window left out."""
        return [at for at in self.fields.times() if self._is_within(at)]

    def _is_within(self, at: time) -> bool:
        begin, end = self.begin or time.min, self.end or time.max
        return begin <= at <= end if begin <= end else at >= begin or at <= end


@lru_cache(maxsize=1024)
def zone(name: str) -> ZoneInfo:
    """Return a time zone of the IANA database; UnknownZone."""
    if not _NAME.fullmatch(name) or name.startswith(("posix/", "right/")):  # files, no zones
        raise _no_such_zone(name)
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as wrong:
        raise _no_such_zone(name) from wrong


def _no_such_zone(name: str) -> UnknownZone:
    return UnknownZone(f"There is no time zone {name[:60]!r}. One is called Europe/Amsterdam.")


def next_fire(rule: Rule, after: datetime) -> datetime | None:
    """Return the first slot later than `after`, or None when there is none for 40 years."""
    return next(fires(rule, after), None)


def fires(rule: Rule, after: datetime) -> Iterator[datetime]:
    """Yield the slots later than `after`, in order and without end, but for 40 years without any.

    An hour window without any time of the rule yields nothing.
    """
    last = after.astimezone(UTC)
    day = last.astimezone(rule.zone).date() - DAY  # a gap over midnight: yesterday's may come now
    until = day + FURTHEST
    while rule.times and day < until and day.year < LAST_YEAR:
        slots = _slots(rule, day) if rule.fields.is_on(day) else []
        for slot in slots[bisect_right(slots, last) :]:
            yield slot
            last, until = slot, day + FURTHEST
        day += DAY


def _slots(rule: Rule, day: date) -> list[datetime]:
    """Return the slots of a day by the wall, in order."""
    midnight = datetime.combine(day, time.min)
    offset, later = _offset(midnight, rule.zone), _offset(midnight + DAY, rule.zone)
    if offset == later and _is_plain(midnight, rule.zone, offset):
        start = (midnight - offset).replace(tzinfo=UTC)
        return [start + timedelta(hours=at.hour, minutes=at.minute) for at in rule.times]
    found = {slot for at in rule.times for slot in _instants(rule, datetime.combine(day, at))}
    return sorted(found)


@lru_cache(maxsize=4096)  # the same few days are asked about again and again
def _is_plain(midnight: datetime, where: ZoneInfo, offset: timedelta) -> bool:
    """A clock may go back and forth within a day; looking every hour is enough to see it."""
    return all(_offset(midnight + timedelta(hours=n), where) == offset for n in range(1, 24))


def _offset(wall: datetime, where: ZoneInfo) -> timedelta:
    return wall.replace(tzinfo=where).utcoffset() or timedelta()


def _instants(rule: Rule, wall: datetime) -> list[datetime]:
    """Return the instants at which a time by the wall fires: none, one or two."""
    first = wall.replace(tzinfo=rule.zone, fold=0).astimezone(UTC)
    second = wall.replace(tzinfo=rule.zone, fold=1).astimezone(UTC)
    if first.astimezone(rule.zone).replace(tzinfo=None) != wall:
        return [] if rule.fields.any_hour else [_after_gap(second, first, rule.zone)]
    return [first, second] if rule.fields.any_hour and second != first else [first]


def _after_gap(low: datetime, high: datetime, where: ZoneInfo) -> datetime:
    """Return the instant between two at which the clock was put forward."""
    before = low.astimezone(where).utcoffset()
    seconds = range(int((high - low).total_seconds()) + 1)
    changed = bisect_left(
        seconds,
        True,  # noqa: FBT003 - what is looked for
        key=lambda n: (low + timedelta(seconds=n)).astimezone(where).utcoffset() != before,
    )
    return low + timedelta(seconds=changed)
