"""Where backups are written."""

from collections.abc import Iterator

from calypso.drivers.backup import Backup, BackupStorage
from calypso.models.inventory import InventoryRow, inventory


class Row(InventoryRow, BackupStorage):
    """One row; `key` is its name."""


@inventory("backup/storages", driver=Backup, row=Row)
def read_storages(backup: Backup) -> Iterator[Row]:
    """Backup storages."""
    for one in backup.storages():
        yield Row(key=one.name, **one.model_dump())
