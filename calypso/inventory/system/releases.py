"""Releases of Calypso on a node."""

from collections.abc import Iterator

from calypso.drivers.system import System
from calypso.drivers.system.releases import Release
from calypso.models.inventory import InventoryRow, inventory


class Row(InventoryRow, Release):
    """One release; `key` is its version."""


@inventory("system/releases", driver=System, row=Row)
def read_releases(system: System) -> Iterator[Row]:
    """Releases."""
    for release in system.releases.all():
        yield Row(key=release.version, **release.model_dump())
