"""The only room in which a driver's process is started."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from functools import cached_property, partial
from pathlib import Path
from typing import IO
from uuid import uuid4

from calypso.errors import CommandMissing, CommandTimedOut
from calypso.host import Argv, OnBeat, OnLine, OnStageLine, Ran
from calypso.host.attending import (
    MAX_OUTPUT_BYTES,
    Attendance,
    Kept,
    Lines,
    Readers,
    Started,
    elapsed_s,
    err_of,
    out_of,
    said,
)
from calypso.host.replacing import replace_text
from calypso.host.scope import Scope
from calypso.host.stopping import StopSignal

SBIN = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
OnLog = Callable[[str], None]
OnRan = Callable[[Ran], None]
KILLED = -9


class LocalHost:
    """The real machine. Every process it starts carries a tag and can be ended with all its kin.

    With `cgroups` they live in a cgroup of their own, where this machine delegates one; `end_all`
    removes it, so say so only where that is called.
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
        on_ran: OnRan | None = None,
        env: Mapping[str, str] | None = None,
        cgroups: bool = False,
    ) -> None:
        self._tag = tag or f"host-{uuid4()}"
        self._stop = stop
        self._grace_s = grace_s
        self._log: OnLog = on_log or (lambda _line: None)
        self._ran: OnRan = on_ran or (lambda _ran: None)
        self._env = dict(env or {})
        self._started_any = False
        self._cgroups = cgroups

    @cached_property
    def _scope(self) -> Scope:
        return Scope(self._tag, cgroups=self._cgroups)

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
        out, err = Kept(MAX_OUTPUT_BYTES), Kept(MAX_OUTPUT_BYTES)
        with tempfile.TemporaryFile() if stdin is not None else nullcontext() as source:
            if source is not None and stdin is not None:
                source.write(stdin.encode())
                source.seek(0)
            started = self._start(argv, source or subprocess.DEVNULL, subprocess.PIPE, env)
        pipes = [(out_of(started), out.add), (err_of(started), err.add)]
        codes = self._attend([started], pipes, timeout_s)
        done = Ran(tuple(argv), codes[0], out.text(), err.text(), elapsed_s(started))
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
        out, err = Lines(on_line), Lines(on_line)
        pipes = [(out_of(started), out.add), (err_of(started), err.add)]
        codes = self._attend([started], pipes, timeout_s)
        out.flush()
        err.flush()
        done = Ran(tuple(argv), codes[0], "", err.tail(), elapsed_s(started))
        self._log_ran(done)
        return done

    def pipe(
        self,
        stages: Sequence[Argv],
        *,
        timeout_s: float,
        on_line: OnStageLine | None = None,
        on_beat: OnBeat | None = None,
        env: Mapping[str, str] | None = None,
    ) -> tuple[Ran, ...]:
        """Run programs as a pipe; see `Host.pipe`. The last one's stdout counts as its stderr."""
        tell: OnStageLine = on_line or (lambda _stage, _line: None)
        started = self._start_pipe(stages, env)
        readers = [Lines(partial(tell, stage)) for stage in range(len(stages))]
        watched = [(err_of(one), reader.add) for one, reader in zip(started, readers, strict=True)]
        last = Lines(lambda line: tell(len(stages) - 1, line))
        pipes = [*watched, (out_of(started[-1]), last.add)]
        codes = self._attend(started, pipes, timeout_s, on_beat)
        for reader in (*readers, last):
            reader.flush()
        done = tuple(
            Ran(tuple(argv), code, "", reader.tail(), elapsed_s(one))
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
        replace_text(Path(path), text, mode=mode)

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
    ) -> "Started":
        if self._stop is not None:
            self._stop.check()
        self._log("$ " + " ".join(argv))
        program = self.which(argv[0])
        if program is None:
            raise CommandMissing(f"{argv[0]} is not installed on this machine.", original=argv[0])
        self._started_any = True
        self._scope.open()
        base = {"PATH": _search_path(), "LC_ALL": "C", "HOME": os.environ.get("HOME", "/")}
        process = subprocess.Popen(  # noqa: S603 - argv lists from drivers, never a shell
            list(argv),
            executable=program,
            stdin=stdin,
            stdout=stdout,
            stderr=subprocess.PIPE,
            env={**base, **self._env, **(env or {}), **self._scope.environment()},
            start_new_session=True,
            preexec_fn=self._scope.enter,  # noqa: PLW1509 - prctl must run in the new process
        )
        self._scope.add(process.pid)
        return Started(process)

    def _start_pipe(self, stages: Sequence[Argv], env: Mapping[str, str] | None) -> list["Started"]:
        started: list[Started] = []
        source: int | IO[bytes] = subprocess.DEVNULL
        try:
            for argv in stages:
                started.append(self._start(argv, source, subprocess.PIPE, env))
                if not isinstance(source, int):
                    source.close()  # else a stage never learns that its reader is gone
                source = out_of(started[-1])
        except BaseException:
            self.end_all()
            for one in started:
                one.close()
            raise
        return started

    def _attend(
        self,
        started: Sequence["Started"],
        readers: Readers,
        timeout_s: float,
        on_beat: OnBeat | None = None,
    ) -> list[int]:
        """Feed the readers until all programs have ended; end them on a stop or a timeout."""
        deadline = time.monotonic() + timeout_s
        try:
            Attendance(started, readers, deadline, on_beat).run(self._stop)
            return [one.process.wait() for one in started]
        except subprocess.TimeoutExpired as late:
            self.end_all()
            for one in started:
                words = tuple(str(word) for word in one.process.args)  # type: ignore[union-attr]  # a list here
                self._ran(Ran(words, KILLED, "", "", elapsed_s(one)))
            name = started[0].process.args[0]  # type: ignore[index]  # a list here
            raise CommandTimedOut(f"{name!s} did not end within {timeout_s:g} s.") from late
        except BaseException:
            self.end_all()
            raise
        finally:
            for one in started:
                one.close()

    def _log_ran(self, ran: Ran) -> None:
        self._ran(ran)
        for line in said(ran):
            self._log(line)

    def _say_stuck(self, pids: object) -> None:
        self._log(f"waiting for processes the kernel does not let go: {pids}")


def _search_path() -> str:
    return f"{os.environ.get('PATH', '')}:{SBIN}"
