"""Disks with what they are, who uses them, and what they say about themselves."""

from collections.abc import Iterator

from calypso.drivers.storage import Disk, Storage
from calypso.models.inventory import InventoryRow, inventory


class Row(InventoryRow, Disk):
    """One disk; `key` is its path."""


LEAST_PAUSE_S = 10.0  # each disk is asked for its health, which takes it a moment


@inventory("storage/disks", driver=Storage, row=Row, filters=("pool",), least_pause_s=LEAST_PAUSE_S)
def read_disks(storage: Storage) -> Iterator[Row]:
    """Disks."""
    for disk in storage.disks():
        yield Row(key=disk.path, **disk.model_dump())
