"""Where everything of an appliance lies. The only place that names these paths."""

from dataclasses import dataclass
from pathlib import Path

DATA_FOLDERS = (
    "db", "backups", "object", "shares", "vtl", "iscsi", "uploads", "cache", "_system",
)  # fmt: skip


@dataclass(frozen=True)
class Layout:
    """The folders of an appliance below `root`, which is / but for images and tests."""

    root: Path = Path("/")

    @property
    def home(self) -> Path:
        """All that is installed, of every release."""
        return self.root / "opt/adastra/calypso"

    @property
    def releases(self) -> Path:
        """One folder for each release that is here."""
        return self.home / "releases"

    @property
    def current(self) -> Path:
        """The symbolic link that names the release in use, relative to itself."""
        return self.home / "current"

    @property
    def third_party(self) -> Path:
        """Programs of others that no package brings."""
        return self.home / "third_party"

    @property
    def etc(self) -> Path:
        """What an operator sets: calypso.yaml, secrets.env, tls, integrations, system."""
        return self.root / "etc/calypso"

    @property
    def keys(self) -> Path:
        """The public keys that a release may be signed with, one file each."""
        return self.etc / "release-keys"

    @property
    def data(self) -> Path:
        """What is worth keeping: datasets where there is a pool, else folders."""
        return self.root / "srv/calypso"

    @property
    def private(self) -> Path:
        """Where root works on what is large and in the clear; nobody else may put a link there."""
        return self.data / "_system"

    @property
    def dumps(self) -> Path:
        """What an upgrade puts by before it changes anything, one folder each."""
        return self.data / "backups/upgrades"

    @property
    def log(self) -> Path:
        """Log files, for those who do not read the journal."""
        return self.root / "var/log/calypso"

    @property
    def state(self) -> Path:
        """What Calypso must remember on this machine."""
        return self.root / "var/lib/calypso"

    @property
    def upgrade(self) -> Path:
        """How far an upgrade is."""
        return self.state / "upgrade"

    @property
    def run(self) -> Path:
        """What lasts until the machine is off."""
        return self.root / "run/calypso"

    @property
    def is_node(self) -> bool:
        """Whether workers alone are here, for a control plane elsewhere: install.sh noted it."""
        note = self.state / "installation"
        return note.is_file() and "\nROLE='a node of " in note.read_text("utf-8")

    def release(self, version: str) -> Path:
        """Return the folder of one release, whether it is here or not."""
        return self.releases / version
