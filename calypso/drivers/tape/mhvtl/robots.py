"""The part of the driver that hands on to the changer what every SCSI library can do."""

from calypso.drivers.tape import (
    BLOCK_BYTES,
    READ_BYTES,
    Cartridge,
    Drive,
    Element,
    Library,
    OnItems,
)
from calypso.drivers.tape.mhvtl.commands import Commands
from calypso.host import Argv
from calypso.models.jobtype import Plan


class Robots(Commands):
    """Satisfies `LibraryVerbs` and `DriveVerbs` by the changer."""

    def scan(self, on_items: OnItems) -> None:
        """Look for libraries and drives that have come or gone."""
        self._changer.scan(on_items)

    def libraries(self) -> list[Library]:
        """List every library, by name."""
        return self._changer.libraries()

    def library(self, name: str) -> Library:
        """Return one library."""
        return self._changer.library(name)

    def elements(self, library: str) -> list[Element]:
        """List all that can hold a cartridge."""
        return self._changer.elements(library)

    def take_inventory(self, library: str) -> list[Element]:
        """Let the robot look at every label again."""
        return self._changer.take_inventory(library)

    def cartridges(self) -> list[Cartridge]:
        """List every cartridge in a library that is online."""
        return self._changer.cartridges()

    # -- moving

    def load(self, library: str, slot: int, drive: str, *, cleaning: bool = False) -> Element:
        """Move a cartridge from a slot into a drive."""
        return self._changer.load(library, slot, drive, cleaning=cleaning)

    def unload(self, library: str, drive: str, slot: int) -> Element:
        """Move the cartridge of a drive into a slot."""
        return self._changer.unload(library, drive, slot)

    def transfer(self, library: str, source: int, target: int) -> Element:
        """Move a cartridge from slot to slot."""
        return self._changer.transfer(library, source, target)

    # -- drives

    def drives(self) -> list[Drive]:
        """List every drive."""
        return self._changer.drives()

    def drive(self, serial: str) -> Drive:
        """Return one drive."""
        return self._changer.drive(serial)

    def rewind(self, serial: str) -> Drive:
        """Go to the start of the tape."""
        return self._changer.rewind(serial)

    def wind_to_end(self, serial: str) -> Drive:
        """Go behind all that was written."""
        return self._changer.wind_to_end(serial)

    def go_to_file(self, serial: str, file: int) -> Drive:
        """Go to the first block behind a file mark."""
        return self._changer.go_to_file(serial, file)

    def eject(self, serial: str) -> Drive:
        """Rewind and let the cartridge go."""
        return self._changer.eject(serial)

    def erase(self, serial: str, *, long: bool, timeout_s: float) -> Drive:
        """Make the tape hold nothing, from its start."""
        return self._changer.erase(serial, long=long, timeout_s=timeout_s)

    def plan_erase(self, serial: str, *, long: bool) -> Plan:
        """Say what erase would do."""
        return self._changer.plan_erase(serial, long=long)

    # -- streams

    def writer(self, serial: str, *, block_bytes: int = BLOCK_BYTES) -> Argv:
        """Return the last stage of a pipe."""
        return self._changer.writer(serial, block_bytes=block_bytes)

    def reader(self, serial: str, *, block_bytes: int = READ_BYTES) -> Argv:
        """Return the first stage of a pipe."""
        return self._changer.reader(serial, block_bytes=block_bytes)

    def write_marks(self, serial: str, count: int = 1) -> Drive:
        """Write file marks where the tape stands."""
        return self._changer.write_marks(serial, count)
