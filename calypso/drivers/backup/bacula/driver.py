"""The backup protocol over a Bacula director, put together from its parts."""

import re

from pydantic import SecretStr

from calypso.drivers.backup.bacula.care import Care
from calypso.drivers.backup.bacula.configuration import Configuration
from calypso.drivers.backup.bacula.session import Director
from calypso.drivers.backup.bacula.sql_catalog import SqlCatalog
from calypso.drivers.backup.bacula.tools import Tools
from calypso.drivers.backup.refusals import BackupError
from calypso.drivers.backup.trial import Trial
from calypso.models.inventory import Capability

HOW_TO_INSTALL = (
    "apt-get install bacula-director-pgsql bacula-sd bacula-fd; "
    "then name the director in CALYPSO_BACULA_DIRECTOR."
)
_VERSION = re.compile(r"Version: (\S+)")


class BaculaBackup(Care, Configuration):
    """Satisfies `Backup`. `trial`: the director's configuration, where it is on this machine."""

    def __init__(
        self,
        director: Director,
        catalog_url: SecretStr | None = None,
        trial: Trial | None = None,
        tools: Tools | None = None,
    ) -> None:
        super().__init__(director, catalog_url, tools)
        self._trial = trial

    def probe(self) -> Capability:
        """Ask the director what it is, and the catalog whether it can be read."""
        try:
            version = self._version()
            reason = self._catalog_trouble()
        except BackupError as refused:
            return Capability(
                product="bacula",
                available=False,
                reason=refused.detail,
                how_to_install=HOW_TO_INSTALL,
            )
        return Capability(
            product="bacula",
            version=version,
            available=True,
            reason=reason,
            features={
                "history": reason is None,
                "search": isinstance(self._catalog, SqlCatalog),
                "configuration": self._trial is not None,
            },
        )

    def _version(self) -> str | None:
        found = _VERSION.search(self._ask("version").text)
        return found and found[1]

    def _catalog_trouble(self) -> str | None:
        try:
            self._catalog.unames()
        except BackupError as refused:
            return refused.detail
        return None
