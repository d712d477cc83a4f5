"""One `up` per data directory, and nothing left of the one before."""

import fcntl
import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from calypso.embedded import record
from calypso.embedded.record import ChildRecord
from calypso.errors import InUse, Misconfigured
from calypso.host.daemon import kill_all, with_variable
from calypso.host.proof import boot_id

TAG = "CALYPSO_UP_DATA"  # in the environment of all that an `up` starts
SERVERS = {  # how they end in order
    "postgres": signal.SIGINT,
    "redis": signal.SIGTERM,
    "bacula-dir": signal.SIGTERM,
    "bacula-sd": signal.SIGTERM,
    "bacula-fd": signal.SIGTERM,
}
SERVER_GRACE_S = 15.0  # a director that runs a job needs 13
LOOK_S = 0.02


@contextmanager
def claimed(data: Path) -> Iterator[None]:
    """Hold a data directory; InUse, naming who has it, while another `up` does."""
    _make(data)
    with (data / "lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as taken:
            raise InUse(_who(data)) from taken
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def end_leftovers(data: Path, *, pause: Callable[[float], None] = time.sleep) -> list[int]:
    """End whatever a killed `up` of this directory left; returns the pids it found.

    Programs are killed, since their owner is dead; servers are asked to end in order first.
    """
    left = _recorded(data)
    servers = [child for child in left if child.name in SERVERS]
    programs = {child.pid for child in left} - {child.pid for child in servers}
    tagged = with_variable(TAG, str(data))
    kill_all(programs)
    _end_servers(servers, pause)
    still = with_variable(TAG, str(data))
    kill_all(still)
    return sorted(programs | {child.pid for child in servers} | tagged | still)


def _recorded(data: Path) -> list[ChildRecord]:
    last = record.read(data)
    if last is None or last.boot_id != boot_id():
        return []
    return [child for child in last.children if child.is_alive]


def _end_servers(servers: Iterable[ChildRecord], pause: Callable[[float], None]) -> None:
    deadline = time.monotonic() + SERVER_GRACE_S
    living = list(servers)
    for server in living:
        with suppress(ProcessLookupError):
            os.kill(server.pid, SERVERS[server.name])
    while living and time.monotonic() < deadline:
        pause(LOOK_S)
        living = [server for server in living if server.is_alive]
    kill_all({server.pid for server in living})


def _make(data: Path) -> None:
    # Root's servers run as others, who must be able to pass; secrets in it have modes of their own.
    mode = 0o711 if os.geteuid() == 0 else 0o700
    try:
        data.mkdir(mode=mode, parents=True, exist_ok=True)
        (data / "lock").touch(mode=0o600)
    except OSError as refused:
        raise Misconfigured(
            f"The data directory {data} cannot be used: {refused.strerror}. "
            "Name another one with --data."
        ) from refused


def _who(data: Path) -> str:
    pid = (data / "lock").read_text(encoding="ascii").strip()
    first = record.find(data)
    served = f"serves {first.url}" if first and first.url else "is starting or stopping"
    return (
        f"Calypso is up on {data} already: process {pid} {served}. "
        "Stop it first, or name another directory with --data."
    )
