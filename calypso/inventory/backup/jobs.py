"""Jobs of the director."""

from collections.abc import Iterator

from calypso.drivers.backup import Backup, BackupJob
from calypso.models.inventory import InventoryRow, inventory


class Row(InventoryRow, BackupJob):
    """One row; `key` is its name."""


@inventory("backup/jobs", driver=Backup, row=Row, filters=("kind", "client", "fileset"))
def read_jobs(backup: Backup) -> Iterator[Row]:
    """Backup jobs."""
    for one in backup.jobs():
        yield Row(key=one.name, **one.model_dump())
