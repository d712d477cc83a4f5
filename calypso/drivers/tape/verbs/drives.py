"""What a tape product does with a drive and the cartridge in it."""

from typing import Protocol

from calypso.drivers.tape.drive_values import Drive
from calypso.host import Argv
from calypso.models.jobtype import Plan

BLOCK_BYTES = 256 << 10  # large enough for any drive to stream, small enough for any to take
READ_BYTES = 1 << 20  # no block that Calypso wrote is larger


class DriveVerbs(Protocol):
    """Acts on drives, named by serial number; DriveMissing, DriveOffline.

    What needs a cartridge: DriveEmpty, DriveNotReady, DriveBusy. None of it waits for one: a
    device that would is asked before. Each returns the drive as it stands then.
    """

    def drives(self) -> list[Drive]:
        """List every drive, those of no library too, by library and number."""

    def drive(self, serial: str) -> Drive:
        """Return one drive."""

    # -- where it stands

    def rewind(self, serial: str) -> Drive:
        """Go to the start of the tape."""

    def wind_to_end(self, serial: str) -> Drive:
        """Go behind all that was written: what is written next comes after it."""

    def go_to_file(self, serial: str, file: int) -> Drive:
        """Go to the first block behind file mark number `file`, 0 being the start of the tape.

        EndOfData, and the tape is rewound, when there are fewer.
        """

    def eject(self, serial: str) -> Drive:
        """Rewind and let the cartridge go: the robot can take it; it is used no more till then.

        An empty drive is fine.
        """

    # -- what is on it

    def erase(self, serial: str, *, long: bool, timeout_s: float) -> Drive:
        """Make the tape hold nothing, from its start; `long`: overwrite all of it, for hours.

        WriteProtected, WormViolation; Unsupported where a drive has no such command.
        """

    def plan_erase(self, serial: str, *, long: bool) -> Plan:
        """Say what erase would do; refuses as erase would."""

    # -- streams: ends for Host.pipe; `stream.py` says how they tell what they did

    def writer(self, serial: str, *, block_bytes: int = BLOCK_BYTES) -> Argv:
        """Return the last stage of a pipe: writes its stdin as one tape file, then a file mark.

        It begins where the tape stands, and all behind is gone; PositionUnknown after a load, until
        the drive was told where to go. Every block but the last has `block_bytes`. WriteProtected
        and CleaningCartridge are found before; WormViolation by the stage itself at the latest.
        """

    def reader(self, serial: str, *, block_bytes: int = READ_BYTES) -> Argv:
        """Return the first stage of a pipe: reads on to the next file mark, and stands behind it.

        `block_bytes` is the largest block it takes; BlockTooLarge.
        """

    def write_marks(self, serial: str, count: int = 1) -> Drive:
        """Write file marks where the tape stands; all behind is gone. As `writer`."""
