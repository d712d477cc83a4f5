"""What mhvtl's files say after a library was made, changed or removed. Pure."""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import count

from calypso.drivers.tape import (
    BadName,
    LibraryChange,
    LibraryExists,
    LibraryModel,
    LibrarySpec,
    WouldLose,
)
from calypso.drivers.tape.mhvtl.checking import MAX_ID, MAX_SERIAL_LENGTH
from calypso.drivers.tape.mhvtl.contents import Place, fresh
from calypso.drivers.tape.mhvtl.device_conf import DeviceConf, Kind, Record, record
from calypso.drivers.tape.mhvtl.files import Configuration
from calypso.drivers.tape.mhvtl.positions import Positions

HOMES = "/var/lib/mhvtl"  # not below mhvtl's own /opt/mhvtl, where a library may have its home
_NAME = re.compile(rf"[A-Za-z0-9][A-Za-z0-9_.-]{{0,{MAX_SERIAL_LENGTH - 1}}}")
IDS_APART = 10  # a library takes a number that ends in 0, its drives those behind it


def created(before: Configuration, spec: LibrarySpec) -> tuple[int, Configuration]:
    """Return the number of the new library, and the files with it; LibraryExists, BadName."""
    if any(one.serial == spec.name for one in before.conf.records):
        raise LibraryExists(f"A library or drive of mhvtl has the serial number {spec.name}.")
    if not _NAME.fullmatch(spec.name):
        raise BadName(
            f"{spec.name!r} is no serial number for mhvtl: 1 to {MAX_SERIAL_LENGTH} characters of "
            "A-Z, a-z, 0-9, dot, dash and underscore, a letter or digit in front."
        )
    model = spec.model or LibraryModel()
    number = next(one for one in count(IDS_APART, IDS_APART) if not _taken(before.conf, one))
    if number > MAX_ID:
        raise BadName("mhvtl has no number left for another library.")
    robot = record(
        Kind.LIBRARY, number, next(_addresses(before.conf)), _robot(spec.name, number, model)
    )
    conf = before.conf.with_records([robot])
    conf = conf.with_records(_more_drives(conf, robot, spec.drives, model))
    inside = fresh(number, drives=spec.drives, slots=spec.slots, maps=spec.ie_slots)
    return number, Configuration(conf, {**before.contents, number: inside})


def modified(
    before: Configuration, robot: Record, change: LibraryChange, positions: Positions
) -> Configuration:
    """Return the files with a library as it is to be, its cartridges where they are; WouldLose."""
    inside = before.contents[robot.id]
    wanted = {
        Place.SLOT: change.slots, Place.MAP: change.ie_slots, Place.DRIVE: change.drives,
    }  # fmt: skip
    for place, number in wanted.items():
        if number is not None:
            _refuse_loss(place, number, positions)
            inside = inside.with_count(place, number)
    conf = before.conf
    have = conf.drives_of(robot.id)
    if change.drives is not None:
        gone = [one for one in have if one.place and one.place[1] > change.drives]
        conf = conf.without(gone)
        conf = conf.with_records(_more_drives(conf, robot, change.drives, _model_of(have)))
    return replace(before, conf=conf).with_contents(inside.with_media(positions))


def deleted(before: Configuration, robot: Record) -> Configuration:
    """Return the files without a library."""
    conf = before.conf.without([robot, *before.conf.drives_of(robot.id)])
    kept = {number: one for number, one in before.contents.items() if number != robot.id}
    return Configuration(conf, kept)


def _more_drives(
    conf: DeviceConf, robot: Record, wanted: int, model: LibraryModel
) -> Iterator[Record]:
    """Give the drives that a library lacks, each with the first number and address that is free."""
    have = {one.place[1] for one in conf.drives_of(robot.id) if one.place}
    numbers = (one for one in range(robot.id + 1, MAX_ID + 1) if not _has(conf, one))
    addresses = _addresses(conf)
    names = _drive_serials(conf, robot.serial or "")
    for place in range(1, wanted + 1):
        if place not in have:
            number, address = next(numbers, None), next(addresses)
            if number is None:
                raise BadName("mhvtl has no number left for another drive.")
            fields = _drive(robot.id, place, next(names), model)
            yield record(Kind.DRIVE, number, address, fields)


def _robot(serial: str, number: int, model: LibraryModel) -> list[tuple[str, str]]:
    return [
        ("Vendor identification", model.vendor),
        ("Product identification", model.product),
        ("Unit serial number", serial),
        ("NAA", _naa(number, 0)),
        ("Home directory", model.home or f"{HOMES}/{serial}"),
        ("PERSIST", "True"),
        ("Backoff", "400"),
    ]


def _drive(library: int, place: int, serial: str, model: LibraryModel) -> list[tuple[str, str]]:
    return [
        ("Library ID", f"{library} Slot: {place:02}"),
        ("Vendor identification", model.drive_vendor),
        ("Product identification", model.drive_product),
        ("Unit serial number", serial),
        ("NAA", _naa(library, place)),
        ("Compression", "factor 1 enabled 1"),
        ("Compression type", "lzo"),
        ("Backoff", "400"),
    ]


def _naa(library: int, place: int) -> str:
    """Return a name like those of `generate_device_conf`: library and place make it unique."""
    return f"10:22:33:44:{library >> 8:02x}:{library & 255:02x}:{place >> 8:02x}:{place & 255:02x}"


def _model_of(drives: tuple[Record, ...]) -> LibraryModel:
    """Return a model like that of the last drive a library has."""
    if not drives:
        return LibraryModel()
    known = LibraryModel()
    return LibraryModel(
        drive_vendor=drives[-1].field("Vendor identification") or known.drive_vendor,
        drive_product=drives[-1].field("Product identification") or known.drive_product,
    )


def _drive_serials(conf: DeviceConf, library: str) -> Iterator[str]:
    """Give serial numbers for drives: the library's, cut where two digits need the room."""
    known = {one.serial for one in conf.records}
    for number in count(1):
        ending = f"{number:02}"
        serial = f"{library[: MAX_SERIAL_LENGTH - len(ending)]}{ending}"
        if serial not in known:
            yield serial


def _addresses(conf: DeviceConf) -> Iterator[tuple[int, int, int]]:
    """Give free addresses: channel 0, the first target from 0, lun 0; a target's lun 0 must be."""
    known = {one.address[:2] for one in conf.records}
    return ((0, target, 0) for target in count() if (0, target) not in known)


def _has(conf: DeviceConf, number: int) -> bool:
    return any(one.id == number for one in conf.records)


def _taken(conf: DeviceConf, number: int) -> bool:
    return any(number <= one.id < number + IDS_APART for one in conf.records)


def _refuse_loss(place: Place, wanted: int, positions: Positions) -> None:
    for (kind, number), barcode in positions.items():
        if kind is place and number > wanted:
            raise WouldLose(f"{kind.value} {number} is to go and holds {barcode}. Move it first.")
