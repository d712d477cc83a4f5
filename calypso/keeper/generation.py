"""One run of a kept program, by one release: whether it is ready, lives, or is to end."""

import os
import signal
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Self

from calypso.host.birth import spawn
from calypso.keeper.telling import PIPE


@dataclass
class Generation:
    """A process that this one started, in this release or in the one before."""

    pid: int
    version: str
    pipe: int  # what it tells comes out here
    parts: int = 1
    ready: int = 0
    serves: bool = False  # it was ready once
    failing: bool = False  # a part of it has ended by itself
    leaving: bool = False
    silent: bool = False  # it has closed its end
    since: float = 0.0
    heard_at: float | None = None  # when it last said that it lives; None: it never did
    kill_at: float | None = None
    gone: bool = False  # and its pid may be somebody else's
    _rest: bytes = b""

    @classmethod
    def start(
        cls,
        argv: Sequence[str],
        environment: Mapping[str, str],
        *,
        version: str,
        fds: Sequence[int],
    ) -> Self:
        """Start the program; it dies with us, and inherits `fds` and nothing else of ours."""
        reader, writer = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        told = {**environment, PIPE: str(writer)}
        try:
            pid = spawn(argv, env=told, fds=(*fds, writer))
        finally:
            os.close(writer)
        return cls(pid, version, reader, since=time.monotonic())

    @property
    def is_ready(self) -> bool:
        """Tell whether each of its parts can work."""
        return self.ready >= self.parts

    def listen(self) -> None:
        """Take in what it has told meanwhile."""
        with suppress(BlockingIOError):
            while read := os.read(self.pipe, 4096):
                *lines, self._rest = (self._rest + read).split(b"\n")
                for line in lines:
                    self._note(line.decode(errors="replace"))
            self.silent = True

    def ask_to_end(self, *, within_s: float | None = None) -> None:
        """Ask it to end; it is killed when that takes longer, if a time is given."""
        self.leaving = True
        if within_s is not None:
            self.kill_at = time.monotonic() + within_s
        self._signal(signal.SIGTERM)

    def kill_if_due(self) -> None:
        """Kill it when its time is up; what it started dies with it."""
        if self.kill_at is not None and time.monotonic() >= self.kill_at:
            self._signal(signal.SIGKILL)

    def ended(self) -> int | None:
        """Return how it ended, once: negative for a signal. None while it runs."""
        found, status = os.waitpid(self.pid, os.WNOHANG)
        if found == 0:
            return None
        self.gone = True
        self.listen()
        os.close(self.pipe)
        return os.waitstatus_to_exitcode(status)

    def _note(self, line: str) -> None:
        word, _, number = line.partition(" ")
        if word == "expect" and number.isdigit():
            self.parts = int(number)
        elif word == "ready":
            self.ready += 1
        elif word == "failing":
            self.failing = True
        elif word == "alive":
            self.heard_at = time.monotonic()

    def _signal(self, number: signal.Signals) -> None:
        if not self.gone:
            os.kill(self.pid, number)
