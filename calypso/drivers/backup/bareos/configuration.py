"""What a Bareos director is configured with is its own: our resources are rendered for Bacula."""

from typing import NoReturn

from calypso.drivers.backup.config_values import Drift
from calypso.drivers.backup.refusals import Unsupported
from calypso.drivers.backup.rendering.resources import Secrets
from calypso.models.backup_config import BackupConfig, ClientResource


class Configuration:
    """Refuses every verb of `ConfigVerbs`."""

    def drift(self, applied: BackupConfig) -> Drift:
        """Refuse."""
        _refuse(applied)

    def check_config(self, config: BackupConfig, secrets: Secrets) -> None:
        """Refuse."""
        _refuse(config, secrets)

    def apply_config(self, config: BackupConfig, secrets: Secrets) -> bool:
        """Refuse."""
        _refuse(config, secrets)

    def undo_config(self) -> bool:
        """Refuse."""
        _refuse()

    def client_side(self, client: ClientResource) -> str:
        """Refuse."""
        _refuse(client)

    def reach_client(self, name: str) -> str:
        """Refuse."""
        _refuse(name)


def _refuse(*_asked: object) -> NoReturn:
    raise Unsupported(
        "A configuration kept here is written for Bacula alone. Configure Bareos by its own files."
    )
