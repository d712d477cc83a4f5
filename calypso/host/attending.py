"""Programs that run: what they print is taken as it comes, until they and their pipes ended."""

import os
import selectors
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import IO

from calypso.errors import CommandFailed
from calypso.host import OnBeat, OnLine, Ran
from calypso.host.stopping import StopSignal

MAX_OUTPUT_BYTES = 256 << 20  # a listing of a million snapshots is about 100 MB
TAIL_BYTES = 64 << 10  # what is kept of a stream's lines, for its error message
AFTER_EXIT_S = 2.0  # a grandchild may hold the pipe open long after its parent's end
READ_BYTES = 1 << 16
BEAT_S = 1.0
LOGGED_LINES = 200  # of one command; the driver reads all, people read the head
LOGGED_CHARACTERS = 500  # of one line: what is longer is data

Readers = Sequence[tuple[IO[bytes], Callable[[bytes], None]]]


class Started:
    """A process and when it began."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self.process = process
        self.began = time.monotonic()
        self.pidfd = os.pidfd_open(process.pid)

    def close(self) -> None:
        """Give its handles back; the process itself is left alone."""
        os.close(self.pidfd)
        for pipe in (self.process.stdout, self.process.stderr):
            if pipe is not None:
                pipe.close()
        self.process.poll()


class Kept:
    """Keeps all that comes, up to a limit."""

    def __init__(self, limit_bytes: int) -> None:
        self._parts: list[bytes] = []
        self._left = limit_bytes

    def add(self, data: bytes) -> None:
        """Keep it; CommandFailed beyond the limit."""
        self._left -= len(data)
        if self._left < 0:
            raise CommandFailed(f"A program printed more than {MAX_OUTPUT_BYTES >> 20} MiB.")
        self._parts.append(data)

    def text(self) -> str:
        """Return all of it."""
        return b"".join(self._parts).decode(errors="replace")


class Lines:
    """Hands whole lines on, and remembers the last that were not for the hearer alone."""

    def __init__(self, on_line: OnLine) -> None:
        self._on_line = on_line
        self._rest = b""
        self._tail = b""

    def add(self, data: bytes) -> None:
        """Hand on what has become whole."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self._hand(line)

    def flush(self) -> None:
        """Hand on a last line that has no end."""
        if self._rest:
            self._hand(self._rest)
            self._rest = b""

    def tail(self) -> str:
        """Return the last lines."""
        return self._tail.decode(errors="replace")

    def _hand(self, line: bytes) -> None:
        if not self._on_line(line.decode(errors="replace")):
            self._tail = (self._tail + line + b"\n")[-TAIL_BYTES:]


class Attendance:
    """Feeds readers until every pipe is at its end, or a little after the last program's end."""

    def __init__(
        self,
        started: Sequence[Started],
        readers: Readers,
        deadline: float,
        on_beat: OnBeat | None = None,
    ) -> None:
        self._on_beat = on_beat
        self._running, self._pipes = len(started), len(readers)
        self._deadline = deadline
        self._selector = selectors.DefaultSelector()
        for pipe, add in readers:
            self._selector.register(pipe, selectors.EVENT_READ, partial(self._read, add))
        for one in started:
            self._selector.register(one.pidfd, selectors.EVENT_READ, self._exited)

    def run(self, stop: StopSignal | None) -> None:
        """Return when all is read; TimeoutExpired at the deadline, a stop as it is raised."""
        if stop is not None:
            self._selector.register(stop, selectors.EVENT_READ, lambda _key: stop.check())
        with self._selector:
            while (self._pipes or self._running) and (left_s := self._left_s()) > 0:
                for key, _ in self._selector.select(self._patience_s(left_s)):
                    key.data(key)
                self._beat()
        if self._running:
            raise subprocess.TimeoutExpired("", 0)

    def _patience_s(self, left_s: float) -> float:
        return left_s if self._on_beat is None else min(left_s, BEAT_S)

    def _beat(self) -> None:
        if self._on_beat is not None:
            self._on_beat()

    def _left_s(self) -> float:
        return self._deadline - time.monotonic()

    def _exited(self, key: selectors.SelectorKey) -> None:
        self._selector.unregister(key.fileobj)
        self._running -= 1
        if not self._running:
            self._deadline = min(self._deadline, time.monotonic() + AFTER_EXIT_S)

    def _read(self, add: Callable[[bytes], None], key: selectors.SelectorKey) -> None:
        if data := os.read(key.fd, READ_BYTES):
            add(data)
        else:
            self._selector.unregister(key.fileobj)
            self._pipes -= 1


def elapsed_s(one: Started) -> float:
    """Return how long ago a program was started."""
    return time.monotonic() - one.began


def out_of(one: Started) -> IO[bytes]:
    """Return what it prints."""
    assert one.process.stdout is not None  # noqa: S101 - it was started with a pipe
    return one.process.stdout


def err_of(one: Started) -> IO[bytes]:
    """Return what it complains."""
    assert one.process.stderr is not None  # noqa: S101 - it was started with a pipe
    return one.process.stderr


def said(ran: Ran) -> Iterator[str]:
    """Yield what a log tells of a program that ended: the head of its output, and how it ended."""
    lines = [*ran.stdout.splitlines(), *ran.stderr.splitlines()]
    yield from (f"  {_head(line)}" for line in lines[:LOGGED_LINES])
    if len(lines) > LOGGED_LINES:
        yield f"  … {len(lines) - LOGGED_LINES} more lines"
    yield f"[{ran.argv[0]}: exit {ran.code}, {ran.elapsed_s:.2f} s]"


def _head(line: str) -> str:
    more = len(line) - LOGGED_CHARACTERS
    return line if more <= 0 else f"{line[:LOGGED_CHARACTERS]}… {more} more characters"
