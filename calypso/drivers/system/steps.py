"""What each step from one release to another does, whoever decides which of them comes next."""

from dataclasses import dataclass
from pathlib import Path

from calypso.drivers.system.journal import Change
from calypso.drivers.system.keeping import Keeping
from calypso.drivers.system.layout import Layout
from calypso.drivers.system.program import Program, SchemaState
from calypso.drivers.system.release_refusals import ServiceFailed, UpgradeUnfit
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
        if is_beyond(schema):
            raise UpgradeUnfit(
                f"{change.version_to} is too old for the database, which needs {schema.floor} or "
                "later. Take a newer release."
            )
        self.keeping.refuse_no_room(schema.size_bytes)

    def put_by(self, change: Change) -> Change | None:
        """Put the database and the configuration by."""
        if change.version_from is None:
            return None
        return change.model_copy(update={"dump": str(self.keeping.put_by(change))})

    def migrate(self, change: Change) -> None:
        """Bring the schema up to what the release needs."""
        self.program(change.version_to).migrate()

    def stop(self, change: Change) -> Change | None:
        """Stop what runs, and put by what is about to be replaced."""
        self.services.stop(change.units)
        return self.put_by(change)

    def bring_back(self, change: Change) -> None:
        """Replace the database by what was put by once."""
        if change.restores is not None:
            self.keeping.bring_back(Path(change.restores))

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
        if change.restores is not None and change.dump is not None:
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


def is_beyond(schema: SchemaState) -> bool:
    """Tell whether the database lacks what the release that says so needs."""
    return schema.at is not None and schema.floor is not None and schema.needs < schema.floor
