"""The backup protocol over a Bareos director, put together from its parts."""

from calypso.drivers.backup.bareos import errors, records
from calypso.drivers.backup.bareos.care import Care
from calypso.drivers.backup.bareos.configuration import Configuration
from calypso.drivers.backup.refusals import BackupError
from calypso.models.inventory import Capability

NEVER_MET = (
    "Written by Bareos' documentation and source alone: this driver has never met a real director."
)


class BareosBackup(Care, Configuration):
    """Satisfies `Backup`."""

    def probe(self) -> Capability:
        """Ask the director what it is; never for production, since this was not tried on one."""
        try:
            version = self._version()
            trouble = self._catalog_trouble()
        except BackupError as refused:
            return Capability(
                product="bareos",
                available=False,
                reason=f"{refused.detail} {NEVER_MET}",
                how_to_install=errors.HOW_TO_INSTALL,
                production=False,
            )
        return Capability(
            product="bareos",
            version=version,
            available=True,
            reason=NEVER_MET if trouble is None else f"{trouble} {NEVER_MET}",
            production=False,
            features={"history": trouble is None, "search": False, "tried_on_real": False},
        )

    def _version(self) -> str | None:
        told = self._console.ask("version").get("version") or {}
        return records.text(told, "version") or None
