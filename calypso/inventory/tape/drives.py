"""Tape drives with what is in them, what they complain about, and which job uses them."""

from collections.abc import Iterator

from calypso.drivers.tape import Drive, Tape
from calypso.models.inventory import InventoryRow, inventory


class Row(InventoryRow, Drive):
    """One drive; `key` is its serial number."""

    is_cleaning_needed: bool


@inventory(
    "tape/drives",
    driver=Tape,
    row=Row,
    filters=("library", "state", "barcode"),
    used_by="tape/drive/{key}",
)
def read_drives(tape: Tape) -> Iterator[Row]:
    """Tape drives."""
    for drive in tape.drives():
        yield Row(key=drive.serial, is_cleaning_needed=drive.needs_cleaning, **drive.model_dump())
