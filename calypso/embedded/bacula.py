"""Bacula for one machine: its three daemons and their catalog, private and on loopback."""

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from calypso.embedded import bacula_packages as packages
from calypso.embedded import postgres
from calypso.embedded.bacula_catalog import Catalog
from calypso.embedded.bacula_layout import ADDRESS, Layout, ports, resources
from calypso.embedded.bacula_packages import Programs
from calypso.embedded.listening import listens
from calypso.embedded.places import package_folder
from calypso.errors import Unavailable
from calypso.host.daemon import Daemon
from calypso.host.scope import is_alive
from calypso.models.backup_config import BackupConfig

DATABASE = "bacula"
START_S = 30.0
STOP_S = 15.0  # a director with a running job needs 13
LOOK_S = 0.02

Pause = Callable[[float], None]


class EmbeddedBacula:
    """Three daemons and their catalog. Start them from the main thread: they end when it does."""

    names = ("bacula-sd", "bacula-fd", "bacula-dir")  # the order of a start

    def __init__(
        self,
        folder: Path,
        *,
        logs: Path,
        env: dict[str, str] | None = None,
        programs: Programs | None = None,
        database: str = DATABASE,
        config: Callable[[Layout], BackupConfig] = resources,
    ) -> None:
        self.folder, self._logs, self._database = folder, logs, database
        self.layout = Layout(folder, ports())
        self._kept = folder / "packages"
        self._tag, self._config = env or {}, config
        self.daemons: dict[str, Daemon] = {}
        self.programs = programs
        self.catalog: Catalog | None = None

    def start(self, owner_url: str) -> dict[str, str]:
        """Start all three and return the settings that lead to them once they answer."""
        self.prepare(owner_url)
        for name in self.names:
            self.launch(name)
        self.wait_until_ready()
        return self.settings()

    def prepare(self, owner_url: str, *, pause: Pause = time.sleep) -> None:
        """Have programs, catalog and configuration; Unavailable where that cannot be.

        `owner_url` is the address of somebody who may make roles and databases.
        """
        self.layout.make_folders()
        self.programs = (
            self.programs
            or packages.find(self._kept)
            or packages.fetch(self._kept, self._tag, pause=pause)
        )
        self.programs.wrapped(self._wrapped, self.programs.linked(self._linked))
        self.catalog = Catalog(
            owner_url,
            self._database,
            self.layout.password("catalog"),
            self.layout.password("reader"),
        )
        self.catalog.ensure(self.programs.schema, self.programs.upgrades)
        self.layout.write(self.programs, self.catalog, self._config(self.layout))

    def launch(self, name: str) -> Daemon:
        """Start one of them; what an earlier one left is ended first."""
        self._end_leftover(name)
        daemon = Daemon(
            name,
            [str(self._ready.program(name)), "-f", "-c", str(self.layout.config(name))],
            log=self._logs / f"{name}.log",
            env=self.env,
            cwd=self.layout.working(name),
            ids=self.layout.ids[name],
            death=signal.SIGTERM,
        )
        try:
            daemon.start()
        except OSError as failed:
            raise Unavailable(f"{name} cannot be started: {failed}") from failed
        self.daemons[name] = daemon
        return daemon

    def wait_until_ready(self, *, pause: Pause = time.sleep) -> None:
        """Return when each listens on its port; Unavailable with its log when one does not."""
        deadline = time.monotonic() + START_S
        for name, daemon in self.daemons.items():
            while daemon.pid is None or not listens(daemon.pid, self.layout.ports[name]):
                if daemon.exit_code() is not None:
                    raise Unavailable(f"{name} did not come up. Its log says:\n{daemon.tail()}")
                if time.monotonic() > deadline:
                    raise Unavailable(f"{name} was not up after {START_S:g} s:\n{daemon.tail()}")
                pause(LOOK_S)

    def stop(self) -> None:
        """End them in order, the director first: nobody starts a job then."""
        for name in reversed(self.names):
            if (daemon := self.daemons.get(name)) is not None:
                daemon.stop(grace_s=STOP_S)

    @property
    def is_here(self) -> bool:
        """True when nothing has to be fetched."""
        return (self.programs or packages.find(self._kept)) is not None

    @property
    def env(self) -> dict[str, str]:
        """The environment of the programs."""
        return {
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "LC_ALL": "C.UTF-8",
            "LD_LIBRARY_PATH": self._ready.library_path(self._linked),
            **self._tag,
        }

    def settings(self) -> dict[str, str]:
        """Return the settings that lead to it; there are passwords among them."""
        return {
            "CALYPSO_BACULA_DIRECTOR": f"{ADDRESS}:{self.layout.ports['bacula-dir']}",
            "CALYPSO_BACULA_PASSWORD": self.layout.password("director"),
            "CALYPSO_BACULA_CATALOG_URL": self.catalog.reader_url if self.catalog else "",
            "CALYPSO_BACULA_CONFIG_DIR": str(self.layout.etc),
            "CALYPSO_BACULA_PROGRAMS": str(self._wrapped),
            **_programs_for_dumps(),
        }

    @property
    def _linked(self) -> Path:
        return self.folder / "lib"

    @property
    def _wrapped(self) -> Path:
        return self.folder / "bin"

    @property
    def _ready(self) -> Programs:
        if self.programs is None:
            raise Unavailable("Bacula's programs were not looked for yet.")
        return self.programs

    def _end_leftover(self, name: str) -> None:
        """End a daemon that a killed parent left, and clear what a dead one left."""
        for file in self.layout.working(name).glob("*.pid"):
            with suppress(OSError, ValueError):
                self._end(int(file.read_text(encoding="ascii")), name)
            file.unlink(missing_ok=True)

    def _end(self, pid: int, name: str) -> None:
        deadline = time.monotonic() + STOP_S
        number = signal.SIGTERM
        while self._is_ours(pid, name):
            os.kill(pid, number)
            number = signal.SIGKILL if time.monotonic() > deadline else number
            time.sleep(LOOK_S)

    def _is_ours(self, pid: int, name: str) -> bool:
        with suppress(OSError):
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            return is_alive(pid) and os.fsencode(self.layout.config(name)) in words
        return False


def _programs_for_dumps() -> dict[str, str]:
    """Return where the pg_dump is that is as new as the embedded server, if that is installed."""
    package = package_folder(postgres.PACKAGE)
    if package is None:
        return {}
    return {"CALYPSO_BACULA_PG_PROGRAMS": str(package / postgres.PROGRAMS)}
