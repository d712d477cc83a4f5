"""What the program says on stderr: how far it is, what it did, or why it could not."""

import errno
import json
import sys
import time
from contextlib import suppress

EVERY_S = 0.5
_ESCAPES = {number: f"\\x{number:02x}" for number in (*range(32), 127)}
# What an errno means of a tape's device or of a file of a cartridge, when nobody knows better.
_KINDS = {
    errno.EBUSY: "busy",
    errno.EROFS: "write_protected",
    errno.EACCES: "not_permitted",
    errno.EPERM: "not_permitted",
    errno.ENOENT: "offline",
    errno.ENXIO: "offline",
    errno.ENODEV: "offline",
    errno.ENOMEDIUM: "empty",
    errno.ENOMEM: "block_too_large",
    errno.ENOSPC: "out_of_space",
    errno.EDQUOT: "out_of_space",
    errno.EPIPE: "reader_gone",
    errno.EIO: "damaged",
}


class Refusal(Exception):
    """Ends the program with an error of a known kind; see `stream.KINDS`."""

    def __init__(self, kind: str, message: str) -> None:
        self.kind = kind
        super().__init__(message)


class Moved:
    """Counts what was moved, and says so twice a second."""

    def __init__(self) -> None:
        self.bytes = self.blocks = 0
        self.is_marked = False
        self._said_at = time.monotonic()

    def add(self, size_bytes: int) -> None:
        """Count one block."""
        self.bytes += size_bytes
        self.blocks += 1
        if time.monotonic() - self._said_at >= EVERY_S:
            self._said_at = time.monotonic()
            say("bytes", str(self.bytes))

    def told(self) -> str:
        """Return the numbers as `stream.py` reads them."""
        return json.dumps({"bytes": self.bytes, "blocks": self.blocks, "is_marked": self.is_marked})


def say(*words: str) -> None:
    """Say words, separated by tabs, as one line whatever is in them."""
    told = "\t".join(word.translate(_ESCAPES) for word in words)
    with suppress(BrokenPipeError):
        sys.stderr.buffer.write(told.encode("utf-8", "backslashreplace") + b"\n")
        sys.stderr.buffer.flush()


def kind_of(error: OSError) -> str:
    """Name what an error of the system means for a tape."""
    return _KINDS.get(error.errno or 0, "failed")
