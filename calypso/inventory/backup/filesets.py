"""What of clients is backed up."""

from collections.abc import Iterator

from calypso.drivers.backup import Backup
from calypso.models.inventory import InventoryRow, inventory


class Row(InventoryRow):
    """One row; `key` is its name."""

    name: str


@inventory("backup/filesets", driver=Backup, row=Row)
def read_filesets(backup: Backup) -> Iterator[Row]:
    """Filesets."""
    for name in backup.filesets():
        yield Row(key=name, name=name)
