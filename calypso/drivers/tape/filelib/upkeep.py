"""The part of the driver that changes libraries that are there, and breaks them for tests."""

from collections.abc import Mapping
from typing import Any

from calypso.drivers.tape import (
    DriveFault,
    DriveMissing,
    DriveState,
    ElementKind,
    Library,
    LibraryChange,
    LibraryInUse,
    OnStep,
    Place,
    Unsupported,
    WouldLose,
    unheard,
)
from calypso.drivers.tape.ends import folder
from calypso.drivers.tape.filelib import states
from calypso.drivers.tape.filelib.shelf import DRIVE, LIBRARY, Shelf, read_json, write_drive
from calypso.drivers.tape.filelib.virtual import Virtual

NO_DOOR = "A library of folders has no door: its import/export slots are always within reach."


class Upkeep(Virtual):
    """Satisfies `UpkeepVerbs`."""

    def modify_library(
        self, name: str, change: LibraryChange, *, on_step: OnStep = unheard
    ) -> Library:
        """Give a library more or fewer slots and drives; what holds a cartridge stays."""
        on_step(0, 1, "changing")
        with self._shelves.alone():
            before = self._shelves.one(name)
            after = Shelf(before.path)
            after.about = _changed(before, change)
            _refuse_loss(before, after)
            for place in after.places():
                after.folder(place).mkdir(mode=0o700, exist_ok=True)
            for number, serial in enumerate(after.drives):
                if not (path := after.folder(after.drive(number)) / DRIVE).exists():
                    write_drive(path.parent, serial)
            folder.write_json(before.path / LIBRARY, after.about)
            for place in _gone(before, after):
                self._drop(before.folder(place))
        return self.library(name)

    def undo_change(self) -> bool:
        """Nothing is ever half done: `library.json` changes at once."""
        return False

    # -- the import/export slots

    def open_door(self, library: str) -> None:
        """Refuse: there is none."""
        raise Unsupported(f"{NO_DOOR} {library} need not be opened.")

    def close_door(self, library: str) -> None:
        """Refuse: there is none."""
        raise Unsupported(f"{NO_DOOR} {library} need not be closed.")

    def empty_ie_slots(self, library: str) -> list[str]:
        """Take all cartridges out of the import/export slots."""
        full = [one for one in self.elements(library) if one.kind is ElementKind.IE and one.is_full]
        return [self.take_out(library, one.number) for one in full]

    # -- for tests

    def break_drive(self, serial: str, fault: DriveFault) -> None:
        """Let a drive complain; it cannot be slow."""
        if fault.delays.model_dump(exclude_none=True):
            raise Unsupported("A drive that is a folder cannot be slow. Leave the delays out.")
        if fault.tape_alerts is None:
            return
        with self._shelves.alone():
            for shelf in self._shelves.all():
                if serial in shelf.drives:
                    path = shelf.folder(shelf.drive(shelf.drives.index(serial))) / DRIVE
                    told = {**read_json(path), "tape_alerts": sorted(set(fault.tape_alerts))}
                    folder.write_json(path, told)
                    return
        raise DriveMissing(f"No library has a drive {serial}.")

    def set_online(self, library: str, *, is_online: bool) -> Library:
        """Switch a library on or off."""
        with self._shelves.alone():
            shelf = self._shelves.one(library)
            folder.write_json(shelf.path / LIBRARY, {**shelf.about, "is_online": is_online})
        return self.library(library)

    def rebuild_module(self, *, on_step: OnStep = unheard) -> str:
        """Refuse: folders need no kernel module."""
        on_step(0, 1, "looking")
        raise Unsupported("A library of folders has no kernel module to build.")


def _refuse_loss(before: Shelf, after: Shelf) -> None:
    gone = _gone(before, after)
    for place in gone:
        element = before.element(place)
        if element.is_full and place.kind is ElementKind.IE and before.slots != after.slots:
            raise LibraryInUse(
                f"{place} of {before.name} gets another number and holds {element.barcode}. "
                "Empty the import/export slots first."
            )
        if element.is_full:
            raise WouldLose(f"{place} is to go and holds {element.barcode}. Move it first.")
    names = {before.drives[place.number] for place in gone if place.kind is ElementKind.DRIVE}
    for drive in states.drives(before):
        if drive.serial in names and drive.state is DriveState.BUSY:
            raise LibraryInUse(f"The drive {drive.serial} is in use. Wait for it.")


def _changed(shelf: Shelf, change: LibraryChange) -> Mapping[str, Any]:
    """Return what `library.json` is to say."""
    drives = shelf.drives[: change.drives]
    more = range(len(drives), change.drives or 0)
    return {
        **shelf.about,
        "slots": shelf.slots if change.slots is None else change.slots,
        "ie_slots": shelf.ie_slots if change.ie_slots is None else change.ie_slots,
        "drives": [*drives, *(f"{shelf.name}-{number}" for number in more)],
    }


def _gone(before: Shelf, after: Shelf) -> list[Place]:
    stay = after.places()
    return [place for place in before.places() if place not in stay]
