"""What is done with the catalog as a whole: to dump it, check it, and clear it up."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from calypso.drivers.backup.catalog_values import CatalogDump, CatalogFinding, Statistics


class CatalogVerbs(Protocol):
    """Acts on the catalog. Unsupported where it, or the product's programs, cannot be reached."""

    def dump_catalog(
        self, label: str, *, private: Path, step: Callable[[int], None]
    ) -> CatalogDump:
        """Dump the catalog as it is at one moment; of one label once, however often it is asked.

        `private`: a folder for a password. `step` hears how many bytes there are so far, once a
        second. Whole or not there at all. CatalogDown, OutOfSpace.
        """

    def catalog_dumps(self) -> list[CatalogDump]:
        """List the dumps that are kept, newest first."""

    def forget_dump(self, name: str) -> None:
        """Remove a dump; twice is as good as once."""

    def check_catalog(self, *, fix: bool = False) -> list[CatalogFinding]:
        """Look for records that belong to nothing, for minutes or hours; `fix`: delete them.

        Returns what was found. CatalogInUse: to fix while runs are live.
        """

    def statistics(self) -> Statistics:
        """Return what is kept for statistics. Unsupported without access to the catalog."""

    def prune_statistics(self) -> None:
        """Forget statistics older than the director keeps them. Twice is as good as once."""
