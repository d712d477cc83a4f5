"""GNU tar as the maker of an archive's stream: its argv, and what its complaints mean."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from calypso.drivers.tape import BLOCK_BYTES, StreamBroken
from calypso.errors import Conflict
from calypso.host import Argv, OnLine, Ran
from calypso.models.running import RunningJob

MOST_WARNINGS = 100
# POSIX format, and nothing in it that differs from run to run: what was cut off can be gone on with
# only if the stream comes out the same again. Names of the extra headers would hold a process id.
MAKE = (
    "tar",
    "--create",
    "--file=-",
    f"--blocking-factor={BLOCK_BYTES // 512}",  # its records are the tape's blocks
    "--format=posix",
    "--pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime",
    "--sort=name",
    "--numeric-owner",
    "--sparse",
    "--acls",
    "--xattrs",
    "--xattrs-include=*",
    "--no-check-device",
    "--quoting-style=escape",
)


@dataclass(frozen=True)
class Stream:
    """What is archived: who makes the stream, and what becomes of his complaints and his end.

    `is_tried_again`: after a transient failure the job goes on with the archive.
    """

    maker: Argv
    hear: OnLine
    judge: Callable[[Ran], None]
    part_bytes: int
    timeout_s: float
    is_tried_again: bool = False


class SourceUnreadable(Conflict):
    """Something in the source could not be read, so the archive lacks it."""

    code = "archive_source_unreadable"
    title = "Source cannot be read"


class SourceMissing(Conflict):
    """There is no such directory on this machine."""

    code = "archive_source_missing"
    title = "No such directory"


def maker(folder: str, exclude: tuple[str, ...]) -> Argv:
    """Return the first stage of a pipe: prints the tree below a folder as a tar stream."""
    patterns = [f"--exclude={pattern}" for pattern in exclude]
    return [*MAKE, *patterns, f"--directory={folder}", "."]


def refuse_missing(folder: str) -> None:
    """Raise SourceMissing unless there is a directory that can be entered."""
    path = Path(folder)
    if not path.is_dir():
        raise SourceMissing(f"{folder} is no directory of this machine.")


class Complaints:
    """Takes what tar says while it works, and tells in the end what it means."""

    def __init__(self, running: RunningJob) -> None:
        self._running = running
        self._count = 0
        self._last = ""

    def hear(self, line: str) -> None:
        """Take a line of tar's stderr: something changed or vanished, or was not readable."""
        if _IS_NOISE.search(line):
            return
        self._last = line
        self._count += 1
        if self._count <= MOST_WARNINGS:
            self._running.warn("source_changed", line)

    def judge(self, ran: Ran) -> None:
        """Raise what tar's end means. 1: files changed as they were read, which is a warning."""
        if self._count > MOST_WARNINGS:
            more = self._count - MOST_WARNINGS
            self._running.warn("source_changed", f"… and {more} more complaints of tar")
        if ran.code in (0, 1):
            return
        if ran.code < 0:
            raise StreamBroken(f"tar was killed (signal {-ran.code}).", original=ran.stderr)
        raise SourceUnreadable(
            f"tar could not read all of the source: {self._last or ran.complaint}. "
            "What it could read is on the tape, and the archive is called broken."
        )


_IS_NOISE = re.compile(r"socket ignored|Exiting with failure status due to previous errors")
