"""Naming schemas: how a task calls its snapshots, and when one of that name was taken. Pure.

A schema is a `strftime` text. What is taken and refused is what zettarepl takes and refuses, and
for the same reasons; so are the names, so that each can prune what the other took. A `+`, which
ZFS does not allow, is written `--`; names in which an older zettarepl wrote `:` are read as well.
Source: zettarepl snapshot/name.py, validate_snapshot_naming_schema().
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, StringConstraints

DEFAULT_SCHEMA = "auto-%Y-%m-%d_%H-%M%z"
MOST_CHARACTERS = 54  # of a name, as of every snapshot's that is made here
NEEDED = ("%Y", "%m", "%d", "%H", "%M")
# Both signs of %z, a leap day, and a time that reads differently in twelve hours.
_SAMPLES = tuple(
    datetime(2000, 2, 29, 19, 40, tzinfo=timezone(timedelta(hours=hours))) for hours in (10, -10)
)
_UNFIT = re.compile(r"[^0-9A-Za-z %_.:-]")
_WRITTEN_PLUS = re.compile(r"(?:--|:)(?=\d{4})")


def check(schema: str) -> str:
    """Return a schema whose names can be read back; ValueError says why one is none."""
    if "%%" in schema:
        raise ValueError("% is not an allowed character in a snapshot's name.")
    if unfit := "".join(sorted(set(_UNFIT.findall(schema)))):
        raise ValueError(f"Not allowed in a snapshot's name: {unfit}")
    if schema.startswith(("-", " ")):
        raise ValueError("A snapshot's name cannot begin with a dash or a blank.")
    _refuse_directives(schema)
    for sample in _SAMPLES:
        _refuse_unreadable(schema, sample)
    return schema


NamingSchema = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200),
    AfterValidator(check),
    Field(examples=[DEFAULT_SCHEMA]),
]


def is_unique_in_fold(schema: str) -> bool:
    """Tell whether a time that comes twice, as clocks are put back, has two names."""
    return "%z" in schema or "%s" in schema


def name_at(schema: str, at: datetime) -> str:
    """Return the name of a snapshot taken at an aware time, by the clock of its zone."""
    if "%s" in schema:
        return schema.replace("%s", str(int(at.timestamp())))
    return at.strftime(schema).replace("+", "--")


def time_of(schema: str, name: str, zone: ZoneInfo) -> datetime | None:
    """Return when a snapshot of that name was taken, in UTC; None when the schema has no such.

    Of a name without %z or %s, by the clock of `zone`; the first pass where a time came twice.
    """
    try:
        read = _of_epoch(schema, name) if "%s" in schema else _of_clock(schema, name, zone)
        return None if read is None else read.astimezone(UTC)
    except OverflowError:  # within a day of the first or last year there is
        return None


def _refuse_directives(schema: str) -> None:
    if "%s" in schema:
        if re.search("%[^s]", schema) or schema.count("%s") > 1:
            raise ValueError("No other placeholder can be used with %s in a naming schema.")
        return
    for directive in NEEDED:
        if directive not in schema:
            raise ValueError(f"{directive} must be present in a naming schema.")
    if "%z" in schema and ":" in schema:
        raise ValueError("%z and : cannot both be in a naming schema: a + was once written :")


def _refuse_unreadable(schema: str, sample: datetime) -> None:
    name = name_at(schema, sample)
    read = [found.replace(tzinfo=None) for found in _readings(schema, name)]
    if "%s" not in schema and read != [sample.replace(tzinfo=None)]:
        raise ValueError(f"A name of this schema, {name}, does not tell when it was taken.")
    if _UNFIT.search(name) or "%" in name:
        raise ValueError(f"A name of this schema, {name}, is not allowed.")
    if len(name) > MOST_CHARACTERS:
        raise ValueError(f"A name of this schema, {name}, has more than {MOST_CHARACTERS} letters.")


def _of_epoch(schema: str, name: str) -> datetime | None:
    before, _, after = schema.partition("%s")
    told = re.fullmatch(rf"{re.escape(before)}(0|[1-9][0-9]{{0,11}}){re.escape(after)}", name)
    try:
        return None if told is None else datetime.fromtimestamp(int(told[1]), UTC)
    except (OSError, ValueError):  # a year after 9999
        return None


def _of_clock(schema: str, name: str, zone: ZoneInfo) -> datetime | None:
    read = next(_readings(schema, name), None)
    return read.replace(tzinfo=zone) if read is not None and read.tzinfo is None else read


def _readings(schema: str, name: str) -> Iterator[datetime]:
    """Yield the times that are written exactly like this: `strptime` alone reads too much."""
    texts = [name, _WRITTEN_PLUS.sub("+", name)] if "%z" in schema else [name]
    for text in dict.fromkeys(texts):
        try:
            read = datetime.strptime(text, schema)  # noqa: DTZ007 - its zone is the caller's
        except ValueError:
            continue
        written = read.strftime(schema)
        if name in (written.replace("+", "--"), written.replace("+", ":")):
            yield read
