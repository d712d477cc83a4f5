"""Programs and folders beside the director, where it is on this machine."""

from dataclasses import dataclass
from pathlib import Path

from calypso.drivers.backup.refusals import Unsupported
from calypso.host import Host


@dataclass(frozen=True)
class Tools:
    """Where they are. `postgres`: the folder of pg_dump and pg_restore; None: those on PATH."""

    host: Host
    programs: Path
    dumps: Path
    configuration: Path | None = None
    postgres: Path | None = None

    def program(self, name: str) -> str:
        """Return the path of one of Bacula's programs; Unsupported where it is not."""
        path = self.programs / name
        if not self.host.exists(path):
            raise Unsupported(
                f"{name} is not in {self.programs}. Name the folder of Bacula's programs in "
                "CALYPSO_BACULA_PROGRAMS."
            )
        return str(path)

    def director_config(self) -> str:
        """Return the director's configuration; Unsupported where it is not."""
        folder = self.configuration or Path("/etc/bacula")
        path = folder / "bacula-dir.conf"
        if not self.host.exists(path):
            raise Unsupported(
                f"There is no {path}. Name the folder of the director's configuration in "
                "CALYPSO_BACULA_CONFIG_DIR, on the node where the director is."
            )
        return str(path)

    def postgres_program(self, name: str) -> str:
        """Return pg_dump or another one; Unsupported where it is not."""
        path = name if self.postgres is None else str(self.postgres / name)
        if self.host.which(path) is None:
            raise Unsupported(
                f"{path} is not here. Install PostgreSQL's client programs, of the release of the "
                "catalog's server or a later one; CALYPSO_BACULA_PG_PROGRAMS names their folder."
            )
        return path
