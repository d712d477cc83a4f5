"""Snapshots of every dataset."""

from collections.abc import Iterator

from calypso.drivers.storage import Snapshot, Storage
from calypso.models.inventory import InventoryRow, inventory
from calypso.models.names import pool_of, split_snapshot


class Row(InventoryRow, Snapshot):
    """One snapshot; `key` is its full name."""

    pool: str
    dataset: str


@inventory("storage/snapshots", driver=Storage, row=Row, filters=("pool", "dataset", "task"))
def read_snapshots(storage: Storage) -> Iterator[Row]:
    """Snapshots."""
    for snapshot in storage.each_snapshot():
        yield Row(
            key=snapshot.name,
            pool=pool_of(snapshot.name),
            dataset=split_snapshot(snapshot.name)[0],
            **snapshot.model_dump(),
        )
