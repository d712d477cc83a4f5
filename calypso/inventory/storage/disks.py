"""Disks with what they are, who uses them, and what they say about themselves."""

from collections.abc import Iterator

from calypso.drivers.storage import Disk, Storage
from calypso.models.inventory import InventoryRow, inventory


class Row(InventoryRow, Disk):
    """One disk; `key` is its path."""


@inventory("storage/disks", driver=Storage, row=Row, filters=("pool",))
def read_disks(storage: Storage) -> Iterator[Row]:
    """Disks."""
    for disk in storage.disks():
        yield Row(key=disk.path, **disk.model_dump())
