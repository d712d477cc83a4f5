"""The catalog as a whole: not looked after here."""

from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from calypso.drivers.backup.bareos.volumes import Volumes
from calypso.drivers.backup.catalog_values import CatalogDump, CatalogFinding, Statistics
from calypso.drivers.backup.refusals import Unsupported


class Care(Volumes):
    """Refuses what is done to the catalog as a whole, of which this driver knows no address."""

    def dump_catalog(
        self, label: str, *, private: Path, step: Callable[[int], None]
    ) -> CatalogDump:
        """Refuse."""
        del label, private, step
        self._refuse("dumped")

    def catalog_dumps(self) -> list[CatalogDump]:
        """Refuse."""
        self._refuse("dumped")

    def forget_dump(self, name: str) -> None:
        """Refuse."""
        del name
        self._refuse("dumped")

    def check_catalog(self, *, fix: bool = False) -> list[CatalogFinding]:
        """Refuse."""
        del fix
        self._refuse("checked")

    def statistics(self) -> Statistics:
        """Refuse."""
        self._refuse("counted")

    def prune_statistics(self) -> None:
        """Refuse."""
        self._refuse("pruned")

    def _refuse(self, act: str) -> NoReturn:
        raise Unsupported(
            f"The catalog of Bareos is not {act} from here: its BackupCatalog job and "
            "bareos-dbcheck do that."
        )
