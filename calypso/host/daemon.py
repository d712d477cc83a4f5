"""Long-lived children: the servers and programs that `calypso up` keeps running.

Beside `host.local` the only room in which a process is started.
"""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import IO

from calypso.host.birth import die_with_parent, signals_held
from calypso.host.scope import (
    descendants,
    is_alive,
    is_over,
    started_ticks,
    stat_fields,
)

LOOK_S = 0.02


@dataclass(frozen=True)
class Ids:
    """Whom a program runs as."""

    uid: int
    gid: int


@dataclass
class Daemon:
    """One long-lived program with a log of its own, or ours. Start it from the main thread.

    It dies with the thread that started it (`death`), and `stop` is how it is asked to end.
    """

    name: str
    argv: Sequence[str]
    log: Path | None
    env: Mapping[str, str]
    cwd: Path = Path("/")
    ids: Ids | None = None
    fds: Sequence[int] = ()  # what it inherits beside its output
    death: signal.Signals = signal.SIGKILL
    ending: signal.Signals = signal.SIGTERM
    _process: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)

    def start(self) -> None:
        """Start the program; its output is added to its log."""
        with _opened(self.log) as log, signals_held() as forget_handlers:
            self._process = subprocess.Popen(  # noqa: S603 - argv lists of our own, never a shell
                list(self.argv),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.cwd,
                env=dict(self.env),
                start_new_session=True,
                pass_fds=self.fds,
                preexec_fn=partial(die_with_parent, self.death, os.getpid(), forget_handlers),  # noqa: PLW1509 - prctl must run there
                user=self.ids.uid if self.ids else None,
                group=self.ids.gid if self.ids else None,
                extra_groups=[] if self.ids else None,
            )

    @property
    def pid(self) -> int | None:
        """Its pid, or None before it was started."""
        return None if self._process is None else self._process.pid

    @property
    def started(self) -> int | None:
        """When it was started, in clock ticks since boot; None when it is gone."""
        return None if self.pid is None else started_ticks(self.pid)

    def exit_code(self) -> int | None:
        """Return how it ended, or None while it runs."""
        return None if self._process is None else self._process.poll()

    def ask_to_end(self) -> None:
        """Ask it to end, in its own way."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.send_signal(self.ending)

    def wait(self, limit_s: float) -> bool:
        """Tell whether it ended within the limit."""
        if self._process is None:
            return True
        try:
            self._process.wait(limit_s)
        except subprocess.TimeoutExpired:
            return False
        return True

    def kill(self) -> None:
        """Kill it and return when it is gone; what it started is not touched."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def stop(self, *, grace_s: float) -> None:
        """Ask it to end, kill it with its descendants after `grace_s`; none is left then."""
        if self._process is None:
            return
        kin = descendants([self._process.pid])
        self.ask_to_end()
        if not self.wait(grace_s):
            kin |= descendants([self._process.pid])
            self.kill()
        kill_all(kin)

    def tail(self, size_bytes: int = 2000) -> str:
        """Return the end of its log."""
        with suppress(OSError):
            if self.log is not None:
                return self.log.read_bytes()[-size_bytes:].decode(errors="replace")
        return ""


@dataclass(frozen=True)
class Told:
    """What a short program said."""

    code: int
    stdout: str
    stderr: str


def tell(
    argv: Sequence[str | Path],
    *,
    ids: Ids | None = None,
    cwd: Path = Path("/"),
    env: Mapping[str, str] | None = None,
    timeout_s: float = 120,
) -> Told:
    """Run a short program to its end as somebody; code 127 when it cannot be started."""
    try:
        done = subprocess.run(  # noqa: S603, TID251 - Host.run cannot become somebody else
            [str(word) for word in argv],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            cwd=cwd,
            env=dict(env or {}),
            timeout=timeout_s,
            check=False,
            user=ids.uid if ids else None,
            group=ids.gid if ids else None,
            extra_groups=[] if ids else None,
        )
    except (OSError, subprocess.TimeoutExpired) as failed:
        return Told(127, "", str(failed))
    return Told(done.returncode, done.stdout, done.stderr)


def kill_all(pids: set[int], *, pause: Callable[[float], None] = time.sleep) -> None:
    """Kill processes and return when none is left."""
    for pid in pids:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)
    while any(is_alive(pid) for pid in pids):
        pause(LOOK_S)


def with_variable(name: str, value: str) -> set[int]:
    """Return living processes that have this in their environment; ours excepted."""
    wanted = f"{name}={value}".encode()
    found: set[int] = set()
    for path in Path("/proc").iterdir():
        if path.name.isdigit() and int(path.name) != os.getpid():
            with suppress(OSError):
                if wanted in (path / "environ").read_bytes().split(b"\0"):
                    found.add(int(path.name))
    return {pid for pid in found if is_alive(pid)}


def in_session(leader: int) -> set[int]:
    """Return the living processes of a session, its leader perhaps long gone."""
    pids = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]
    fields = {pid: stat_fields(pid) for pid in pids}
    return {
        pid
        for pid, known in fields.items()
        if known is not None and int(known[3]) == leader and not is_over(known)
    }


@contextmanager
def _opened(log: Path | None) -> Iterator[IO[bytes] | None]:
    if log is None:
        yield None
        return
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as file:
        yield file
