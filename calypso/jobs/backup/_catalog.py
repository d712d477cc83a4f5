"""What jobs on the catalog as a whole share."""

from collections.abc import Iterable

from pydantic import BaseModel, ConfigDict

from calypso.drivers.backup import CatalogFinding
from calypso.models.lock import Lock, exclusive


class Finding(BaseModel):
    """Records of one sort, in the words of the product."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    what: str
    records: int


def told(found: Iterable[CatalogFinding]) -> tuple[Finding, ...]:
    """Return what was found, for a result."""
    return tuple(Finding(what=one.what, records=one.records) for one in found)


def catalog_lock() -> Lock:
    """Have the upkeep of the catalog for oneself; runs may go on."""
    return exclusive("backup", "catalog")
