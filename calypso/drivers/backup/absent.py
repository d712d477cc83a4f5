"""No backup product: what stands in its place until a director is named."""

from typing import NoReturn

from calypso.drivers.backup.director_refusals import ProductMissing
from calypso.models.inventory import Capability

REASON = "No director is named."
SWITCHED_OFF = "CALYPSO_BACKUP_PRODUCT=none switches backups off; take that away first."
HOW_TO_GET_ONE = (
    "Name a Bacula director in CALYPSO_BACULA_DIRECTOR and its password in "
    "CALYPSO_BACULA_PASSWORD. `calypso up` starts one of its own where Bacula is installed, or "
    "its packages can be fetched; its output says why it has not. "
    "For Bareos name the configuration file of its bconsole in CALYPSO_BAREOS_CONFIG."
)


class NoBackup:
    """Can be probed, and refuses every other verb of `Backup`; `reason` says why."""

    def __init__(self, reason: str) -> None:
        self._reason = reason

    def probe(self) -> Capability:
        """Tell that there is nothing, and the way to something."""
        return Capability(
            product="none", available=False, reason=self._reason, how_to_install=HOW_TO_GET_ONE
        )

    def __getattr__(self, verb: str) -> NoReturn:
        raise ProductMissing(f"{self._reason} {HOW_TO_GET_ONE}")
