"""What a backup product does with its configuration."""

from typing import Protocol

from calypso.drivers.backup.config_values import Drift
from calypso.drivers.backup.rendering.resources import Secrets
from calypso.models.backup_config import BackupConfig, ClientResource


class ConfigVerbs(Protocol):
    """Acts on the resources that are ours; what somebody wrote beside them is not touched.

    Unsupported where the product's configuration is not on this machine, Misconfigured where it
    has no place for ours. `secrets`: the passwords that resources name; Invalid when one lacks.
    One at a time.
    """

    def drift(self, applied: BackupConfig) -> Drift:
        """Tell how what the product is configured with differs from what it was given last.

        Passwords are not looked at, but whether somebody edited the file is.
        """

    def check_config(self, config: BackupConfig, secrets: Secrets) -> None:
        """Let the product's own check read a configuration; ConfigurationRefused with its words."""

    def apply_config(self, config: BackupConfig, secrets: Secrets) -> bool:
        """Have a configuration taken up; True when it says anything new. Twice is as good as once.

        Checked before. What was in force is kept aside, and put back when the product does not
        take this one: ConfigurationRefused with its words.
        """

    def undo_config(self) -> bool:
        """Put back what was in force before an apply that was cut in the middle; False: none was.

        The next `apply_config` does so, too.
        """

    def client_side(self, client: ClientResource) -> str:
        """Return what the client's own configuration must say, without the password."""

    def reach_client(self, name: str) -> str:
        """Have the product ask a client who it is; ClientMissing, ClientDown, PasswordRefused."""
