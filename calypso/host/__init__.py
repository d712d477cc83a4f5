"""The machine, as drivers and `up` see it: a port that starts processes and reads files.

`host.local.LocalHost` is the real one; `tests/fakes/host.py` answers from recordings.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

Argv = Sequence[str]
OnLine = Callable[[str], bool | None]  # True: heard, and of no use to anybody else
OnStageLine = Callable[[int, str], bool | None]
OnBeat = Callable[[], None]


@dataclass(frozen=True)
class Ran:
    """What a program did: exit code (negative: killed by that signal) and what it printed."""

    argv: tuple[str, ...]
    code: int
    stdout: str
    stderr: str
    elapsed_s: float

    @property
    def ok(self) -> bool:
        """True for exit code 0."""
        return self.code == 0

    @property
    def complaint(self) -> str:
        """The first line that says what was wrong: one that starts with `cannot`, or the first."""
        lines = [line for line in self.stderr.splitlines() if line.strip()]
        named = [line for line in lines if line.startswith(("cannot ", "warning: cannot "))]
        return (named or lines or [f"exit status {self.code}"])[0]


class Host(Protocol):
    """One machine and the right to act on it.

    Every verb that starts a process: argv lists only, no shell, `LC_ALL=C`, stdin empty unless
    given. When the job is cancelled the processes are ended, seen dead, and JobCancelled is
    raised. A missing program raises CommandMissing; one that takes longer than `timeout_s` is
    killed and raises CommandTimedOut. An exit code other than 0 raises nothing. A line that was
    for whoever heard it alone, such as how far a program is, is neither kept nor logged: `on_line`
    says True of it.
    """

    def run(
        self,
        argv: Argv,
        *,
        timeout_s: float,
        stdin: str | None = None,
        env: Mapping[str, str] | None = None,
    ) -> Ran:
        """Run a program to its end and return what it printed."""

    def stream(
        self,
        argv: Argv,
        *,
        timeout_s: float,
        on_line: OnLine,
        env: Mapping[str, str] | None = None,
    ) -> Ran:
        """Run a program; each line of its stdout and stderr goes to `on_line` as it comes.

        The returned `stdout` is empty, `stderr` holds the last lines.
        """

    def pipe(
        self,
        stages: Sequence[Argv],
        *,
        timeout_s: float,
        on_line: OnStageLine | None = None,
        on_beat: OnBeat | None = None,
        env: Mapping[str, str] | None = None,
    ) -> tuple[Ran, ...]:
        """Run programs as a pipe; `on_line(stage, line)` gets each line of their stderr.

        `on_beat` is called about once a second, whether they say anything or not; what it raises
        ends them. Returns one Ran for each stage: look at every code, not only the last.
        """

    def which(self, program: str) -> str | None:
        """Return the path of a program, or None; looks in the sbin folders too."""

    def exists(self, path: Path | str) -> bool:
        """Tell whether there is anything at `path`."""

    def read_text(self, path: Path | str) -> str:
        """Return a file's text; FileNotFoundError as usual."""

    def write_text(self, path: Path | str, text: str, *, mode: int = 0o644) -> None:
        """Replace a file's text atomically: written aside, flushed, renamed."""
