"""The part of the driver that looks at libraries and moves cartridges."""

from pathlib import Path
from typing import Any

from calypso.drivers.tape import (
    Cartridge,
    CartridgeKind,
    CleaningCartridge,
    CleaningExpired,
    DriveBusy,
    DriveEmpty,
    DriveFull,
    DriveMissing,
    DriveOffline,
    Element,
    Library,
    NotACleaningCartridge,
    OnItems,
    Place,
    RobotJammed,
    SlotEmpty,
    SlotFull,
)
from calypso.drivers.tape.drive_values import CLEANING_ALERTS
from calypso.drivers.tape.ends import folder
from calypso.drivers.tape.ends.saying import Refusal
from calypso.drivers.tape.filelib.shelf import (
    DRIVE,
    LOADED,
    Shelf,
    Shelves,
    cartridges_in,
    move,
    read_json,
)


class Libraries:
    """Satisfies `LibraryVerbs`."""

    def __init__(self, state: Path) -> None:
        self._shelves = Shelves(state)

    def scan(self, on_items: OnItems) -> None:
        """Tidy what processes that died have left; folders are looked at each time anyway."""
        with self._shelves.alone():
            total = len(self._shelves.all())
        on_items(total, total)

    def libraries(self) -> list[Library]:
        """List every library, by name."""
        return [_library(shelf) for shelf in self._shelves.all()]

    def library(self, name: str) -> Library:
        """Return one library."""
        return _library(self._shelves.one(name))

    def elements(self, library: str) -> list[Element]:
        """List all that can hold a cartridge."""
        with self._shelves.steady():
            return self._online(library).elements()

    def take_inventory(self, library: str) -> list[Element]:
        """List the same: each look at the folders is a fresh one."""
        return self.elements(library)

    def cartridges(self) -> list[Cartridge]:
        """List every cartridge in a library that is online."""
        with self._shelves.steady():
            return [
                described(shelf, place, cartridge)
                for shelf in self._shelves.all()
                if shelf.about["is_online"]
                for place in shelf.places()
                for cartridge in cartridges_in(shelf.folder(place))
            ]

    # -- moving

    def load(self, library: str, slot: int, drive: str, *, cleaning: bool = False) -> Element:
        """Move a cartridge from a slot into a drive."""
        with self._shelves.alone():
            shelf = self._robot(library)
            source, target = shelf.slot(slot), self._drive_of(shelf, drive)
            cartridge = _cartridge(shelf, source)
            _refuse_full_drive(shelf, target, drive)
            _refuse_kind(cartridge, cleaning=cleaning)
            if cleaning:
                _clean(cartridge, shelf.folder(target))
            folder.place_at(shelf.folder(target), None)
            folder.write_json(
                shelf.folder(target) / LOADED, {"barcode": cartridge.name, "slot": slot}
            )
            move(cartridge, shelf.folder(target) / cartridge.name)
            return shelf.element(target)

    def unload(self, library: str, drive: str, slot: int) -> Element:
        """Move the cartridge of a drive into a slot."""
        with self._shelves.alone():
            shelf = self._robot(library)
            source, target = self._drive_of(shelf, drive), shelf.slot(slot)
            shelf.usable(source)
            try:
                with folder.opened(shelf.folder(source)) as cartridge:
                    _refuse_full(shelf, target)
                    move(cartridge, shelf.folder(target) / cartridge.name)
            except Refusal as refused:
                raise _drive_refusal(refused, drive) from refused
            return shelf.element(target)

    def transfer(self, library: str, source: int, target: int) -> Element:
        """Move a cartridge from slot to slot."""
        with self._shelves.alone():
            shelf = self._robot(library)
            cartridge, place = _cartridge(shelf, shelf.slot(source)), shelf.slot(target)
            _refuse_full(shelf, place)
            move(cartridge, shelf.folder(place) / cartridge.name)
            return shelf.element(place)

    # -- inside

    def _online(self, library: str) -> Shelf:
        shelf = self._shelves.one(library)
        shelf.refuse_offline()
        return shelf

    def _robot(self, library: str) -> Shelf:
        shelf = self._online(library)
        if jammed := shelf.about.get("jammed"):
            raise RobotJammed(
                f"The robot of {library} cannot move: {jammed}. Free it, then try again.",
                original=str(jammed),
            )
        return shelf

    def _drive_of(self, shelf: Shelf, serial: str) -> Place:
        if serial not in shelf.drives:
            known = ", ".join(shelf.drives)
            raise DriveMissing(f"{shelf.name} has no drive {serial}; its drives are {known}.")
        place = shelf.drive(shelf.drives.index(serial))
        if not read_json(shelf.folder(place) / DRIVE)["is_online"]:
            raise DriveOffline(f"The drive {serial} does not answer. Switch it on.")
        return place


