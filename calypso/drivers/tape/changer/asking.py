"""The part of the driver that asks drives what they are and how they stand."""

from contextlib import suppress
from typing import Any

from calypso.drivers.tape import (
    CartridgeKind,
    Drive,
    DriveBusy,
    DriveOffline,
    DriveState,
    Element,
    ElementKind,
    TapeAlert,
    TapeError,
    kind_by_barcode,
)
from calypso.drivers.tape.changer import alerts, reading
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

TAPE_ALERT_PAGE = "0x2e"
Places = dict[str, tuple[str, Element]]


class Asking(Moves):
    """Asking drives."""

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
