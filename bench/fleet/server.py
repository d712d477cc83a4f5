"""The servers as the machine sees them: the time they take, the memory of each process."""

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg
import redis

from bench.ground import Ground, plain
from bench.programs import TICKS_PER_S, Failed
from calypso.host.scope import descendants, is_alive, stat_fields

MIB = 1 << 20
# Of the filling alone: what is measured runs with the settings of `calypso up`.
HURRY = ("max_wal_size = '4GB'", "full_page_writes = off", "autovacuum = off")
FIELDS = re.compile(r"^(Pss|Private_Clean|Private_Dirty):\s+(\d+) kB", re.MULTILINE)


QUIET = ("autovacuum = off",)  # else it counts among what is read; all is vacuumed by then


@contextmanager
def having(here: Ground, settings: Sequence[str]) -> Iterator[None]:
    """Give the server other settings for a while."""
    with psycopg.connect(plain(here.postgres.url("postgres")), autocommit=True) as server:
        for setting in settings:
            server.execute(f"ALTER SYSTEM SET {setting}")
        server.execute("SELECT pg_reload_conf()")
        try:
            yield
        finally:
            server.execute("ALTER SYSTEM RESET ALL")
            server.execute("SELECT pg_reload_conf()")
            server.execute("CHECKPOINT")


def tree(pid: int | None) -> set[int]:
    """Return a process and all that descend from it."""
    if pid is None:
        raise Failed("a server that is to be measured does not run")
    return {one for one in {pid, *descendants({pid})} if is_alive(one)}


def cpu_s(pids: Iterable[int]) -> float:
    """Return the CPU time of processes and of the children they have waited for."""
    known = [fields for pid in pids if (fields := stat_fields(pid)) is not None]
    return sum(int(tick) for fields in known for tick in fields[11:15]) / TICKS_PER_S


def postgres_cpu_s(here: Ground) -> float:
    """Return the CPU time PostgreSQL has taken so far."""
    assert here.postgres.daemon is not None
    return cpu_s(tree(here.postgres.daemon.pid))


def valkey_cpu_s(here: Ground) -> float:
    """Return the CPU time the Redis-compatible server has taken so far."""
    assert here.valkey.daemon is not None
    return cpu_s(tree(here.valkey.daemon.pid))


def memory(pid: int) -> dict[str, int]:
    """Return bytes of a process: `pss`, its share of what it shares included; `private`."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    found = {name: int(kib) * 1024 for name, kib in FIELDS.findall(text)}
    return {"pss": found["Pss"], "private": found["Private_Clean"] + found["Private_Dirty"]}


def pss_bytes(pids: Iterable[int]) -> int:
    """Return what processes take of the machine's memory, shared pages by their share."""
    total = 0
    for pid in pids:
        try:
            total += memory(pid)["pss"]
        except OSError:
            continue  # it ended meanwhile
    return total


def commands(client: "redis.Redis") -> int:
    """Return how many commands a Redis-compatible server has done."""
    return int(client.info("stats")["total_commands_processed"])


def statements(server: "psycopg.Connection[tuple[int]]", database: str) -> int:
    """Return how many transactions a database has seen; of ours each statement is one."""
    row = server.execute(
        "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = %s", (database,)
    ).fetchone()
    return 0 if row is None else int(row[0])


def room_bytes(folder: Path) -> int:
    """Return how many bytes are free where a folder is."""
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize
