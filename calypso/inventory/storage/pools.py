"""Pools with health, space and the last scrub."""

from collections.abc import Iterator

from calypso.drivers.storage import Pool, Storage
from calypso.models.inventory import InventoryRow, inventory


class Row(InventoryRow, Pool):
    """One pool; `key` is its name."""


def sign(storage: Storage) -> str:
    """Return what differs as soon as the state of some pool does."""
    return storage.sign()


@inventory(
    "storage/pools", driver=Storage, row=Row, sign=sign, sampled=("size_bytes", "allocated_bytes")
)
def read_pools(storage: Storage) -> Iterator[Row]:
    """Pools."""
    for pool in storage.pools():
        yield Row(key=pool.name, **pool.model_dump())
