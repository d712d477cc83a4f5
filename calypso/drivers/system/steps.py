"""What each step from one release to another does, whoever decides which of them comes next."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from calypso.drivers.system.bundle_refusals import BundleRefused
from calypso.drivers.system.journal import Change
from calypso.drivers.system.keeping import Keeping
from calypso.drivers.system.layout import Layout
from calypso.drivers.system.program import Program, SchemaState
from calypso.drivers.system.release_refusals import ReleaseMissing, ServiceFailed, UpgradeUnfit
from calypso.drivers.system.releases import Releases
from calypso.drivers.system.services import Services
from calypso.host import Host

UNITS_S = 60.0
WATCH_S = 10.0  # a release that is new here must stay well so long; one that was, need not


@dataclass(frozen=True)
class Steps:
    """Each may be done again from its beginning; what it returns is journalled before the next."""

    host: Host
    layout: Layout
    keeping: Keeping

    @property
    def releases(self) -> Releases:
        """The releases that are here."""
        return Releases(self.layout)

    @property
    def services(self) -> Services:
        """The services of this machine."""
        return Services(self.host)

    def program(self, version: str) -> Program:
        """Return the program of a release."""
        return Program(self.host, self.layout, version)

    def preflight(self, change: Change) -> None:
        """Raise UpgradeUnfit when something speaks against it; nothing is changed."""
        program = self.program(change.version_to)
        program.says_its_version()
        program.check_config()
        schema = program.schema()
        if schema.is_beyond:
            raise UpgradeUnfit(
                f"{change.version_to} is too old for the database, which needs {schema.floor} or "
                "later. Take a newer release."
            )
        if not self.layout.is_node:
            self._refuse_who_would_be_cut_off(change, schema)
            self.keeping.refuse_no_room(schema.size_bytes)
        elif schema.is_behind:
            raise UpgradeUnfit(
                f"The database is at {schema.at}, and {change.version_to} needs {schema.needs}. "
                "Upgrade the control plane first; a node changes no database."
            )

    def _refuse_who_would_be_cut_off(self, change: Change, schema: SchemaState) -> None:
        """Have nobody run, or be what is gone back to, who cannot read what is left."""
        if schema.takes is None:
            return
        runs = {one.version: f"a worker of {one.node}" for one in schema.workers}
        if change.version_from is not None:
            runs[change.version_from] = "this machine"
        for version, who in sorted(runs.items()):
            if (self._needed_by(version) or "") < schema.takes:
                raise UpgradeUnfit(
                    f"{change.version_to} takes away what {version} needs, and {who} runs that. "
                    f"Upgrade to a release in between first, one that knows {schema.takes}, here "
                    "and on every node, and wait until what still ends under an older one has."
                )

    def _needed_by(self, version: str) -> str | None:
        """Return the migration that a release needs; None when it is not here to be asked."""
        with suppress(ReleaseMissing, BundleRefused):
            return self.releases.described(version).schema_
        return None

    def put_by(self, change: Change) -> Change | None:
        """Put the configuration by, and the database, which only a control plane has."""
        has_database = not self.layout.is_node and (
            change.version_from is not None
            or self.program(change.version_to).schema().at is not None
        )
        if change.version_from is None and not has_database:
            return None
        folder = self.keeping.put_by(change, database=has_database)
        return change.model_copy(update={"dump": str(folder)})

    def migrate(self, change: Change) -> None:
        """Bring the schema up to what the release needs."""
        if not self.layout.is_node:
            self.program(change.version_to).migrate()

    def stop(self, change: Change) -> Change | None:
        """Stop what runs, and put by what is about to be replaced."""
        self.services.stop(change.units)
        return self.put_by(change)

    def bring_back(self, change: Change) -> Change | None:
        """Replace the database by what was put by once."""
        if change.restores is None:
            return None
        self.keeping.bring_back(Path(change.restores))
        return change.model_copy(update={"replaced": True})

    def switch(self, change: Change) -> None:
        """Have `current` name the release."""
        self.releases.switch(change.version_to)

    def reload(self, change: Change) -> None:
        """Have every service be of the current release: what runs beside itself, the rest anew."""
        self._lay_out_units()
        self.services.read_units()
        running = self.services.active()
        self.services.reload(running)
        self.services.start([unit for unit in change.units if unit not in running])

    def gate(self, change: Change) -> None:
        """Raise ServiceFailed when the release does not serve as it should."""
        running = self.services.active()
        dead = [one for one in change.units if one not in running and one.endswith(".service")]
        if dead:
            raise ServiceFailed(f"{', '.join(dead)} ended: `journalctl -u {dead[0]}` says why.")
        watch_s = 0.0 if change.back else WATCH_S
        program = self.program(change.version_to)
        complaint = program.complaint(running, watch_s=watch_s) if running else None
        if complaint is not None:
            raise ServiceFailed(complaint)

    def undo(self, change: Change) -> None:
        """Have the release before serve again, with its database."""
        if change.version_from is None:
            return
        if change.replaced and change.dump is not None:
            self.services.stop(change.units)
            self.keeping.bring_back(Path(change.dump))
        self.releases.put_back(change.version_from, change.previous)
        self.reload(change)

    def _lay_out_units(self) -> None:
        """Have the units, and what stands beside them, be those of the current release."""
        folder = self.layout.current.resolve()
        root = [] if self.layout.root == Path("/") else ["--root", str(self.layout.root)]
        ran = self.host.run(
            [str(folder / "scripts/units.sh"), *root, str(folder)], timeout_s=UNITS_S
        )
        if not ran.ok:
            raise ServiceFailed(f"units.sh: {ran.complaint}", original=ran.stderr)
