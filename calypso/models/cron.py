"""Five cron fields as sets of numbers: what `cron(8)` of Debian takes, without its macros."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time

MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
MOST_CHARACTERS = 200
_PART = re.compile(r"(?P<low>\*|\w+)(?:-(?P<high>\w+))?(?:/(?P<step>\d{1,4}))?", re.ASCII)
LONGEST_MONTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


class CronError(ValueError):
    """No cron rule; the text says which part and why."""


@dataclass(frozen=True)
class _Field:
    name: str
    low: int
    high: int
    words: Mapping[str, int]


FIELDS: Sequence[_Field] = (
    _Field("minute", 0, 59, {}),
    _Field("hour", 0, 23, {}),
    _Field("day of month", 1, 31, {}),
    _Field("month", 1, 12, {word: place for place, word in enumerate(MONTHS, 1)}),
    _Field("day of week", 0, 7, {word: place for place, word in enumerate(DAYS)}),
)


@dataclass(frozen=True)
class Cron:
    """When a rule fires on a clock on the wall. Days of the week: 0 is Sunday."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    any_day: bool  # the day-of-month field begins with *
    any_weekday: bool
    any_hour: bool

    def is_on(self, day: date) -> bool:
        """Tell whether it fires on a day at all.

        As in cron(8): where both kinds of days are restricted, one of them is enough.
        """
        if day.month not in self.months:
            return False
        by_month, by_week = day.day in self.days, day.isoweekday() % 7 in self.weekdays
        if self.any_day or self.any_weekday:
            return by_month and by_week
        return by_month or by_week

    def times(self) -> list[time]:
        """Return the times of a day at which it fires, in order."""
        return [
            time(hour, minute) for hour in sorted(self.hours) for minute in sorted(self.minutes)
        ]


def parse(text: str) -> Cron:
    """Return the rule of five fields; CronError says what is wrong with which."""
    parts = text.split()
    if len(text) > MOST_CHARACTERS or len(parts) != len(FIELDS):
        raise CronError("Five fields: minute, hour, day of month, month, day of week.")
    minutes, hours, days, months, weekdays = (
        _numbers(part, field) for part, field in zip(parts, FIELDS, strict=True)
    )
    rule = Cron(
        minutes=minutes,
        hours=hours,
        days=days,
        months=months,
        weekdays=frozenset(number % 7 for number in weekdays),
        any_day=parts[2].startswith("*"),
        any_weekday=parts[4].startswith("*"),
        any_hour=parts[1].startswith("*"),
    )
    _refuse_never(rule)
    return rule


def _numbers(text: str, field: _Field) -> frozenset[int]:
    found: set[int] = set()
    for part in text.split(","):
        found.update(_span(part, field))
    return frozenset(found)


def _span(part: str, field: _Field) -> Iterable[int]:
    match = _PART.fullmatch(part)
    if match is None:
        raise CronError(f"{field.name}: {part[:20]!r} is not a number, a range or a step.")
    low, high, step = match["low"], match["high"], match["step"]
    if low == "*":
        if high is not None:
            raise CronError(f"{field.name}: * takes no range.")
        first, last = field.low, field.high - (field.name == "day of week")
    else:
        first = _number(low, field)
        last = _number(high, field) if high is not None else field.high if step else first
    width = 1 if step is None else int(step)
    if width == 0:
        raise CronError(f"{field.name}: a step of 0 goes nowhere.")
    if last < first:
        raise CronError(f"{field.name}: {part} runs backwards.")
    return range(first, last + 1, width)


def _number(text: str, field: _Field) -> int:
    word = field.words.get(text.lower())
    if word is not None:
        return word
    if not text.isdecimal() or not field.low <= int(text[:5]) <= field.high:
        raise CronError(f"{field.name}: {text[:20]!r} is not within {field.low} to {field.high}.")
    return int(text)


def _refuse_never(rule: Cron) -> None:
    """The 30th of February never comes."""
    by_month = any(min(rule.days) <= LONGEST_MONTHS[month - 1] for month in rule.months)
    if not by_month and (rule.any_day or rule.any_weekday):
        raise CronError("day of month: none of these months has such a day; it would never fire.")
