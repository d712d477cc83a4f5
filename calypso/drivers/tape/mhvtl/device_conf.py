"""mhvtl's `device.conf`: which libraries and drives there are, where they sit, how they answer.

Kept line by line, so that what Calypso does not know (fifo, Backoff, comments) stays as it was.
Source: mhvtl man/device.conf.5 and the file that `generate_device_conf` writes.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from calypso.drivers.tape.mhvtl.problems import Flaw, Problem

FILE = "device.conf"
VERSION = 5
_VERSION = re.compile(r"VERSION: *(\S+)\s*")
_BEGINS = re.compile(r"(Library|Drive)\s*:")
_HEAD = re.compile(r"(Library|Drive): (\d+) CHANNEL: (\d+) TARGET: (\d+) LUN: (\d+)\s*")
_FIELD = re.compile(r"\s+([A-Za-z][^:]*): *(.*?)\s*")
_PLACE = re.compile(r"\s+Library ID: *(\d+) +Slot: *(\d+)\s*")


class Kind(StrEnum):
    """What a record describes."""

    LIBRARY = "Library"
    DRIVE = "Drive"


@dataclass(frozen=True)
class Record:
    """One library or drive: `lines` is its text, from its head to the head of the next.

    mhvtl reads it up to the first blank line only. `address` is channel, target, lun.
    """

    kind: Kind
    id: int
    address: tuple[int, int, int]
    line: int
    lines: tuple[str, ...]

    @property
    def name(self) -> str:
        """The record as it calls itself: `Drive 12`."""
        return f"{self.kind.value} {self.id}"

    @property
    def place(self) -> tuple[int, int] | None:
        """A drive's library and its number there, from 1; None when it does not say."""
        found = next((_PLACE.fullmatch(one) for one in self._read if _PLACE.fullmatch(one)), None)
        return None if found is None else (int(found[1]), int(found[2]))

    @property
    def serial(self) -> str | None:
        """The serial number it answers with."""
        return self.field("Unit serial number")

    @property
    def home(self) -> str | None:
        """Where a library keeps its cartridges; None: where mhvtl was built to."""
        return self.field("Home directory")

    @property
    def is_persistent(self) -> bool:
        """Whether a library writes down where its cartridges are when it stops."""
        return (self.field("PERSIST") or "").lower().startswith(("yes", "true"))

    def field(self, name: str) -> str | None:
        """Return what a field says, or None when the record has none of that name."""
        for line in self._read:
            told = _FIELD.fullmatch(line)
            if told is not None and told[1] == name:
                return told[2] or None
        return None

    def strays(self) -> Iterator[tuple[int, str]]:
        """Give each field that mhvtl does not read: it comes after a blank line."""
        for at, line in enumerate(self.lines):
            if at > len(self._read) and _FIELD.fullmatch(line):
                yield self.line + at, line.strip()

    @property
    def _read(self) -> tuple[str, ...]:
        blank = next((at for at, line in enumerate(self.lines) if not line.strip()), None)
        return self.lines[1:blank]


@dataclass(frozen=True)
class DeviceConf:
    """A whole file: what stands before the first record, and the records in their order."""

    preamble: tuple[str, ...]
    records: tuple[Record, ...]
    problems: tuple[Problem, ...] = ()

    @property
    def libraries(self) -> tuple[Record, ...]:
        """The libraries, in the file's order."""
        return tuple(one for one in self.records if one.kind is Kind.LIBRARY)

    @property
    def drives(self) -> tuple[Record, ...]:
        """The drives of all libraries, in the file's order."""
        return tuple(one for one in self.records if one.kind is Kind.DRIVE)

    def library(self, number: int) -> Record | None:
        """Return the library of that number."""
        return next((one for one in self.libraries if one.id == number), None)

    def drives_of(self, library: int) -> tuple[Record, ...]:
        """Return a library's drives, in the order of their numbers there."""
        mine = [one for one in self.drives if one.place is not None and one.place[0] == library]
        return tuple(sorted(mine, key=lambda one: (one.place or (0, 0))[1]))

    def with_records(self, new: Iterable[Record]) -> "DeviceConf":
        """Return the file with these records: one that is there is replaced, others are added."""
        fresh = {(one.kind, one.id): one for one in new}
        kept = [fresh.pop((one.kind, one.id), one) for one in self.records]
        return replace(self, records=(*map(_ended, kept), *fresh.values()))

    def without(self, gone: Iterable[Record]) -> "DeviceConf":
        """Return the file without these records."""
        names = {one.name for one in gone}
        return replace(self, records=tuple(one for one in self.records if one.name not in names))

    def render(self) -> str:
        """Return the file's text."""
        return "".join([*self.preamble, *(line for one in self.records for line in one.lines)])


EMPTY = DeviceConf(preamble=(f"VERSION: {VERSION}\n", "\n"), records=())


def parse(text: str) -> DeviceConf:
    """Return what the file says, with what is wrong in its form; its text is kept to the byte."""
    lines = text.splitlines(keepends=True)
    heads = [(at, told) for at, line in enumerate(lines) if (told := _HEAD.fullmatch(line))]
    ends = [*(at for at, _ in heads), len(lines)]
    records = tuple(
        _record(told, at + 1, lines[at:end])
        for (at, told), end in zip(heads, ends[1:], strict=True)
    )
    problems = (*_version(lines), *_unreadable(lines), *_misplaced(records))
    return DeviceConf(tuple(lines[: ends[0]]), records, problems)


def record(
    kind: Kind, number: int, address: tuple[int, int, int], fields: Iterable[tuple[str, str]]
) -> Record:
    """Make a new record, as `generate_device_conf` writes one."""
    channel, target, lun = address
    head = f"{kind.value}: {number} CHANNEL: {channel:02} TARGET: {target:02} LUN: {lun:02}\n"
    told = (f" {name}: {value}\n" for name, value in fields)
    return Record(kind, number, address, 0, (head, *told, "\n"))


def _record(told: re.Match[str], line: int, lines: list[str]) -> Record:
    kind, number, channel, target, lun = told.groups()
    address = (int(channel), int(target), int(lun))
    return Record(Kind(kind), int(number), address, line, tuple(lines))


def _ended(one: Record) -> Record:
    """Return the record with a blank line after it, without which the next would be part of it."""
    last = one.lines[-1]
    if not last.strip():
        return one
    return replace(one, lines=(*one.lines[:-1], f"{last.rstrip()}\n", "\n"))


def _version(lines: list[str]) -> Iterator[Problem]:
    said = [(at, told[1]) for at, line in enumerate(lines, 1) if (told := _VERSION.fullmatch(line))]
    if not said:
        yield Problem(Flaw.VERSION, FILE, 0, "", f"it lacks the line VERSION: {VERSION}.")
    for at, version in said:
        if version != str(VERSION):
            text = f"VERSION is {version}; Calypso knows version {VERSION}."
            yield Problem(Flaw.VERSION, FILE, at, "", text)


def _unreadable(lines: list[str]) -> Iterator[Problem]:
    for at, line in enumerate(lines, 1):
        if _BEGINS.match(line) and not _HEAD.fullmatch(line):
            text = f"{line.strip()!r} should be like 'Drive: 11 CHANNEL: 00 TARGET: 01 LUN: 00'."
            yield Problem(Flaw.UNREADABLE, FILE, at, "", text)


def _misplaced(records: Iterable[Record]) -> Iterator[Problem]:
    for one in records:
        for line, stray in one.strays():
            text = f"{stray!r} stands after a blank line, where mhvtl does not read it."
            yield Problem(Flaw.MISPLACED, FILE, line, one.name, text)
