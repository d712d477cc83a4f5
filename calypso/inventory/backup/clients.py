"""Machines that are backed up."""

from collections.abc import Iterator

from calypso.drivers.backup import Backup, Client
from calypso.models.inventory import InventoryRow, inventory


class Row(InventoryRow, Client):
    """One row; `key` is its name."""


@inventory("backup/clients", driver=Backup, row=Row)
def read_clients(backup: Backup) -> Iterator[Row]:
    """Clients."""
    for one in backup.clients():
        yield Row(key=one.name, **one.model_dump())
