"""The part of the driver that brings cartridges in and out by the import/export slots, the MAP.

vtlcmd refuses with an exit code of 0, so its text decides, and then the library itself.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from calypso.drivers.tape import (
    Cartridge,
    CartridgeMissing,
    Element,
    ElementKind,
    LibraryInUse,
    NoFreeSlot,
    NotAsAsked,
    NotMoved,
    SlotEmpty,
    SlotMissing,
)
from calypso.drivers.tape.mhvtl.cartridges import Cartridges
from calypso.drivers.tape.mhvtl.checking import home_of

DONE = "OK"


class Doors(Cartridges):
    """Opens and closes the MAP, fills and empties it."""

    def open_door(self, library: str) -> None:
        """Open the import/export slots to the outside; open ones are fine."""
        self._ask(self._number(library), "open", "map")

    def close_door(self, library: str) -> None:
        """Close the import/export slots, so that the robot reaches them; closed ones are fine."""
        self._ask(self._number(library), "close", "map")

    def insert(self, library: str, barcode: str) -> Cartridge:
        """Put a cartridge from outside into the first free import/export slot; NoFreeSlot."""
        self.undo_change()
        now = self._configuration()
        robot = now.library(library)
        if (holder := self._holder(now, barcode)) is not None:
            raise CartridgeMissing(f"{barcode} is in library {holder.serial}, not outside.")
        path = f"{home_of(robot)}/{barcode}"
        if not self._host.exists(f"{path}/mam"):
            raise CartridgeMissing(f"There is no cartridge {barcode} in {home_of(robot)}.")
        if all(one.is_full for one in self._ie_slots(library)):
            raise NoFreeSlot(f"Every import/export slot of library {library} is full.")
        # mhvtl 1.8.0 looks for `data` before it lets a cartridge in; its own mktape makes data.0.
        self._do("touch", "--", f"{path}/data")
        with self._opened(robot.id):
            self._ask(robot.id, "load", "map", barcode)
        if all(one.barcode != barcode for one in self._ie_slots(library)):
            raise NotMoved(
                f"vtlcmd said that {barcode} is in the MAP; the library does not see it."
            )
        after = self._remember(now, robot.id, self._positions(now, robot))
        return self._cartridge(after, robot, barcode, None)

    def take_out(self, library: str, ie_slot: int) -> str:
        """Take the cartridge out of an import/export slot; returns its barcode.

        SlotMissing, SlotEmpty; LibraryInUse when others are full: mhvtl empties all at once.
        """
        slots = self._ie_slots(library)
        found = next((one for one in slots if one.number == ie_slot), None)
        if found is None:
            raise SlotMissing(f"Library {library} has no import/export slot {ie_slot}.")
        if not found.is_full:
            raise SlotEmpty(f"I/E slot {ie_slot} of library {library} is empty.")
        if sum(one.is_full for one in slots) > 1:
            raise LibraryInUse(
                f"Other import/export slots of library {library} are full, and mhvtl empties all "
                "at once. Empty them all, or move the others in first."
            )
        return self.empty_ie_slots(library)[0]

    def empty_ie_slots(self, library: str) -> list[str]:
        """Take all cartridges out of the import/export slots; returns their barcodes."""
        self.undo_change()
        now = self._configuration()
        robot = now.library(library)
        full = [one for one in self._ie_slots(library) if one.is_full]
        if full:
            with self._opened(robot.id):
                self._ask(robot.id, "empty", "map")
        for one in self._ie_slots(library):
            if one.is_full:
                raise NotMoved(f"vtlcmd emptied the MAP, and {one.barcode} is in {one.place}.")
        self._remember(now, robot.id, self._positions(now, robot))
        return [one.barcode or "" for one in full]

    # -- inside

    def _number(self, library: str) -> int:
        return self._configuration().library(library).id

    def _ie_slots(self, library: str) -> list[Element]:
        return [one for one in self._changer.elements(library) if one.kind is ElementKind.IE]

    @contextmanager
    def _opened(self, number: int) -> Iterator[None]:
        """Hold the MAP open; it is closed again whatever happens, or the robot would not see it."""
        self._ask(number, "open", "map")
        try:
            yield
        finally:
            self._ask(number, "close", "map")

    def _ask(self, number: int, *words: str) -> None:
        """Tell a library's daemon to do something about its MAP, and hear that it did."""
        said = self._do("vtlcmd", str(number), *words).strip()
        if said != DONE:
            raise NotAsAsked(f"vtlcmd {' '.join(words)} said {said or 'nothing'!r}, not OK.")
