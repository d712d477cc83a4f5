"""How the driver runs mtx, mt and sg3-utils, and finds out which device is what."""

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from calypso.drivers.tape import (
    DriveMissing,
    LibraryMissing,
    ProductMissing,
    TapeError,
)
from calypso.drivers.tape.changer import errors, reading, sysfs
from calypso.drivers.tape.changer.reading import Device, Status
from calypso.errors import CommandMissing
from calypso.host import Host, Ran

READ_TIMEOUT_S = 120.0  # a library that wakes up takes its time
MOVE_TIMEOUT_S = 900.0  # from one end of a large library to the other, with retries of its own
WIND_TIMEOUT_S = 3600.0  # from one end of a tape to the other, with retries
HOW_TO_INSTALL = "apt-get install mtx mt-st sg3-utils"
PROGRAMS = ("mtx", "mt", "sg_raw", "sg_logs")
LIST = (sys.executable, "-I", "-S", "-B", str(Path(sysfs.__file__)))
# READ ELEMENT STATUS of up to 255 drives, with the identifier of each (DVCID); no robot moves.
DRIVE_IDENTIFIERS = ("b8", "04", "00", "00", "00", "ff", "01", "00", "40", "00", "00", "00")
IDENTIFIERS_BYTES = 0x4000
_NAMEABLE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")  # as models.names has it


class Commands:
    """One handle on the tools of a machine."""

    def __init__(self, host: Host) -> None:
        self._host = host

    # -- which device is what

    def _devices(self) -> list[Device]:
        ran = self._ran(LIST, READ_TIMEOUT_S)
        if not ran.ok:
            raise TapeError(f"The devices cannot be listed: {ran.complaint}", original=ran.stderr)
        return reading.devices(ran.stdout)

    def _look(self) -> "Look":
        """Return what there is at this moment."""
        return Look(self._devices())

    def _numbers(self, changer: Device, drives: Sequence[Device]) -> dict[str, int]:
        """Return which number each drive has in a library that tells it, by name."""
        argv = ("sg_raw", "-r", str(IDENTIFIERS_BYTES), changer.sg, *DRIVE_IDENTIFIERS)
        ran = self._ran(argv, READ_TIMEOUT_S)
        if not ran.ok:
            return {}
        identifiers = reading.drive_identifiers(reading.dump(ran.stderr))
        return reading.numbers(identifiers, {name(one): one.serial for one in drives})

    # -- programs

    def _mtx(self, changer: Device, *words: str, about: str, timeout_s: float) -> str:
        """Run mtx; again when something else had to be said first; its refusal as a type."""
        argv = ("mtx", "-f", changer.sg, *words)
        ran = self._ran(argv, timeout_s)
        if not ran.ok and errors.is_attention(ran):
            ran = self._ran(argv, timeout_s)
        if not ran.ok:
            raise errors.library(ran, about)
        return ran.stdout

    def _mt(self, drive: Device, *words: str, about: str) -> str:
        """Run mt; its refusal as a type. Look whether the drive is ready first, or it blocks."""
        ran = self._ran(("mt", "-f", drive.nst, *words), WIND_TIMEOUT_S)
        if not ran.ok:
            raise errors.drive(ran, about)
        return ran.stdout

    def _status(self, drive: Device) -> Status:
        """Return what a drive says of itself; it does not wait. DriveBusy, DriveOffline."""
        ran = self._ran(("mt", "-f", drive.nst, "status"), READ_TIMEOUT_S)
        if not ran.ok:
            raise errors.drive(ran, f"The drive {name(drive)} cannot be asked")
        return reading.status(ran.stdout)

    def _ran(self, argv: tuple[str, ...], timeout_s: float) -> Ran:
        try:
            return self._host.run(argv, timeout_s=timeout_s)
        except CommandMissing as missing:
            raise ProductMissing(
                f"{argv[0]} is not installed: {HOW_TO_INSTALL}.", original=missing.original
            ) from missing


@dataclass(frozen=True)
class Look:
    """The changers and drives that were there at one moment. `sg3` may be another device soon."""

    devices: Sequence[Device]

    @cached_property
    def changers(self) -> list[Device]:
        """The changers, by the names of their libraries."""
        return sorted((one for one in self.devices if one.kind == "changer"), key=name)

    @cached_property
    def drives(self) -> list[Device]:
        """The tape drives, by name."""
        return sorted((one for one in self.devices if one.kind == "drive"), key=name)

    def changer(self, library: str) -> Device:
        """Return the changer of a library; LibraryMissing."""
        for device in self.changers:
            if name(device) == library:
                return device
        raise LibraryMissing(f"There is no library {library}. Look for it: tape.scan.")

    def drive(self, serial: str) -> Device:
        """Return a drive's device; DriveMissing."""
        for device in self.drives:
            if name(device) == serial:
                return device
        raise DriveMissing(f"There is no drive {serial}. Look for it: tape.scan.")


def name(device: Device) -> str:
    """Return what a device is called: its serial number, or where it is attached if it has none."""
    at = f"scsi-{device.address.replace(':', '.')}"
    return device.serial if _NAMEABLE.fullmatch(device.serial) else at
