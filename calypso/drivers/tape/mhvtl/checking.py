"""Whether mhvtl's files agree with each other. Pure; `problems.py` has the words.

A drive must be of a library that is there, each library must have its contents, no number, place
or barcode may be there twice: mhvtl does not look, and a kernel with a bad configuration is lost.
"""

import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from pathlib import PurePosixPath

from calypso.drivers.tape import BadName, CartridgeKind, kind_by_barcode
from calypso.drivers.tape.mhvtl.contents import FILE as CONTENTS_FILE
from calypso.drivers.tape.mhvtl.contents import Contents, Element, Place
from calypso.drivers.tape.mhvtl.densities import MAX_BARCODE_LENGTH, density, taken_by
from calypso.drivers.tape.mhvtl.device_conf import FILE, DeviceConf, Record
from calypso.drivers.tape.mhvtl.problems import Flaw, Problem

MAX_ID = 1023  # the module keeps an array of 1024 devices
MAX_SERIAL_LENGTH = 10  # device.conf: "Serial num max len is 10"
BARCODE = re.compile(rf"[A-Z0-9]{{1,{MAX_BARCODE_LENGTH}}}")
DEFAULT_HOME = "/opt/mhvtl"


def problems(conf: DeviceConf, contents: Mapping[int, Contents]) -> tuple[Problem, ...]:
    """Return all that is wrong with the files, in their order; nothing when they agree."""
    return (
        *conf.problems,
        *(one for library in contents.values() for one in library.problems()),
        *_numbers(conf),
        *_names(conf),
        *_drives(conf, contents),
        *_libraries(conf, contents),
        *_homes(conf),
        *_barcodes(contents),
        *_densities(conf, contents),
    )


def home_of(library: Record) -> str:
    """Return where a library keeps its cartridges."""
    return str(PurePosixPath(library.home or DEFAULT_HOME))


def refuse_other_than_barcodes(names: Iterable[str]) -> None:
    """Raise BadName for a name that is no barcode: what it names may be anything."""
    for name in names:
        if not BARCODE.fullmatch(name):
            raise BadName(f"{name!r} is no barcode of mhvtl. Mend the library's contents first.")


def _numbers(conf: DeviceConf) -> Iterator[Problem]:
    for one in conf.records:
        if not 1 <= one.id <= MAX_ID:
            yield _of(one, Flaw.ID_TOO_LARGE, f"numbers go from 1 to {MAX_ID}.")
    for one, first in _twice(conf.records, lambda one: one.id):
        yield _of(one, Flaw.ID_TWICE, f"{first.name} has this number already.")
    for one, first in _twice(conf.records, lambda one: one.address):
        yield _of(one, Flaw.ADDRESS_TWICE, f"{first.name} has this channel, target and lun.")


def _names(conf: DeviceConf) -> Iterator[Problem]:
    for one in conf.records:
        if not one.serial:
            yield _of(one, Flaw.SERIAL_MISSING, "it has no unit serial number.")
        elif len(one.serial) > MAX_SERIAL_LENGTH:
            text = f"its serial number {one.serial} has more than {MAX_SERIAL_LENGTH} characters."
            yield _of(one, Flaw.SERIAL_TOO_LONG, text)
    for one, first in _twice(conf.records, lambda one: one.serial):
        yield _of(one, Flaw.SERIAL_TWICE, f"{first.name} has the serial number {one.serial} too.")
    for one, first in _twice(conf.records, lambda one: one.field("NAA")):
        yield _of(one, Flaw.NAA_TWICE, f"{first.name} has the same NAA.")


def _drives(conf: DeviceConf, contents: Mapping[int, Contents]) -> Iterator[Problem]:
    for one in conf.drives:
        if one.place is None:
            yield _of(one, Flaw.PLACE_MISSING, "it lacks a line like 'Library ID: 10 Slot: 01'.")
            continue
        library, number = one.place
        if conf.library(library) is None:
            yield _of(one, Flaw.LIBRARY_MISSING, f"there is no library {library}.")
        elif library in contents and not 1 <= number <= contents[library].count(Place.DRIVE):
            text = f"{contents[library].file} has no line 'Drive {number}:'."
            yield _of(one, Flaw.PLACE_BEYOND, text)
    for one, first in _twice(conf.drives, lambda one: one.place):
        yield _of(one, Flaw.PLACE_TWICE, f"{first.name} is in the same place of the library.")


