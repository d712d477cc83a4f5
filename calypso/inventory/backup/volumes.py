"""Volumes of the catalog."""

from collections.abc import Iterator

from calypso.drivers.backup import Backup, Volume
from calypso.models.inventory import InventoryRow, inventory


class Row(InventoryRow, Volume):
    """One row; `key` is its name."""


@inventory("backup/volumes", driver=Backup, row=Row, filters=("pool", "state", "storage"))
def read_volumes(backup: Backup) -> Iterator[Row]:
    """Backup volumes."""
    for one in backup.volumes():
        yield Row(key=one.name, **one.model_dump())