def _library(shelf: Shelf) -> Library:
    is_online = bool(shelf.about["is_online"])
    return Library(
        name=shelf.name,
        vendor="Calypso",
        product="Folder library",
        revision=str(shelf.about["format"]),
        serial=shelf.name,
        device=str(shelf.path),
        slots=shelf.slots,
        ie_slots=shelf.ie_slots,
        drives=tuple(shelf.drives),
        is_online=is_online,
        reason=None if is_online else "It is switched off in library.json.",
    )


def described(shelf: Shelf, place: Place, cartridge: Path) -> Cartridge:
    """Return what a cartridge in an element is."""
    told = folder.about(cartridge)
    takes_data = told["kind"] != CartridgeKind.CLEANING
    return Cartridge(
        barcode=cartridge.name,
        kind=CartridgeKind(told["kind"]),
        library=shelf.name,
        place=place,
        is_write_protected=told["is_write_protected"],
        capacity_bytes=told["capacity_bytes"] if takes_data else None,
        used_bytes=folder.used_bytes(folder.files(cartridge)) if takes_data else None,
    )


def _cartridge(shelf: Shelf, place: Place) -> Path:
    if not shelf.usable(place).is_full:
        raise SlotEmpty(f"There is no cartridge in {place} of {shelf.name}.")
    return cartridges_in(shelf.folder(place))[0]


def _refuse_full(shelf: Shelf, place: Place) -> None:
    if (element := shelf.element(place)).is_full:
        raise SlotFull(f"{element.barcode} is in {place} of {shelf.name}. Choose a free one.")


def _refuse_full_drive(shelf: Shelf, place: Place, drive: str) -> None:
    if (element := shelf.element(place)).is_full:
        raise DriveFull(f"{element.barcode} is in the drive {drive}. Unload it first.")


def _refuse_kind(cartridge: Path, *, cleaning: bool) -> None:
    told: dict[str, Any] = folder.about(cartridge)
    is_cleaning = told["kind"] == CartridgeKind.CLEANING
    if is_cleaning and not cleaning:
        raise CleaningCartridge(f"{cartridge.name} is a cleaning cartridge: use tape.drive_clean.")
    if cleaning and not is_cleaning:
        raise NotACleaningCartridge(f"{cartridge.name} is no cleaning cartridge.")
    if cleaning and told["uses_left"] < 1:
        raise CleaningExpired(f"{cartridge.name} is used up. Throw it away.")


def _clean(cartridge: Path, drive: Path) -> None:
    about, told = folder.about(cartridge), read_json(drive / DRIVE)
    folder.write_json(cartridge / folder.ABOUT, {**about, "uses_left": about["uses_left"] - 1})
    alerts = [number for number in told["tape_alerts"] if number not in CLEANING_ALERTS]
    folder.write_json(drive / DRIVE, {**told, "tape_alerts": alerts})


def _drive_refusal(refused: Refusal, drive: str) -> DriveBusy | DriveEmpty:
    if refused.kind == "busy":
        return DriveBusy(f"The drive {drive} is in use. Wait for it, or cancel what uses it.")
    return DriveEmpty(f"There is no cartridge in the drive {drive}.")