def _libraries(conf: DeviceConf, contents: Mapping[int, Contents]) -> Iterator[Problem]:
    for one in conf.libraries:
        if one.id not in contents:
            text = f"its file {CONTENTS_FILE}.{one.id} is missing."
            yield _of(one, Flaw.CONTENTS_MISSING, text)
            continue
        have = {place[1] for drive in conf.drives_of(one.id) if (place := drive.place)}
        for bay in contents[one.id].of(Place.DRIVE):
            if bay.number not in have:
                text = f"{FILE} has no drive for this place."
                yield _at(contents[one.id], bay, Flaw.DRIVE_MISSING, text)


def _homes(conf: DeviceConf) -> Iterator[Problem]:
    homes: dict[PurePosixPath, Record] = {}
    for one in conf.libraries:
        home = PurePosixPath(home_of(one))
        if not home.is_absolute() or ".." in home.parts:
            yield _of(one, Flaw.HOME_RELATIVE, f"its home {home} is no absolute path.")
        if (first := homes.get(home)) is not None:
            yield _of(one, Flaw.HOME_SHARED, f"{first.name} has its home in {home} too.")
        for other, owner in homes.items():
            if other in home.parents or home in other.parents:
                text = f"its home {home} and that of {owner.name}, {other}, lie in one another."
                yield _of(one, Flaw.HOME_WITHIN, text)
        homes.setdefault(home, one)


def _barcodes(contents: Mapping[int, Contents]) -> Iterator[Problem]:
    known: dict[str, str] = {}
    for library in contents.values():
        for one in library.elements:
            if not one.barcode or one.place is Place.DRIVE:
                continue
            if not BARCODE.fullmatch(one.barcode):
                text = f"{one.barcode} is no barcode: 1 to {MAX_BARCODE_LENGTH} of A-Z and 0-9."
                yield _at(library, one, Flaw.BARCODE_UNFIT, text)
            if (first := known.get(one.barcode)) is not None:
                text = f"{one.barcode} lies in {first} too."
                yield _at(library, one, Flaw.BARCODE_TWICE, text)
            known.setdefault(one.barcode, f"{one.name} of library {library.library}")


def _densities(conf: DeviceConf, contents: Mapping[int, Contents]) -> Iterator[Problem]:
    for library in contents.values():
        able = taken_in(conf, library.library)
        for barcode, one in library.barcodes.items() if able is not None else ():
            is_data = kind_by_barcode(barcode) is not CartridgeKind.CLEANING
            needed = density(barcode) if is_data else None
            if able is not None and needed is not None and needed not in able:
                text = f"{barcode} is {needed}, which no drive of the library takes."
                yield _at(library, one, Flaw.DENSITY_UNFIT, text)


def taken_in(conf: DeviceConf, library: int) -> frozenset[str] | None:
    """Return what the drives of a library can load; None when one of them is not known."""
    each = [taken_by(one.field("Product identification") or "") for one in conf.drives_of(library)]
    known = [one for one in each if one is not None]
    return frozenset().union(*known) if each and len(known) == len(each) else None


def _twice(
    records: Iterable[Record], key: Callable[[Record], Hashable]
) -> Iterator[tuple[Record, Record]]:
    """Give each record whose key another had before, with that other; None is no key."""
    first: dict[Hashable, Record] = {}
    for one in records:
        told = key(one)
        if told is not None and first.setdefault(told, one) is not one:
            yield one, first[told]


def _of(one: Record, flaw: Flaw, text: str) -> Problem:
    return Problem(flaw, FILE, one.line, one.name, text)


def _at(library: Contents, one: Element, flaw: Flaw, text: str) -> Problem:
    return Problem(flaw, library.file, one.line, one.name, text)
