"""A private Bacula: director, storage and file daemon on loopback, its catalog in PostgreSQL."""

import secrets
import socket
import time
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from calypso.embedded.places import free_port
from calypso.host.daemon import Daemon
from tests.bacula import programs
from tests.freezing import frozen
from tests.lab_bacula import configs

START_S = 20
LOOK_S = 0.02
PROGRAMS = {"sd": "bacula-sd", "fd": "bacula-fd", "dir": "bacula-dir"}


@dataclass(frozen=True)
class Database:
    """Where a catalog is, and who may use it."""

    host: str
    port: int
    name: str
    user: str
    password: str

    @property
    def url(self):
        return f"postgresql://{self.user}:{self.password}@{self.host}:{self.port}/{self.name}"


class BaculaLab:
    """Three daemons in a folder of their own."""

    def __init__(self, folder, postgres_url):
        self.folder, self.server = folder, postgres_url.replace("+psycopg", "")
        folder.mkdir(exist_ok=True)
        self.programs = programs()
        self.scripts = self.programs.query_file.parent
        self.password = secrets.token_hex(8)
        self.ports = {name: free_port() for name in ("dir", "sd", "fd", "nobody")}
        self.libraries = self.programs.linked(folder / "lib")
        self.data = folder / "data"
        for name in (
            "etc",
            "wd/dir",
            "wd/sd",
            "wd/fd",
            "run",
            "log",
            "volumes",
            "small",
            "tapes",
            "data",
        ):
            (folder / name).mkdir(parents=True, exist_ok=True)
        self.database, self.reader = self._make_catalog()
        self._write()
        self.daemons = {name: self._daemon(name) for name in PROGRAMS}

    @property
    def director(self):
        """The address of the director."""
        return f"127.0.0.1:{self.ports['dir']}"

    # -- what is running

    def start(self, *names):
        """Start the daemons, or some of them, and return when they listen."""
        for name in names or PROGRAMS:
            self.daemons[name].start()
        for name in names or PROGRAMS:
            self._wait(name)

    def stop(self, *names):
        for name in names or PROGRAMS:
            self.daemons[name].stop(grace_s=START_S)

    def kill(self, name):
        """End one with no time to say anything."""
        self.daemons[name].kill()

    @contextmanager
    def away(self, name):
        """One of the daemons is not running."""
        self.kill(name)
        try:
            yield
        finally:
            self.start(name)

    def frozen(self, name):
        """One takes connections and answers nobody."""
        return frozen(self.daemons[name].pid)

    def rewrite(self):
        """Write the configuration anew."""
        self._write()

    def _wait(self, name):
        deadline = time.monotonic() + START_S
        while True:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.ports[name])) == 0:
                    return
            said = self.daemons[name].tail()
            assert self.daemons[name].exit_code() is None, f"{name} ended: {said}"
            assert time.monotonic() < deadline, f"{name} does not listen: {said}"
            time.sleep(LOOK_S)

    def _daemon(self, name):
        program = PROGRAMS[name]
        config = self.folder / f"etc/{program}.conf"
        return Daemon(
            program,
            [str(self.programs.program(program)), "-f", "-c", str(config)],
            log=self.folder / f"log/{program}.out",
            env={
                "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
                "LC_ALL": "C.UTF-8",
                "LD_LIBRARY_PATH": self.programs.library_path(self.libraries),
            },
            cwd=self.folder,
        )

    # -- what they need

    def _write(self):
        for program, text in (
            ("bacula-dir", configs.director(self)),
            ("bacula-fd", configs.client(self)),
            ("bacula-sd", configs.storage(self)),
        ):
            (self.folder / f"etc/{program}.conf").write_text(text)
        (self.folder / "tapes/conf").write_text("maxslot=8\nmaxdrive=2\n")
        labels = "".join(f"{slot}:TAPE{slot:03d}\n" for slot in range(1, 7))
        (self.folder / "tapes/barcodes").write_text(labels)

    def _make_catalog(self):
        word = secrets.token_hex(6)
        place = urlsplit(self.server)
        owner, reader = (
            Database(place.hostname, place.port, f"bacula_{word}", f"{role}_{word}", word)
            for role in ("bacula", "reader")
        )
        with psycopg.connect(self.server, autocommit=True) as server:
            for role in (owner.user, reader.user):
                server.execute(
                    sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(
                        sql.Identifier(role), sql.Literal(word)
                    )
                )
            server.execute(
                sql.SQL(
                    "CREATE DATABASE {} OWNER {} ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' "
                    "TEMPLATE template0"
                ).format(sql.Identifier(owner.name), sql.Identifier(owner.user))
            )
            server.execute(
                sql.SQL("ALTER DATABASE {} SET datestyle TO 'ISO, YMD'").format(
                    sql.Identifier(owner.name)
                )
            )
        with psycopg.connect(owner.url, autocommit=True) as catalog:
            catalog.execute(self.programs.schema.read_bytes())
            catalog.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {reader.user}")
        return owner, reader

    def drop(self):
        """Remove the catalog and its roles."""
        with psycopg.connect(self.server, autocommit=True) as server:
            server.execute(f"DROP DATABASE {self.database.name} WITH (FORCE)")
            for role in (self.reader.user, self.database.user):
                server.execute(f"DROP ROLE {role}")
