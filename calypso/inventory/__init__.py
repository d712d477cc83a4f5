"""One file is one read-only table: `<subsystem>/<noun>.py`, read by the subsystem's worker."""

import importlib
from collections.abc import Iterator
from pathlib import Path

from calypso.errors import Misconfigured
from calypso.models.inventory import InventoryTable
from calypso.models.lookup import Lookup

HERE = Path(__file__).parent


def load() -> dict[str, InventoryTable]:
    """Return every table that is kept fresh by name, such as `storage/pools`."""
    return {one.name: one for one in _declared() if isinstance(one, InventoryTable)}


def lookups() -> dict[str, Lookup]:
    """Return every table that is read when it is asked by name, such as `backup/files`."""
    return {one.name: one for one in _declared() if isinstance(one, Lookup)}


def _declared() -> Iterator[InventoryTable | Lookup]:
    for path in sorted(HERE.glob("*/[!_]*.py")):
        name = f"{path.parent.name}/{path.stem}"
        module = importlib.import_module(f"calypso.inventory.{path.parent.name}.{path.stem}")
        tables = [one for one in vars(module).values() if isinstance(one, InventoryTable | Lookup)]
        if len(tables) != 1 or tables[0].name != name:
            raise Misconfigured(f"{path} must declare the table {name} and nothing else.")
        yield tables[0]
