"""The TapeAlert flags of a drive, remembered: a drive takes a flag down once it was read."""

import json
from collections.abc import Iterable
from pathlib import Path

from calypso.drivers.tape import CartridgeKind, TapeAlert, alert, kind_by_barcode
from calypso.drivers.tape.drive_values import CLEANING_ALERTS
from calypso.drivers.tape.ends import folder

# Those about the cartridge, not the drive: another one does not have them.
MEDIUM = frozenset({*range(1, 20), *range(22, 25), 49, *range(51, 55), 59, 60})


def noted(file: Path, barcode: str | None, raised: Iterable[TapeAlert]) -> tuple[TapeAlert, ...]:
    """Add flags that a drive has raised to those it had, and return all that still hold.

    Flags about a cartridge hold while it is in; those that ask for cleaning, until it was cleaned.
    """
    told = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    before = set(told.get("numbers", ()))
    if told.get("barcode") != barcode:
        before -= MEDIUM
    if kind_by_barcode(barcode) is CartridgeKind.CLEANING:
        before -= CLEANING_ALERTS
    numbers = sorted(before | {one.number for one in raised})
    now = {"barcode": barcode, "numbers": numbers}
    if now != told and (numbers or told):
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.write_json(file, now)
    return tuple(alert(number) for number in numbers)
