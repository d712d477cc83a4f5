"""The part of the driver that is about drives and the tape in them."""

from contextlib import suppress
from typing import Any

from calypso.drivers.tape import (
    BLOCK_BYTES,
    READ_BYTES,
    CartridgeKind,
    CleaningCartridge,
    Drive,
    DriveBusy,
    DriveEmpty,
    DriveNotReady,
    DriveOffline,
    DriveState,
    Element,
    ElementKind,
    EndOfData,
    MediumDamaged,
    PositionUnknown,
    TapeAlert,
    TapeError,
    WormViolation,
    WriteProtected,
    kind_by_barcode,
    stream,
)
from calypso.drivers.tape.changer import alerts, errors, reading
from calypso.drivers.tape.changer.commands import READ_TIMEOUT_S, Look, name
from calypso.drivers.tape.changer.moves import Moves
from calypso.drivers.tape.changer.reading import (
    BOT,
    DR_OPEN,
    EOD,
    EOF_BIT,
    ONLINE,
    WR_PROT,
    Device,
    Status,
)
from calypso.host import Argv
from calypso.models.jobtype import Plan

ERASE_LONG = ("19", "01", "00", "00", "00", "00")  # ERASE(6) with LONG, SSC-3 5.2
TAPE_ALERT_PAGE = "0x2e"
MARK_TIMEOUT_S = 900.0
Places = dict[str, tuple[str, Element]]


class Drives(Moves):
    """Satisfies `DriveVerbs`."""

    def drives(self) -> list[Drive]:
        """List every drive, by library and number; those of no library last."""
        look = self._look()
        places = self._places(look)
        found = [self._drive(one, places.get(name(one))) for one in look.drives]
        return sorted(found, key=lambda one: (one.library is None, one.library, one.number))

    def drive(self, serial: str) -> Drive:
        """Return one drive."""
        look = self._look()
        return self._drive(look.drive(serial), self._places(look).get(serial))

    def _places(self, look: Look) -> Places:
        """Return in which library each drive is, and what that has on record of it."""
        found: Places = {}
        for changer in look.changers:
            with suppress(TapeError):  # it is offline, and `libraries` says so
                elements = self._elements(changer)
                own = {one.number: one for one in elements if one.kind is ElementKind.DRIVE}
                for serial, number in self._numbers(changer, look.drives).items():
                    found[serial] = (name(changer), own[number])
        return found

    def _drive(self, device: Device, place: tuple[str, Element] | None) -> Drive:
        library, element = place or (None, None)
        plain = Drive(
            serial=name(device),
            library=library,
            number=element.number if element else None,
            vendor=device.vendor,
            product=device.product,
            revision=device.revision,
            device=device.nst,
            state=DriveState.OFFLINE,
            barcode=element.barcode if element else None,
            source=element.source if element else None,
        )
        try:
            told = _told(self._status(device), element)
        except DriveBusy:
            told = {"state": DriveState.BUSY}
        except DriveOffline as refused:
            told = {"reason": refused.detail}
        if told.get("state") is not DriveState.BUSY:
            told["tape_alerts"] = self._alerts(device, plain.barcode)
        return plain.model_copy(update=told)

    def _alerts(self, device: Device, barcode: str | None) -> tuple[TapeAlert, ...]:
        """Return the flags that are up; none where the drive has no such page."""
        argv = ("sg_logs", "-H", "-p", TAPE_ALERT_PAGE, device.sg)
        told = reading.tape_alerts(reading.dump(self._ran(argv, READ_TIMEOUT_S).stdout))
        return alerts.noted(self._state / f"{name(device)}.alerts", barcode, told)

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
        return self.drive(serial)

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


def _told(status: Status, element: Element | None) -> dict[str, Any]:
    """Return what the status of a drive adds; `element` is what its library says, if it has one."""
    if status.has(DR_OPEN):
        if element is not None and element.is_full:
            return {"state": DriveState.NOT_READY, "reason": "The cartridge is ejected."}
        return {"state": DriveState.EMPTY}
    if not status.has(ONLINE):
        is_cleaning = element and kind_by_barcode(element.barcode) is CartridgeKind.CLEANING
        return {"state": DriveState.CLEANING if is_cleaning else DriveState.NOT_READY}
    return {
        "state": DriveState.LOADED,
        "file": status.file,
        "block": status.block,
        "is_at_start": status.has(BOT),
        "is_at_mark": status.has(EOF_BIT),
        "is_at_end": status.has(EOD),
        "is_write_protected": status.has(WR_PROT),
        "block_bytes": status.block_bytes,
        "density": status.density,
    }
