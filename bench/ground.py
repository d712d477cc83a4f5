"""The ground all contestants stand on: one PostgreSQL, one Valkey, the embedded ones."""

import os
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import redis

from bench.programs import Program
from calypso.embedded.places import free_port
from calypso.embedded.postgres import EmbeddedPostgres
from calypso.embedded.redis import EmbeddedRedis

ROOT = Path(__file__).parent.parent
NODE = "bench"
PASSWORD = "correct horse battery"  # noqa: S105 - of a database that lives for minutes
KEY = "a key for benchmarks that is long enough"
SECRETS_KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
WORKERS = 2  # processes that run jobs, for every contestant


@dataclass
class Ground:
    """Servers, a folder, and the programs that were started on it."""

    folder: Path
    postgres: EmbeddedPostgres
    valkey: EmbeddedRedis
    programs: list[Program] = field(default_factory=list)

    def database(self) -> str:
        """Return the address of a new, empty database."""
        name = f"bench_{uuid.uuid4().hex[:12]}"
        with psycopg.connect(plain(self.postgres.url("postgres")), autocommit=True) as server:
            server.execute(f"CREATE DATABASE {name}")
        return self.postgres.url(name)

    def drop(self, database: str) -> None:
        """Drop a database again, whoever may still be connected to it."""
        name = database.rpartition("/")[2]
        with psycopg.connect(plain(self.postgres.url("postgres")), autocommit=True) as server:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def redis(self, number: int) -> str:
        """Return the address of one of Valkey's databases, emptied."""
        url = f"{self.valkey.url().rpartition('/')[0]}/{number}"
        with redis.Redis.from_url(url) as client:
            client.flushdb()
        return url

    def start(self, name: str, *argv: str, env: dict[str, str], talks: bool = False) -> Program:
        """Start a program, to be killed when the ground is left."""
        log = self.folder / f"{name}-{len(self.programs)}.log"
        program = Program(name, argv, env=env, log=log, talks=talks)
        self.programs.append(program)
        return program

    def environment(self, **more: str) -> dict[str, str]:
        """Return the environment of a program here."""
        kept = {name: text for name, text in os.environ.items() if not name.startswith("CALYPSO_")}
        return {**kept, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", **more}

    def of_calypso(self, database: str, broker: str, **more: str) -> dict[str, str]:
        """Return the environment of a program of Calypso's."""
        given = {
            "database_url": database,
            "redis_url": broker,
            "node": NODE,
            "jwt_key": KEY,
            "secrets_key": SECRETS_KEY,
            "listen": f"127.0.0.1:{free_port()}",
            "state_dir": str(self.folder / "state"),
            "config_dir": str(self.folder / "none"),
            "system_slots": str(WORKERS),
            "job_path": str(Path(__file__).with_name("types")),
            **more,
        }
        return self.environment(**{f"CALYPSO_{name.upper()}": text for name, text in given.items()})

    def stop_programs(self) -> None:
        """Kill every program that was started here."""
        while self.programs:
            self.programs.pop().kill()


@contextmanager
def ground() -> Iterator[Ground]:
    """Start the servers; stop them, and all that was started beside them, at the end."""
    # Not a private folder: PostgreSQL's account must be able to enter it.
    disk = os.environ.get("BENCH_DIR")
    with tempfile.TemporaryDirectory(prefix="calypso-bench-", dir=disk) as name:
        folder = Path(name)
        folder.chmod(0o755)
        postgres = EmbeddedPostgres(folder / "postgres", logs=folder / "logs")
        valkey = EmbeddedRedis(folder / "valkey", logs=folder / "logs")
        here = Ground(folder, postgres, valkey)
        try:
            postgres.start()
            valkey.start()
            yield here
        finally:
            here.stop_programs()
            valkey.stop()
            postgres.stop()


def plain(url: str) -> str:
    """Return an address as libpq reads it."""
    return url.replace("+psycopg", "")


def python(*words: str) -> tuple[str, ...]:
    """Return the command that runs a module with this Python."""
    return (sys.executable, "-m", *words)


def program(name: str) -> str:
    """Return the path of a program that stands beside this Python."""
    return str(Path(sys.executable).with_name(name))
