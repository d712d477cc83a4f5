"""Pools of volumes."""

from collections.abc import Iterator

from calypso.drivers.backup import Backup, BackupPool
from calypso.models.inventory import InventoryRow, inventory


class Row(InventoryRow, BackupPool):
    """One row; `key` is its name."""


@inventory("backup/pools", driver=Backup, row=Row, filters=("kind",))
def read_pools(backup: Backup) -> Iterator[Row]:
    """Backup pools."""
    for one in backup.pools():
        yield Row(key=one.name, **one.model_dump())
