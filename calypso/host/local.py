"""The only room in which a driver's process is started."""

import os
import selectors
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import IO
from uuid import uuid4

from calypso.errors import CommandFailed, CommandMissing, CommandTimedOut
from calypso.host import Argv, OnLine, OnStageLine, Ran
from calypso.host.scope import Scope
from calypso.host.stopping import StopSignal

SBIN = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
MAX_OUTPUT_BYTES = 256 << 20  # a listing of a million snapshots is about 100 MB
TAIL_BYTES = 64 << 10  # what is kept of a stream's lines, for its error message
AFTER_EXIT_S = 2.0  # a grandchild may hold the pipe open long after its parent's end
LOGGED_LINES = 200  # of one command; the driver reads all, people read the head

READ_BYTES = 1 << 16

OnLog = Callable[[str], None]
_Readers = Sequence[tuple[IO[bytes], Callable[[bytes], None]]]


class LocalHost:
    """The real machine. Every process it starts carries a tag and can be ended with all its kin.

    Processes die with the thread that started them: call it from a thread that lives as long as
    the work, best the main one.
    """

    def __init__(
        self,
        *,
        tag: str | None = None,
        stop: StopSignal | None = None,
        grace_s: float = 10.0,
        on_log: OnLog | None = None,
        env: Mapping[str, str] | None = None,
    ) -> None:
        self._tag = tag or f"host-{uuid4()}"
        self._stop = stop
        self._grace_s = grace_s
        self._log: OnLog = on_log or (lambda _line: None)
        self._env = dict(env or {})
        self._started_any = False

    @cached_property
    def _scope(self) -> Scope:
        return Scope(self._tag)

    # -- programs

    def run(
        self,
        argv: Argv,
        *,
        timeout_s: float,
        stdin: str | None = None,
        env: Mapping[str, str] | None = None,
    ) -> Ran:
        """Run a program to its end; see `Host.run`."""
        out, err = _Kept(MAX_OUTPUT_BYTES), _Kept(MAX_OUTPUT_BYTES)
        with tempfile.TemporaryFile() if stdin is not None else _nothing() as source:
            if source is not None and stdin is not None:
                source.write(stdin.encode())
                source.seek(0)
            started = self._start(argv, source or subprocess.DEVNULL, subprocess.PIPE, env)
        pipes = [(_out(started), out.add), (_err(started), err.add)]
        codes = self._attend([started], pipes, timeout_s)
        done = Ran(tuple(argv), codes[0], out.text(), err.text(), _elapsed(started))
        self._log_ran(done)
        return done

    def stream(
        self,
        argv: Argv,
        *,
        timeout_s: float,
        on_line: OnLine,
        env: Mapping[str, str] | None = None,
    ) -> Ran:
        """Run a program and hand its lines on as they come; see `Host.stream`."""
        started = self._start(argv, subprocess.DEVNULL, subprocess.PIPE, env)
        out, err = _Lines(on_line), _Lines(on_line)
        pipes = [(_out(started), out.add), (_err(started), err.add)]
        codes = self._attend([started], pipes, timeout_s)
        out.flush()
        err.flush()
        done = Ran(tuple(argv), codes[0], "", err.tail(), _elapsed(started))
        self._log_ran(done)
        return done

    def pipe(
        self,
        stages: Sequence[Argv],
        *,
        timeout_s: float,
        on_line: OnStageLine | None = None,
        env: Mapping[str, str] | None = None,
    ) -> tuple[Ran, ...]:
        """Run programs as a pipe; see `Host.pipe`. The last one's stdout counts as its stderr."""
        tell: OnStageLine = on_line or (lambda _stage, _line: None)
        started = self._start_pipe(stages, env)
        readers = [_Lines(partial(tell, stage)) for stage in range(len(stages))]
        watched = [(_err(one), reader.add) for one, reader in zip(started, readers, strict=True)]
        last = _Lines(lambda line: tell(len(stages) - 1, line))
        codes = self._attend(started, [*watched, (_out(started[-1]), last.add)], timeout_s)
        for reader in (*readers, last):
            reader.flush()
        done = tuple(
            Ran(tuple(argv), code, "", reader.tail(), _elapsed(one))
            for argv, code, reader, one in zip(stages, codes, readers, started, strict=True)
        )
        for ran in done:
            self._log_ran(ran)
        return done

    def which(self, program: str) -> str | None:
        """Return where a program is, or None."""
        return shutil.which(program, path=_search_path())

    # -- files

    def exists(self, path: Path | str) -> bool:
        """Tell whether there is anything at `path`."""
        return os.path.lexists(path)

    def read_text(self, path: Path | str) -> str:
        """Return a file's text."""
        return Path(path).read_text(encoding="utf-8")

    def write_text(self, path: Path | str, text: str, *, mode: int = 0o644) -> None:
        """Replace a file's text atomically."""
        target = Path(path)
        handle, aside = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                os.fchmod(file.fileno(), mode)
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            Path(aside).rename(target)
        except BaseException:
            Path(aside).unlink(missing_ok=True)
            raise

    def end_all(self) -> None:
        """End whatever this host started and is still there; returns when none is left."""
        if self._started_any:
            self._scope.end(grace_s=self._grace_s, on_stuck=self._say_stuck)

    # -- inside

    def _start(
        self,
        argv: Argv,
        stdin: int | IO[bytes],
        stdout: int,
        env: Mapping[str, str] | None,
    ) -> "_Started":
        if self._stop is not None:
            self._stop.check()
        self._log("$ " + " ".join(argv))
        program = self.which(argv[0])
        if program is None:
            raise CommandMissing(f"{argv[0]} is not installed on this machine.", original=argv[0])
        self._started_any = True
        base = {"PATH": _search_path(), "LC_ALL": "C", "HOME": os.environ.get("HOME", "/")}
        return _Started(
            subprocess.Popen(  # noqa: S603 - argv lists from drivers, never a shell
                list(argv),
                executable=program,
                stdin=stdin,
                stdout=stdout,
                stderr=subprocess.PIPE,
                env={**base, **self._env, **(env or {}), **self._scope.environment()},
                start_new_session=True,
                preexec_fn=self._scope.enter,  # noqa: PLW1509 - prctl must run in the new process
            )
        )

    def _start_pipe(
        self, stages: Sequence[Argv], env: Mapping[str, str] | None
    ) -> list["_Started"]:
        started: list[_Started] = []
        source: int | IO[bytes] = subprocess.DEVNULL
        try:
            for argv in stages:
                started.append(self._start(argv, source, subprocess.PIPE, env))
                if not isinstance(source, int):
                    source.close()  # else a stage never learns that its reader is gone
                source = _out(started[-1])
        except BaseException:
            self.end_all()
            raise
        return started

    def _attend(
        self,
        started: Sequence["_Started"],
        readers: _Readers,
        timeout_s: float,
    ) -> list[int]:
        """Feed the readers until all programs have ended; end them on a stop or a timeout."""
        deadline = time.monotonic() + timeout_s
        try:
            _Attendance(started, readers, deadline).run(self._stop)
            return [one.process.wait() for one in started]
        except subprocess.TimeoutExpired as late:
            self.end_all()
            name = started[0].process.args[0]  # type: ignore[index]  # a list here
            raise CommandTimedOut(f"{name!s} did not end within {timeout_s:g} s.") from late
        except BaseException:
            self.end_all()
            raise
        finally:
            for one in started:
                one.close()

    def _log_ran(self, ran: Ran) -> None:
        lines = [*ran.stdout.splitlines(), *ran.stderr.splitlines()]
        for line in lines[:LOGGED_LINES]:
            self._log(f"  {line}")
        if len(lines) > LOGGED_LINES:
            self._log(f"  … {len(lines) - LOGGED_LINES} more lines")
        self._log(f"[{ran.argv[0]}: exit {ran.code}, {ran.elapsed_s:.2f} s]")

    def _say_stuck(self, pids: object) -> None:
        self._log(f"waiting for processes the kernel does not let go: {pids}")


