"""The part of the driver that makes and removes libraries and cartridges."""

import shutil
from pathlib import Path
from uuid import uuid4

from calypso.drivers.tape import (
    BarcodeDuplicate,
    Cartridge,
    CartridgeExists,
    CartridgeKind,
    CartridgeLoaded,
    CartridgeMissing,
    CartridgeSpec,
    DriveState,
    ElementKind,
    Library,
    LibraryExists,
    LibraryInUse,
    LibrarySpec,
    NoFreeSlot,
    OnStep,
    Place,
    SlotEmpty,
    SlotMissing,
    Unsupported,
    unheard,
)
from calypso.drivers.tape.ends import folder
from calypso.drivers.tape.filelib import states
from calypso.drivers.tape.filelib.drives import Drives
from calypso.drivers.tape.filelib.libraries import described
from calypso.drivers.tape.filelib.shelf import (
    BARCODE,
    LIBRARY,
    LIBRARY_NAME,
    NEW,
    OLD,
    OUTSIDE,
    Shelf,
    cartridges_in,
    move,
    named,
    write_drive,
)
from calypso.models.jobtype import Plan

CLEANING_USES = 50  # as LTO cleaning cartridges have
FORMAT = 1


class Virtual(Drives):
    """Satisfies `VirtualVerbs`."""

    def create_library(self, spec: LibrarySpec, *, on_step: OnStep = unheard) -> Library:
        """Make an empty library."""
        named(LIBRARY_NAME, spec.name, "library")
        if spec.model is not None:
            raise Unsupported("A library of folders plays no other product. Leave the model out.")
        on_step(0, 1, "making")
        with self._shelves.alone():
            target = self._shelves.state / spec.name
            if spec.name == OUTSIDE or target.exists():
                raise LibraryExists(f"{spec.name} exists already. Choose another name.")
            move(new_library(self._shelves.state, spec), target)
        return self.library(spec.name)

    def delete_library(
        self, name: str, *, keep_cartridges: bool = False, on_step: OnStep = unheard
    ) -> None:
        """Remove a library."""
        on_step(0, 1, "removing")
        with self._shelves.alone():
            shelf = self._deletable(name)
            if keep_cartridges:
                for _, cartridge in held(shelf):
                    self._put_outside(cartridge)
            self._drop(shelf.path)

    def plan_delete_library(self, name: str, *, keep_cartridges: bool = False) -> Plan:
        """Say what delete_library would do."""
        barcodes = [cartridge.name for _, cartridge in held(self._deletable(name))]
        where = "lie outside of libraries" if keep_cartridges else "are gone"
        return Plan(
            effects=[f"The library {name} is removed; its {len(barcodes)} cartridges {where}."],
            destroys=[] if keep_cartridges else barcodes,
        )

    def _deletable(self, name: str) -> Shelf:
        shelf = self._shelves.one(name)
        for drive in states.drives(shelf):
            if drive.state is DriveState.BUSY:
                raise LibraryInUse(f"The drive {drive.serial} of {name} is in use. Wait for it.")
            if drive.barcode is not None:
                raise LibraryInUse(
                    f"{drive.barcode} is in the drive {drive.serial} of {name}. Unload it first."
                )
        return shelf

    # -- cartridges

    def create_cartridge(self, library: str, spec: CartridgeSpec) -> Cartridge:
        """Put a new, blank cartridge into the first free slot."""
        named(BARCODE, spec.barcode, "cartridge")
        with self._shelves.alone():
            shelf = self._shelves.one(library)
            if self._found(spec.barcode):
                raise CartridgeExists(f"There is a cartridge {spec.barcode} already.")
            place = _free(shelf, ElementKind.SLOT)
            target = shelf.folder(place) / spec.barcode
            move(new_cartridge(self._shelves.state, spec), target)
            return described(shelf, place, target)

    def edit_cartridge(
        self,
        barcode: str,
        *,
        is_write_protected: bool | None = None,
        capacity_bytes: int | None = None,
    ) -> Cartridge:
        """Move the tab of a cartridge, or give it another capacity."""
        with self._shelves.alone():
            shelf, place, cartridge = self._one(barcode)
            asked = {"is_write_protected": is_write_protected, "capacity_bytes": capacity_bytes}
            given = {name: value for name, value in asked.items() if value is not None}
            folder.write_json(cartridge / folder.ABOUT, {**folder.about(cartridge), **given})
            return described(shelf, place, cartridge)

    def delete_cartridge(self, barcode: str) -> None:
        """Remove a cartridge and all that is on it."""
        with self._shelves.alone():
            self._drop(self._one(barcode)[2])

    def plan_delete_cartridge(self, barcode: str) -> Plan:
        """Say what delete_cartridge would do."""
        shelf, place, cartridge = self._one(barcode)
        used_bytes = folder.used_bytes(folder.files(cartridge))
        return Plan(
            effects=[f"{barcode} in {place} of {shelf.name} is removed."],
            destroys=[f"{barcode}: {used_bytes} bytes"],
        )

    def outside(self) -> list[str]:
        """List the cartridges that lie in no library."""
        return [path.name for path in self._shelves.outside()]

    def insert(self, library: str, barcode: str) -> Cartridge:
        """Put a cartridge from outside into the first free import/export slot."""
        with self._shelves.alone():
            shelf = self._shelves.one(library)
            path = self._shelves.state / OUTSIDE / named(BARCODE, barcode, "cartridge")
            if not path.exists():
                raise CartridgeMissing(f"No cartridge {barcode} lies outside of the libraries.")
            place = _free(shelf, ElementKind.IE)
            move(path, shelf.folder(place) / barcode)
            return described(shelf, place, shelf.folder(place) / barcode)

    def take_out(self, library: str, ie_slot: int) -> str:
        """Take the cartridge out of an import/export slot."""
        with self._shelves.alone():
            shelf = self._shelves.one(library)
            place = shelf.slot(ie_slot)
            if place.kind is not ElementKind.IE:
                raise SlotMissing(f"{place} of {library} is not reached from outside.")
            found = cartridges_in(shelf.folder(place))
            if not found:
                raise SlotEmpty(f"There is no cartridge in {place} of {library}.")
            self._put_outside(found[0])
            return found[0].name

    # -- inside

    def _one(self, barcode: str) -> tuple[Shelf, Place, Path]:
        """Return where a cartridge is that is in no drive."""
        found = self._found(barcode)
        if not found:
            raise CartridgeMissing(f"No library has a cartridge {barcode}.")
        if len(found) > 1:
            places = " and ".join(f"{place} of {shelf.name}" for shelf, place, _ in found)
            raise BarcodeDuplicate(f"{barcode} is in {places}. Take one of them out.")
        shelf, place, _ = found[0]
        if place.kind is ElementKind.DRIVE:
            raise CartridgeLoaded(f"{barcode} is in {place} of {shelf.name}. Unload it first.")
        return found[0]

    def _found(self, barcode: str) -> list[tuple[Shelf, Place, Path]]:
        inside = [
            (shelf, place, cartridge)
            for shelf in self._shelves.all()
            for place, cartridge in held(shelf)
            if cartridge.name == barcode
        ]
        if barcode in self.outside():
            raise CartridgeExists(f"{barcode} lies outside of the libraries. Insert it.")
        return inside

    def _put_outside(self, cartridge: Path) -> None:
        outside = self._shelves.state / OUTSIDE
        outside.mkdir(mode=0o700, exist_ok=True)
        move(cartridge, outside / cartridge.name)

    def _drop(self, path: Path) -> None:
        aside = self._shelves.state / f"{OLD}{uuid4().hex}"
        move(path, aside)
        shutil.rmtree(aside)


