"""The part of the driver that winds, writes and reads the tape in a drive."""

from contextlib import suppress

from calypso.drivers.tape import (
    BLOCK_BYTES,
    READ_BYTES,
    CartridgeKind,
    CleaningCartridge,
    Drive,
    DriveEmpty,
    DriveNotReady,
    EndOfData,
    MediumDamaged,
    PositionUnknown,
    WormViolation,
    WriteProtected,
    kind_by_barcode,
    stream,
)
from calypso.drivers.tape.changer import errors
from calypso.drivers.tape.changer.asking import Asking
from calypso.drivers.tape.changer.commands import Look, name
from calypso.drivers.tape.changer.reading import DR_OPEN, ONLINE, WR_PROT, Device, Status
from calypso.host import Argv
from calypso.models.jobtype import Plan

ERASE_LONG = ("19", "01", "00", "00", "00", "00")  # ERASE(6) with LONG, SSC-3 5.2
MARK_TIMEOUT_S = 900.0
COUNTLESS = 0x7FFFFF  # marks the kernel asks for to get to the end; seen as a position on tgt


class Drives(Asking):
    """Satisfies `DriveVerbs`."""

    # -- where it stands

    def rewind(self, serial: str) -> Drive:
        """Go to the start of the tape."""
        self._wind(self._ready(self._look(), serial)[0], "rewind")
        return self.drive(serial)

    def wind_to_end(self, serial: str) -> Drive:
        """Go behind all that was written."""
        device, status = self._ready(self._look(), serial)
        if status.file is None:
            self._wind(device, "rewind")  # else the kernel does not count the marks on the way
        self._wind(device, "eod")
        if (self._status(device).file or 0) >= COUNTLESS:
            self._count_to_end(device)
        return self.drive(serial)

    def _count_to_end(self, device: Device) -> None:
        """Go to the end mark by mark: this drive does not tell how many it has passed."""
        self._wind(device, "rewind")
        marks = 0
        with suppress(MediumDamaged):  # the end, where the kernel counts one that is not there
            while True:
                self._wind(device, "fsf", "1")
                marks += 1
        self._wind(device, "rewind")
        if marks:
            self._wind(device, "fsf", str(marks))

    def go_to_file(self, serial: str, file: int) -> Drive:
        """Go to the first block behind a file mark."""
        device, _ = self._ready(self._look(), serial)
        self._wind(device, "rewind")
        if file:
            try:
                self._wind(device, "fsf", str(file))
            except MediumDamaged as refused:
                # mt only says "Input/output error", and the kernel counts marks that are not there.
                self._wind(device, "rewind")
                raise EndOfData(
                    f"The tape in {serial} ends before file {file}. It is rewound.",
                    original=refused.original,
                ) from refused
        return self.drive(serial)

    def eject(self, serial: str) -> Drive:
        """Rewind and let the cartridge go."""
        with suppress(DriveEmpty):
            self._wind(self._ready(self._look(), serial)[0], "offline")
        return self.drive(serial)

    def _wind(self, device: Device, *words: str) -> None:
        self._mt(device, *words, about=f"The tape in {name(device)} does not wind ({words[0]})")

    # -- what is on it

    def erase(self, serial: str, *, long: bool, timeout_s: float) -> Drive:
        """Make the tape hold nothing."""
        device, _ = self._erasable(serial)
        self._wind(device, "rewind")
        if long:
            argv = ("sg_raw", "-t", str(int(timeout_s)), device.sg, *ERASE_LONG)
            ran = self._ran(argv, timeout_s)
            if not ran.ok:
                raise errors.raw(ran, f"The tape in {serial} is not erased")
        else:
            self._wind(device, "weof", "1")
        return self.rewind(serial)

    def plan_erase(self, serial: str, *, long: bool) -> Plan:
        """Say what erase would do."""
        device, barcode = self._erasable(serial)
        what = barcode or "the cartridge"
        command = (
            ["sg_raw", device.sg, *ERASE_LONG] if long else ["mt", "-f", device.nst, "weof", "1"]
        )
        how = "overwritten, which takes hours" if long else "gone: its start is overwritten"
        return Plan(
            commands=[["mt", "-f", device.nst, "rewind"], command],
            effects=[f"What is on {what} in {serial} is {how}."],
            destroys=[f"everything on {what}"],
        )

    def _erasable(self, serial: str) -> tuple[Device, str | None]:
        device, _, barcode = self._writable(serial)
        if kind_by_barcode(barcode) is CartridgeKind.WORM:
            raise WormViolation(f"{barcode} in {serial} is written once: it is not erased.")
        return device, barcode

    # -- streams

    def writer(self, serial: str, *, block_bytes: int = BLOCK_BYTES) -> Argv:
        """Return the last stage of a pipe."""
        return self._writing("write", serial, block_bytes)

    def write_marks(self, serial: str, count: int = 1) -> Drive:
        """Write file marks."""
        argv = self._writing("mark", serial, count)
        stream.read_end(self._host.run(argv, timeout_s=MARK_TIMEOUT_S))
        return self.drive(serial)

    def reader(self, serial: str, *, block_bytes: int = READ_BYTES) -> Argv:
        """Return the first stage of a pipe."""
        device, status = self._ready(self._look(), serial)
        _refuse_lost(status, serial)
        return stream.argv("read", "device", device.nst, block_bytes)

    def _writing(self, verb: str, serial: str, number: int) -> list[str]:
        device, status, barcode = self._writable(serial)
        _refuse_lost(status, serial)
        worm = ["worm"] if kind_by_barcode(barcode) is CartridgeKind.WORM else []
        return stream.argv(verb, "device", device.nst, number, *worm)

    # -- what must be so first

    def _ready(self, look: Look, serial: str) -> tuple[Device, Status]:
        """Return a drive that is ready, and its status: one that is not would block."""
        device = look.drive(serial)
        status = self._status(device)
        if status.has(DR_OPEN):
            raise DriveEmpty(f"There is no cartridge in the drive {serial}, or it is ejected.")
        if not status.has(ONLINE):
            raise DriveNotReady(f"The drive {serial} is not ready with its cartridge. Wait for it.")
        return device, status

    def _writable(self, serial: str) -> tuple[Device, Status, str | None]:
        """Return a drive that may be written to, its status, and the barcode in it."""
        look = self._look()
        device, status = self._ready(look, serial)
        place = self._places(look).get(serial)
        barcode = place[1].barcode if place else None
        if kind_by_barcode(barcode) is CartridgeKind.CLEANING:
            raise CleaningCartridge(f"{barcode} in {serial} is for cleaning.")
        if status.has(WR_PROT):
            raise WriteProtected(
                f"The tab of {barcode or 'the cartridge'} in {serial} forbids writing. Move it."
            )
        return device, status, barcode


def _refuse_lost(status: Status, serial: str) -> None:
    if status.file is None:
        raise PositionUnknown(
            f"Where the tape in {serial} stands is not known. Rewind it, or go to its end."
        )
