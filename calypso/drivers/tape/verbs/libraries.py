"""What a tape product does with libraries: to look, and to move cartridges."""

from typing import Protocol

from calypso.drivers.tape.values import Cartridge, Element, Library, OnItems


class LibraryVerbs(Protocol):
    """Acts on libraries, named by `Library.name`; LibraryMissing, LibraryOffline.

    Slots and import/export slots are one row of numbers; drives are named by serial number. The
    moves of one library are made one after the other, whichever process asks.
    """

    def scan(self, on_items: OnItems) -> None:
        """Look for libraries and drives that have come or gone, and wait until they have names."""

    def libraries(self) -> list[Library]:
        """List every library, by name; one that is offline too."""

    def library(self, name: str) -> Library:
        """Return one library, offline or not."""

    def elements(self, library: str) -> list[Element]:
        """List all that can hold a cartridge, as the library has it on record.

        Drives first, then slots, then import/export slots, each by number.
        """

    def take_inventory(self, library: str) -> list[Element]:
        """Let the robot look at every label again; returns what it found. Takes minutes."""

    def cartridges(self) -> list[Cartridge]:
        """List every cartridge with a readable label, in all libraries that are online.

        A barcode that is there twice comes twice.
        """

    # -- moving

    def load(self, library: str, slot: int, drive: str, *, cleaning: bool = False) -> Element:
        """Move a cartridge from a slot into a drive; returns the drive as it is then.

        SlotMissing, SlotEmpty, DriveMissing, DriveFull, DriveBusy, ElementBlocked, RobotJammed.
        CleaningCartridge unless `cleaning`, NotACleaningCartridge and CleaningExpired if so.
        Returns when the drive has it, which may be before it is ready.
        """

    def unload(self, library: str, drive: str, slot: int) -> Element:
        """Move the cartridge of a drive into a slot; returns the slot as it is then.

        DriveEmpty, DriveBusy while anybody has it open, RemovalPrevented, SlotFull, SlotMissing.
        """

    def transfer(self, library: str, source: int, target: int) -> Element:
        """Move a cartridge from slot to slot; returns the target as it is then.

        SlotMissing, SlotEmpty, SlotFull.
        """