def held(shelf: Shelf) -> list[tuple[Place, Path]]:
    """Return every cartridge in a library with its place."""
    places = shelf.places()
    return [(place, one) for place in places for one in cartridges_in(shelf.folder(place))]


def new_library(state: Path, spec: LibrarySpec) -> Path:
    """Make the folder of a library aside, and return it."""
    path = state / f"{NEW}{uuid4().hex}"
    path.mkdir(mode=0o700)
    serials = [f"{spec.name}-{number}" for number in range(spec.drives)]
    told = {"format": FORMAT, "slots": spec.slots, "ie_slots": spec.ie_slots, "drives": serials}
    folder.write_json(path / LIBRARY, {**told, "is_online": True, "jammed": None})
    shelf = Shelf(path)
    for place in shelf.places():
        shelf.folder(place).mkdir(mode=0o700)
    for number, serial in enumerate(serials):
        write_drive(shelf.folder(shelf.drive(number)), serial)
    return path


def new_cartridge(state: Path, spec: CartridgeSpec) -> Path:
    """Make the folder of a cartridge aside, and return it."""
    path = state / f"{NEW}{uuid4().hex}"
    path.mkdir(mode=0o700)
    told = {
        "format": FORMAT,
        "barcode": spec.barcode,
        "kind": spec.kind.value,
        "capacity_bytes": spec.capacity_bytes,
        "is_write_protected": False,
        "is_damaged": False,
        "uses_left": CLEANING_USES if spec.kind is CartridgeKind.CLEANING else None,
    }
    folder.write_json(path / folder.ABOUT, told)
    return path


def _free(shelf: Shelf, kind: ElementKind) -> Place:
    for element in shelf.elements():
        if element.kind is kind and not element.is_full:
            return element.place
    word = "import/export slot" if kind is ElementKind.IE else "slot"
    raise NoFreeSlot(f"Every {word} of {shelf.name} is full.")
