"""The latest runs of the director, whoever started them."""

from collections.abc import Iterator

from calypso.drivers.backup import Backup, Run
from calypso.models.inventory import InventoryRow, inventory

LATEST = 1000


class Row(InventoryRow, Run):
    """One run; `key` is its number."""


@inventory("backup/runs", driver=Backup, row=Row, filters=("name", "client", "state", "kind"))
def read_runs(backup: Backup) -> Iterator[Row]:
    """Backup runs: the latest thousand."""
    for run in backup.runs(limit=LATEST):
        yield Row(key=str(run.id), **run.model_dump())
