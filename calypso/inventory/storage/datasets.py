"""Filesystems and volumes."""

from collections.abc import Iterator

from calypso.drivers.storage import Dataset, Storage
from calypso.models.inventory import InventoryRow, inventory
from calypso.models.names import pool_of


class Row(InventoryRow, Dataset):
    """One dataset; `key` is its name."""

    pool: str


@inventory("storage/datasets", driver=Storage, row=Row, filters=("pool", "kind"))
def read_datasets(storage: Storage) -> Iterator[Row]:
    """Datasets."""
    for dataset in storage.datasets():
        yield Row(key=dataset.name, pool=pool_of(dataset.name), **dataset.model_dump())
