"""One file is one read-only table: `<subsystem>/<noun>.py`, refreshed by the same worker."""

import importlib
from pathlib import Path

from calypso.errors import Misconfigured
from calypso.models.inventory import InventoryTable

HERE = Path(__file__).parent


def load() -> dict[str, InventoryTable]:
    """Return every table by name, such as `storage/pools`."""
    found: dict[str, InventoryTable] = {}
    for path in sorted(HERE.glob("*/[!_]*.py")):
        name = f"{path.parent.name}/{path.stem}"
        module = importlib.import_module(f"calypso.inventory.{path.parent.name}.{path.stem}")
        tables = [value for value in vars(module).values() if isinstance(value, InventoryTable)]
        if len(tables) != 1 or tables[0].name != name:
            raise Misconfigured(f"{path} must declare the table {name} and nothing else.")
        found[name] = tables[0]
    return found
