"""Where things are in the folders of `filelib`.

    STATE/lock                                   held for a moment by whoever changes anything
    STATE/outside/BARCODE/                       cartridges that lie in no library
    STATE/LIBRARY/library.json                   slots, ie_slots, drives; is_online, jammed
    STATE/LIBRARY/slot-1/BARCODE/                a cartridge, see `ends/folder.py`
    STATE/LIBRARY/ie-9/  drive-0/drive.json      serial, is_online, tape_alerts
    STATE/LIBRARY/drive-0/loaded.json            barcode and the slot it came from
    STATE/LIBRARY/drive-0/position.json  lock    where the tape stands; held while it is open

`library.json`, `drive.json` and `cartridge.json` may be edited by hand, to see how Calypso takes it
when a library is off, a robot jams, or a tape is damaged.
"""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from calypso.drivers.tape import (
    BadName,
    Element,
    ElementBlocked,
    ElementKind,
    LibraryMissing,
    LibraryOffline,
    NotPermitted,
    OutOfSpace,
    Place,
    SlotMissing,
    TapeError,
)
from calypso.drivers.tape.ends import folder
from calypso.drivers.tape.ends.saying import kind_of
from calypso.models.names import Barcode, LibraryName

LIBRARY, DRIVE, LOADED, OUTSIDE = "library.json", "drive.json", "loaded.json", "outside"
NEW, OLD = ".new-", ".old-"
BARCODE: TypeAdapter[str] = TypeAdapter(Barcode)
LIBRARY_NAME: TypeAdapter[str] = TypeAdapter(LibraryName)


class Shelf:
    """One library's folder."""

    def __init__(self, path: Path) -> None:
        self.path, self.name = path, path.name
        self.about = read_json(path / LIBRARY)

    @property
    def slots(self) -> int:
        """How many storage slots there are."""
        return int(self.about["slots"])

    @property
    def ie_slots(self) -> int:
        """How many import/export slots there are."""
        return int(self.about["ie_slots"])

    @property
    def drives(self) -> list[str]:
        """The serial numbers of the drives."""
        return [str(serial) for serial in self.about["drives"]]

    def refuse_offline(self) -> None:
        """Refuse when the library is switched off."""
        if not self.about["is_online"]:
            raise LibraryOffline(f"The library {self.name} is offline. Switch it on.")

    def slot(self, number: int) -> Place:
        """Return which slot, storage or import/export, has a number; SlotMissing."""
        if 1 <= number <= self.slots:
            return Place(kind=ElementKind.SLOT, number=number)
        if self.slots < number <= self.slots + self.ie_slots:
            return Place(kind=ElementKind.IE, number=number)
        most = self.slots + self.ie_slots
        raise SlotMissing(f"{self.name} has no slot {number}; its slots are 1 to {most}.")

    def drive(self, number: int) -> Place:
        """Return which drive has a number."""
        return Place(kind=ElementKind.DRIVE, number=number)

    def places(self) -> list[Place]:
        """Return every element: drives, slots, import/export slots."""
        slots = [self.slot(number + 1) for number in range(self.slots + self.ie_slots)]
        return [*map(self.drive, range(len(self.drives))), *slots]

    def folder(self, place: Place) -> Path:
        """Return the folder of an element."""
        return self.path / f"{place.kind.value}-{place.number}"

    def element(self, place: Place) -> Element:
        """Return what is in an element."""
        held = cartridges_in(self.folder(place))
        barcode = held[0].name if held else None
        return Element(
            kind=place.kind,
            number=place.number,
            is_full=bool(held),
            barcode=barcode,
            source=self._source(place, barcode),
            trouble=f"{len(held)} cartridges are in it." if len(held) > 1 else None,
        )

    def usable(self, place: Place) -> Element:
        """Return what is in an element that the robot is to use; ElementBlocked."""
        element = self.element(place)
        if element.trouble:
            raise ElementBlocked(f"{self.name}, {place}: {element.trouble}")
        return element

    def elements(self) -> list[Element]:
        """Return what is in every element."""
        return [self.element(place) for place in self.places()]

    def _source(self, place: Place, barcode: str | None) -> int | None:
        if place.kind is not ElementKind.DRIVE or barcode is None:
            return None
        told = read_json(self.folder(place) / LOADED, {})
        return told.get("slot") if told.get("barcode") == barcode else None


class Shelves:
    """Every library of this node, and what lies outside of them."""

    def __init__(self, state: Path) -> None:
        self.state = state

    def all(self) -> list[Shelf]:
        """Return every library by name."""
        found = sorted(self.state.glob(f"*/{LIBRARY}"))
        return [Shelf(path.parent) for path in found if not path.parent.name.startswith(".")]

    def one(self, name: str) -> Shelf:
        """Return a library; LibraryMissing."""
        named(LIBRARY_NAME, name, "library")
        if not (self.state / name / LIBRARY).exists():
            raise LibraryMissing(f"There is no library {name}.")
        return Shelf(self.state / name)

    def outside(self) -> list[Path]:
        """Return the folders of the cartridges that lie in no library."""
        return cartridges_in(self.state / OUTSIDE)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other processes from changing anything, for a moment; sweeps what they left."""
        with as_refusals():
            self.state.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(self.state / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX)
                self._sweep()
                yield
            finally:
                os.close(handle)

    @contextmanager
    def steady(self) -> Iterator[None]:
        """Keep everything where it is, for a moment: a cartridge on its way is seen once."""
        if not self.state.exists():
            yield
            return
        with as_refusals():
            handle = os.open(self.state / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(handle, fcntl.LOCK_SH)
                yield
            finally:
                os.close(handle)

    def _sweep(self) -> None:
        for left in (*self.state.glob(f"{NEW}*"), *self.state.glob(f"{OLD}*")):
            shutil.rmtree(left)


def cartridges_in(element: Path) -> list[Path]:
    """Return the folders of the cartridges in an element."""
    return [path.parent for path in sorted(element.glob(f"*/{folder.ABOUT}"))]


def read_json(path: Path, default: Any = None) -> Any:
    """Return what a small file tells; `default` when there is none."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        if default is None:
            raise
        return default


def write_drive(path: Path, serial: str) -> None:
    """Write what a new drive is."""
    told = {"serial": serial, "is_online": True, "tape_alerts": []}
    folder.write_json(path / DRIVE, told)


def move(source: Path, target: Path) -> None:
    """Move a folder to another place, at once and for good."""
    source.rename(target)
    folder.sync(source.parent)
    folder.sync(target.parent)


def named(kind: TypeAdapter[str], name: str, what: str) -> str:
    """Return a name that is one; BadName."""
    try:
        return kind.validate_python(name)
    except ValidationError as wrong:
        raise BadName(f"{name[:80]!r} is no name of a {what}.") from wrong


@contextmanager
def as_refusals() -> Iterator[None]:
    """Turn what the system refuses inside into refusals of the protocol."""
    kinds = {"out_of_space": OutOfSpace, "not_permitted": NotPermitted}
    try:
        yield
    except OSError as failed:
        place = f": {os.fsdecode(failed.filename)}" if failed.filename else ""
        kind = kinds.get(kind_of(failed), TapeError)
        raise kind(f"{failed.strerror}{place}.", original=str(failed)) from failed
