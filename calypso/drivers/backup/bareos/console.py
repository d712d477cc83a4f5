"""Bareos' bconsole, run as a program: one process for one exchange.

It reads commands line by line, echoes each, and prints what the director says. Where the password
is stands in its own configuration file. Source: Bareos' core/src/console/console.cc.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from calypso.drivers.backup.bareos import answers, errors
from calypso.drivers.backup.bareos.answers import Result
from calypso.drivers.backup.director_refusals import DirectorSilent, ProductMissing
from calypso.drivers.backup.refusals import BadName, Unsupported
from calypso.errors import CommandMissing, CommandTimedOut
from calypso.host import Host, Ran

PROGRAM = "bconsole"
TIMEOUT_S = 30.0
BUILDING_S = 600.0  # the director builds a list of files, or a client counts them
# bconsole takes a longer line for two commands: its buffer is 4096 bytes. Source: mem_pool.cc.
MAX_LINE_BYTES = 4000
MAX_LINES = 200
# What is no UTF-8 stands as surrogates in names of files; JSON cannot tell of it, nor be told.
IN_NO_LINE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
# A file .bconsolerc in HOME holds commands, and what was asked is noted in a history there.
_NO_HOME = {"HOME": "/nonexistent"}


@dataclass(frozen=True)
class Console:
    """A bconsole that is configured for one director. Several threads may use it."""

    host: Host
    config: Path
    program: str = PROGRAM
    timeout_s: float = TIMEOUT_S

    def ask(self, command: str, *, timeout_s: float | None = None) -> Result:
        """Give a command and return its result; refused as the director refuses.

        With `.api json` the director asks nothing: a command that lacks something fails.
        """
        return self.ask_all([command], timeout_s=timeout_s)[0]

    def ask_all(self, commands: Sequence[str], *, timeout_s: float | None = None) -> list[Result]:
        """Give commands that only look, which begin with a dot, and return a result of each."""
        found: list[Result] = []
        for start in range(0, len(commands), MAX_LINES):
            some = commands[start : start + MAX_LINES]
            ran = self._run([answers.JSON, *some, answers.QUIT], timeout_s)
            found += answers.results(ran.stdout, some)
        return found

    def read(self, command: str, *, timeout_s: float | None = None) -> str:
        """Give a command whose answer JSON leaves out, and return the text that it prints.

        A question is cancelled, and refused as DirectorAsked.
        """
        ran = self._run([command, answers.CANCEL, answers.QUIT], timeout_s)
        return answers.text(ran.stdout, command)

    def _run(self, lines: list[str], timeout_s: float | None) -> Ran:
        stdin = "".join(f"{checked(line)}\n" for line in lines)
        allowed_s = timeout_s or self.timeout_s
        try:
            ran = self.host.run(
                [self.program, "-c", str(self.config)],
                timeout_s=allowed_s,
                stdin=stdin,
                env=_NO_HOME,
            )
        except CommandMissing as missing:
            raise ProductMissing(
                f"{self.program} is not here. {errors.HOW_TO_INSTALL}"
            ) from missing
        except CommandTimedOut as late:
            raise DirectorSilent(
                f"The director did not answer {verb(lines)!r} within {allowed_s:g} s."
            ) from late
        if not ran.ok:
            raise errors.not_connected(ran.stdout + ran.stderr)
        return ran


def verb(lines: list[str]) -> str:
    """Return the word that what was asked begins with."""
    return next(line for line in lines if line != answers.JSON).split(" ", maxsplit=1)[0]


def checked(line: str) -> str:
    """Return a line that bconsole takes for one command; BadName, Unsupported.

    A newline would begin another command, and `@` one of bconsole's own, which runs programs.
    """
    if IN_NO_LINE.search(line) or line.startswith("@"):
        raise BadName(f"No command of the director can hold {line!r}.")
    if len(line.encode()) > MAX_LINE_BYTES:
        raise Unsupported(
            f"bconsole takes {MAX_LINE_BYTES} bytes in a command; this {verb([line])} has "
            f"{len(line.encode())}. Choose fewer at a time, or the folder that holds them."
        )
    return line