class _Started:
    """A process and when it began."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self.process = process
        self.began = time.monotonic()
        self.pidfd = os.pidfd_open(process.pid)

    def close(self) -> None:
        os.close(self.pidfd)
        for pipe in (self.process.stdout, self.process.stderr):
            if pipe is not None:
                pipe.close()
        self.process.poll()


class _Kept:
    """Keeps all that comes, up to a limit."""

    def __init__(self, limit_bytes: int) -> None:
        self._parts: list[bytes] = []
        self._left = limit_bytes

    def add(self, data: bytes) -> None:
        self._left -= len(data)
        if self._left < 0:
            raise CommandFailed(f"A program printed more than {MAX_OUTPUT_BYTES >> 20} MiB.")
        self._parts.append(data)

    def text(self) -> str:
        return b"".join(self._parts).decode(errors="replace")


class _Lines:
    """Hands whole lines on, and remembers the last of them."""

    def __init__(self, on_line: OnLine) -> None:
        self._on_line = on_line
        self._rest = b""
        self._tail = b""

    def add(self, data: bytes) -> None:
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self._hand(line)

    def flush(self) -> None:
        if self._rest:
            self._hand(self._rest)
            self._rest = b""

    def tail(self) -> str:
        return self._tail.decode(errors="replace")

    def _hand(self, line: bytes) -> None:
        self._tail = (self._tail + line + b"\n")[-TAIL_BYTES:]
        self._on_line(line.decode(errors="replace"))


class _nothing:  # noqa: N801 - stands where a context manager stands
    def __enter__(self) -> None:
        return None

    def __exit__(self, *_: object) -> None:
        return None


class _Attendance:
    """Feeds readers until every pipe is at its end, or a little after the last program's end."""

    def __init__(self, started: Sequence[_Started], readers: _Readers, deadline: float) -> None:
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
                for key, _ in self._selector.select(left_s):
                    key.data(key)
        if self._running:
            raise subprocess.TimeoutExpired("", 0)

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


def _elapsed(one: _Started) -> float:
    return time.monotonic() - one.began


def _out(one: _Started) -> IO[bytes]:
    assert one.process.stdout is not None  # noqa: S101 - it was started with a pipe
    return one.process.stdout


def _err(one: _Started) -> IO[bytes]:
    assert one.process.stderr is not None  # noqa: S101 - it was started with a pipe
    return one.process.stderr


def _search_path() -> str:
    return f"{os.environ.get('PATH', '')}:{SBIN}"
