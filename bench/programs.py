"""A program that is measured: started in a session of its own, held, let go, counted, killed."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from calypso.host.daemon import in_session, kill_all
from calypso.host.scope import descendants, is_alive, stat_fields

T = TypeVar("T")
TICKS_PER_S = os.sysconf("SC_CLK_TCK")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
LOOK_S = 0.005


class Failed(RuntimeError):
    """A program did not do what the benchmark is about; its log says why."""


class Program:
    """Runs until killed. `talks`: one line of JSON in, one out."""

    def __init__(
        self, name: str, argv: tuple[str, ...], *, env: dict[str, str], log: Path, talks: bool
    ) -> None:
        self.name, self.log = name, log
        pipe = subprocess.PIPE if talks else None
        with log.open("ab") as said:
            self.process = subprocess.Popen(
                argv, env=env, stdin=pipe, stdout=pipe or said, stderr=said,
                start_new_session=True,
            )  # fmt: skip

    def ask(self, question: Any) -> Any:
        """Send a line and return the answer."""
        self.tell(question)
        return self.answer()

    def tell(self, question: Any) -> None:
        """Send a line; the answer is fetched later."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(question).encode() + b"\n")
        self.process.stdin.flush()

    def answer(self) -> Any:
        """Return the next line it says."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise Failed(f"{self.name} ended:\n{self.tail()}")
        return json.loads(line)

    def pids(self) -> set[int]:
        """Return its living processes."""
        found = in_session(self.process.pid)
        return found | {pid for pid in descendants(found) if is_alive(pid)}

    def hold(self) -> None:
        """Stop all of it where it stands."""
        self._signal(signal.SIGSTOP)

    def let_go(self) -> None:
        """Let all of it go on."""
        self._signal(signal.SIGCONT)

    def cpu_s(self) -> float:
        """Return the CPU time of its processes and of the children they have waited for."""
        known = [fields for pid in self.pids() if (fields := stat_fields(pid)) is not None]
        # utime, stime, cutime, cstime: fields 14 to 17 of proc(5), of which two come before ours
        return sum(int(tick) for fields in known for tick in fields[11:15]) / TICKS_PER_S

    def memory_bytes(self) -> int:
        """Return the resident memory of its processes."""
        known = [fields for pid in self.pids() if (fields := stat_fields(pid)) is not None]
        return sum(int(fields[21]) for fields in known) * PAGE_BYTES

    def kill(self) -> None:
        """Kill all of it; none is left when this returns."""
        kill_all(self.pids())
        with suppress(ProcessLookupError):
            self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with suppress(BrokenPipeError):
                    pipe.close()

    def check(self) -> None:
        """Raise Failed when it has ended."""
        if self.process.poll() is not None:
            raise Failed(f"{self.name} ended:\n{self.tail()}")

    def tail(self) -> str:
        """Return the end of its log."""
        return self.log.read_text(encoding="utf-8", errors="replace")[-3000:]

    def _signal(self, number: signal.Signals) -> None:
        for pid in self.pids():
            with suppress(ProcessLookupError):
                os.kill(pid, number)


def until(true: Callable[[], T], *, what: str, limit_s: float = 60.0, look_s: float = LOOK_S) -> T:
    """Return what the condition returns once it is true; Failed after the limit."""
    deadline = time.monotonic() + limit_s
    while not (value := true()):
        if time.monotonic() > deadline:
            raise Failed(f"{what} did not come to pass within {limit_s:g} s")
        time.sleep(look_s)
    return value
