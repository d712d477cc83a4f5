"""What a tree program says on stderr: progress like `zfs send -vP`, notes, and one last error."""

import errno
import sys
import time
from contextlib import suppress
from pathlib import Path

EVERY_S = 0.5
_ESCAPES = {number: f"\\x{number:02x}" for number in (*range(32), 127)}


class Refusal(Exception):
    """Ends the program with an error of a known kind; see the driver's `errors.py`."""

    def __init__(self, kind: str, message: str) -> None:
        self.kind = kind
        super().__init__(message)


class Meter:
    """Counts bytes and says them twice a second."""

    def __init__(self, name: str) -> None:
        self._name = name
        self.done_bytes = 0
        self._said_at = time.monotonic()

    def add(self, size_bytes: int) -> None:
        """Count bytes as done."""
        self.done_bytes += size_bytes
        if time.monotonic() - self._said_at >= EVERY_S:
            self.say()

    def say(self) -> None:
        """Say how many are done."""
        self._said_at = time.monotonic()
        say(time.strftime("%H:%M:%S"), str(self.done_bytes), self._name)


def say(*words: str) -> None:
    """Say words, separated by tabs, as one line whatever is in them."""
    told = "\t".join(word.translate(_ESCAPES) for word in words)
    with suppress(BrokenPipeError):
        sys.stderr.buffer.write(told.encode("utf-8", "backslashreplace") + b"\n")
        sys.stderr.buffer.flush()


def note(message: str) -> None:
    """Say something worth knowing that is no failure."""
    say("note", message)


def kind_of(error: OSError) -> str:
    """Name what an error of the system means for a backup."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "out_of_space"
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return "not_permitted"
    if error.errno == errno.EPIPE:
        return "reader_gone"
    return "failed"


class PausableMeter(Meter):
    """Counts bytes, and stands still as long as there is a file."""

    def __init__(self, name: str, pause: Path) -> None:
        super().__init__(name)
        self._pause = pause

    def add(self, size_bytes: int) -> None:
        """Count bytes as done, then wait while it is paused."""
        super().add(size_bytes)
        self.wait()

    def wait(self) -> None:
        """Wait while it is paused, saying so twice a second."""
        while self._pause.exists():
            say("paused", self._name)
            time.sleep(EVERY_S)
