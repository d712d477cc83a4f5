"""mhvtl's `library_contents.N`: how many drives and slots a library has and what lies in them.

Kept line by line, comments and all. Source: mhvtl man/library_contents.5, the file that
`generate_library_contents` writes, and vtllibrary.c, __init_slot_info() and save_config().
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from calypso.drivers.tape.mhvtl.problems import Flaw, Problem

FILE = "library_contents"
VERSION = 2
_VERSION = re.compile(r"VERSION: *(\S+)\s*")
_ELEMENT = re.compile(r"(Drive|Picker|MAP|Slot) (\d+):[ \t]*(\S*)\s*")
_BEGINS = re.compile(r"(Drive|Picker|MAP|Slot)\b")


class Place(StrEnum):
    """What kind of place a line is about."""

    DRIVE = "Drive"
    PICKER = "Picker"
    MAP = "MAP"
    SLOT = "Slot"


HOLDS_MEDIA = (Place.SLOT, Place.MAP)


@dataclass(frozen=True)
class Element:
    """One place of a library; `number` counts from 1. An empty `barcode`: nothing lies there."""

    place: Place
    number: int
    barcode: str
    line: int

    @property
    def name(self) -> str:
        """The place as the file calls it: `Slot 3`."""
        return f"{self.place.value} {self.number}"


@dataclass(frozen=True)
class Contents:
    """The contents file of one library."""

    library: int
    lines: tuple[str, ...]

    @property
    def file(self) -> str:
        """The file's name."""
        return f"{FILE}.{self.library}"

    @property
    def elements(self) -> tuple[Element, ...]:
        """Every place the file names, in its order."""
        told = ((at, _ELEMENT.fullmatch(line)) for at, line in enumerate(self.lines, 1))
        return tuple(Element(Place(one[1]), int(one[2]), one[3], at) for at, one in told if one)

    @property
    def barcodes(self) -> dict[str, Element]:
        """Where each cartridge lies. A drive's line says its serial in old files: not a barcode."""
        return {
            one.barcode: one for one in self.elements if one.place in HOLDS_MEDIA and one.barcode
        }

    def count(self, place: Place) -> int:
        """Return how many places of a kind there are; a gap is filled by mhvtl."""
        return max((one.number for one in self.elements if one.place is place), default=0)

    def of(self, place: Place) -> tuple[Element, ...]:
        """Return the places of one kind."""
        return tuple(one for one in self.elements if one.place is place)

    def with_count(self, place: Place, wanted: int) -> "Contents":
        """Return the file with so many places of a kind; those beyond go, new ones are empty."""
        kept = self._but(lambda one: one.place is place and one.number > wanted)
        have = {one.number for one in kept.of(place)}
        fresh = [f"{place.value} {n}:\n" for n in range(1, wanted + 1) if n not in have]
        at = max((one.line for one in kept.of(place)), default=len(kept.lines))
        blank = ["\n"] if not have and kept.lines and kept.lines[-1].strip() else []
        lines = (*map(_whole, kept.lines[:at]), *blank, *fresh, *kept.lines[at:])
        return replace(self, lines=lines)

    def with_media(self, where: Mapping[tuple[Place, int], str]) -> "Contents":
        """Return the file with these cartridges in these places and in no other.

        A place it lacks is added: a library that runs may have been given more slots by hand.
        """
        for place in HOLDS_MEDIA:
            last = max((number for kind, number in where if kind is place), default=0)
            if last > self.count(place):
                return self.with_count(place, last).with_media(where)
        lines = list(self.lines)
        for one in self.elements:
            if one.place in HOLDS_MEDIA:
                wanted = where.get((one.place, one.number), "")
                if wanted != one.barcode:
                    lines[one.line - 1] = f"{one.name}: {wanted}".rstrip() + "\n"
        return replace(self, lines=tuple(lines))

    def media(self) -> dict[tuple[Place, int], str]:
        """Return what lies where, as `with_media` takes it."""
        return {(one.place, one.number): code for code, one in self.barcodes.items()}

    def render(self) -> str:
        """Return the file's text."""
        return "".join(self.lines)

    def problems(self) -> Iterator[Problem]:
        """Give what is wrong in the form of this file, seen alone."""
        yield from self._version()
        for at, line in enumerate(self.lines, 1):
            if _BEGINS.match(line) and not _ELEMENT.fullmatch(line):
                text = f"{line.strip()!r} should be like 'Slot 3: VT0003L5'."
                yield Problem(Flaw.UNREADABLE, self.file, at, "", text)
        for place in Place:
            yield from self._gaps(place)
        if not self.of(Place.PICKER):
            text = "it has no line 'Picker 1:': nothing could be moved."
            yield Problem(Flaw.PICKER_MISSING, self.file, 0, "", text)

    def _version(self) -> Iterator[Problem]:
        told = [one[1] for line in self.lines if (one := _VERSION.fullmatch(line))]
        if told != [str(VERSION)]:
            text = (
                f"it should say VERSION: {VERSION} once, and says {', '.join(told) or 'nothing'}."
            )
            yield Problem(Flaw.VERSION, self.file, 0, "", text)

    def _gaps(self, place: Place) -> Iterator[Problem]:
        for expected, one in enumerate(self.of(place), 1):
            if one.number != expected:
                text = f"{place.value} {expected} should come here: no number twice, none left out."
                yield Problem(Flaw.GAP, self.file, one.line, one.name, text)
                return

    def _but(self, goes: Callable[[Element], bool]) -> "Contents":
        gone = {one.line for one in self.elements if goes(one)}
        kept = tuple(line for at, line in enumerate(self.lines, 1) if at not in gone)
        return replace(self, lines=kept)


def parse(library: int, text: str) -> Contents:
    """Return what the contents file of a library says; its text is kept to the byte."""
    return Contents(library, tuple(text.splitlines(keepends=True)))


def fresh(library: int, *, drives: int, slots: int, maps: int) -> Contents:
    """Return the contents file of a new library, with nothing in it."""
    lines = [f"VERSION: {VERSION}\n"]
    for place, count in (
        (Place.DRIVE, drives), (Place.PICKER, 1), (Place.MAP, maps), (Place.SLOT, slots),
    ):  # fmt: skip
        lines += ["\n", *(f"{place.value} {number}:\n" for number in range(1, count + 1))]
    return Contents(library, tuple(lines))


def _whole(line: str) -> str:
    return line if line.endswith("\n") else f"{line}\n"
