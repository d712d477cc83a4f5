"""The program of a release that is not this one: asked, and told, by its command line."""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, ValidationError

from calypso.drivers.system.layout import Layout
from calypso.drivers.system.release_refusals import UpgradeUnfit
from calypso.drivers.system.releases import Releases
from calypso.host import Host, Ran

ASK_S = 120.0
MIGRATE_S = 6 * 3600.0
CONFIG_BAD = 2
API = "calypso-api.service"


class LiveWorker(BaseModel):
    """A worker that has said something just now, of any node."""

    model_config = ConfigDict(frozen=True)

    node: str
    version: str


class SchemaState(BaseModel):
    """How the database is, as a release sees it."""

    model_config = ConfigDict(frozen=True)

    at: str | None  # the migration it is at; None before the first
    needs: str  # what the release needs
    floor: str | None  # the oldest release's migration that still runs on it; None: any
    leaves: str | None = None  # what the floor will be at least once the release has migrated
    size_bytes: int
    workers: tuple[LiveWorker, ...] = ()

    @property
    def is_beyond(self) -> bool:
        """Whether the database lacks what the release that says so needs."""
        return self.at is not None and self.floor is not None and self.needs < self.floor

    @property
    def is_behind(self) -> bool:
        """Whether the release has migrations that the database has not."""
        return self.at is None or self.at < self.needs

    @property
    def takes(self) -> str | None:
        """The migration that releases must know, to live on once this one has migrated."""
        return self.leaves if self.leaves and self.leaves > (self.floor or "") else None


@dataclass(frozen=True)
class Program:
    """`calypso` of one release."""

    host: Host
    layout: Layout
    version: str

    def says_its_version(self) -> None:
        """Raise UpgradeUnfit when it does not start, or is of another release."""
        ran = self._run("--version", timeout_s=ASK_S)
        if ran.stdout.strip() != f"calypso {self.version}":
            raise UpgradeUnfit(
                f"Release {self.version} does not run here: {ran.complaint} Unpack it again.",
                original=ran.stderr or ran.stdout,
            )

    def check_config(self) -> None:
        """Raise UpgradeUnfit when it cannot work with the configuration."""
        ran = self._run("config", "check", timeout_s=ASK_S)
        if ran.code >= CONFIG_BAD:
            raise UpgradeUnfit(
                f"Release {self.version} cannot work with the configuration: "
                f"{ran.stdout.strip() or ran.complaint}",
                original=ran.stderr,
            )

    def schema(self) -> SchemaState:
        """Return how it finds the database; UpgradeUnfit when it does not reach it."""
        ran = self._run("migrate", "--check", timeout_s=ASK_S)
        try:
            if ran.ok:
                return SchemaState.model_validate_json(ran.stdout)
        except ValidationError as wrong:
            raise UpgradeUnfit(f"Release {self.version} says of the schema: {wrong}") from wrong
        raise UpgradeUnfit(f"The database cannot be asked: {ran.complaint}", original=ran.stderr)

    def migrate(self) -> None:
        """Bring the schema up to what it needs; UpgradeUnfit when that fails, as it was then."""
        ran = self._run("migrate", timeout_s=MIGRATE_S)
        if not ran.ok:
            raise UpgradeUnfit(f"The schema stays as it was: {ran.complaint}", original=ran.stderr)

    def complaint(self, units: Sequence[str], *, watch_s: float) -> str | None:
        """Return why it does not serve well, or not for so long; None when it does.

        It is waited for first.
        """
        subsystems = [unit.split("@")[1].removesuffix(".service") for unit in units if "@" in unit]
        api = ["--api"] if API in units else []
        watch = ["--watch-s", f"{watch_s:g}"] if watch_s else []
        ran = self._run("release", "check", *subsystems, *api, *watch, timeout_s=MIGRATE_S)
        return None if ran.ok else ran.complaint

    def _run(self, *words: str, timeout_s: float) -> Ran:
        env = {"CALYPSO_CONFIG_DIR": str(self.layout.etc)}
        path = Releases(self.layout).program(self.version)
        return self.host.run([path, *words], timeout_s=timeout_s, env=env)
