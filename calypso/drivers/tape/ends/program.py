"""The end of a pipe that is a tape: `python -I -S -B program.py VERB KIND TARGET ARGUMENT`.

    write  device /dev/nst0 BLOCK_BYTES [worm]    stdin → one tape file, then a file mark
    read   device /dev/nst0 BLOCK_BYTES           up to the next file mark → stdout
    peek   device /dev/nst0 BLOCK_BYTES           the first block of a tape file → stdout, as hex
    mark   device /dev/nst0 COUNT [worm]          file marks
    …      folder DRIVE_FOLDER …                  the same on a cartridge that is a folder

Standard library only, so that it starts in a few hundredths of a second. It may be killed at any
point. On stderr: `bytes N` twice a second; last `end JSON`, or `error KIND TEXT JSON`.
"""

import fcntl
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import ModuleType
from typing import Protocol

if __name__ == "__main__":
    # The packages above bring in the protocol and with it pydantic, not in reach under -S.
    path, names = Path(__file__).parent, ["calypso", "drivers", "tape", "ends"]
    while names:
        package = ModuleType(".".join(names))
        package.__path__ = [str(path)]
        sys.modules[package.__name__] = package
        path, names = path.parent, names[:-1]

from calypso.drivers.tape.ends import device, folder
from calypso.drivers.tape.ends.saying import Moved, Refusal, kind_of, say

F_SETPIPE_SZ, PIPE_BYTES = 1031, 1 << 20


class Tape(Protocol):
    """What both kinds of tape can do."""

    def begin_writing(self, block_bytes: int, /) -> None:
        """Get ready to write at the position; 0: nothing but marks."""

    def write(self, block: memoryview, /) -> bool:
        """Write a block; False when there is no room."""

    def mark(self) -> None:
        """Write a file mark."""

    def blocks(self, most_bytes: int) -> Iterator[bytes]:
        """Yield the blocks up to the next file mark."""

    def end_reading(self) -> bool:
        """Stand behind what was read; tells whether a file mark was passed."""


def _write(tape: Tape, block_bytes: int, moved: Moved) -> None:
    widen(0)
    tape.begin_writing(block_bytes)
    room = True
    for block in _blocks(block_bytes):
        room = tape.write(block)
        if not room:
            break
        moved.add(len(block))
    tape.mark()
    moved.is_marked = True
    if not room:
        raise Refusal("end_of_medium", "The cartridge is full.")


def _blocks(block_bytes: int) -> Iterator[memoryview]:
    """Yield what comes on stdin in blocks; only the last may be shorter."""
    block = memoryview(bytearray(block_bytes))
    with os.fdopen(0, "rb", buffering=0) as source:
        have = 0
        while got := source.readinto(block[have:]):
            have += got
            if have == block_bytes:
                yield block
                have = 0
        if have:
            yield block[:have]


def _read(tape: Tape, block_bytes: int, moved: Moved) -> None:
    widen(1)
    for block in tape.blocks(block_bytes):
        _put(block)
        moved.add(len(block))
    moved.is_marked = tape.end_reading()


def _put(block: bytes) -> None:
    rest = memoryview(block)
    while rest:
        rest = rest[os.write(1, rest) :]


def _mark(tape: Tape, count: int, moved: Moved) -> None:
    for _ in range(count):
        tape.begin_writing(0)
        tape.mark()
    moved.is_marked = True


def _peek(tape: Tape, block_bytes: int, moved: Moved) -> None:
    blocks = tape.blocks(block_bytes)
    first = next(blocks, b"")
    moved.add(len(first))
    if next(blocks, None) is None:
        moved.is_marked = tape.end_reading()  # it was all there is: the tape stands behind it
    sys.stdout.write(first.hex())
    sys.stdout.flush()


def widen(pipe: int) -> None:
    """Let more than a block lie in the pipe: each end then waits less for the other."""
    with suppress(OSError):  # it is no pipe, or the machine allows no more
        fcntl.fcntl(pipe, F_SETPIPE_SZ, PIPE_BYTES)


VERBS = {"write": _write, "read": _read, "mark": _mark, "peek": _peek}


@contextmanager
def opened(kind: str, target: str, *, writable: bool, is_worm: bool) -> Iterator[Tape]:
    """Have the tape of a drive for oneself."""
    if kind == "device":
        with device.opened(target, writable=writable) as handle:
            yield device.Tape(handle, is_worm=is_worm)
    else:
        with folder.opened(Path(target)) as cartridge:
            yield folder.Tape(Path(target), cartridge)


def main(argv: Sequence[str]) -> int:
    """Do one thing; 0, or 1 with the reason as the last line on stderr."""
    verb, kind, target, number, *options = argv
    moved = Moved()
    try:
        with opened(
            kind, target, writable=verb in ("write", "mark"), is_worm="worm" in options
        ) as tape:
            VERBS[verb](tape, int(number), moved)
    except Refusal as refused:
        say("error", refused.kind, str(refused), moved.told())
    except OSError as failed:
        say("error", kind_of(failed), f"{target}: {failed.strerror}", moved.told())
    else:
        say("end", moved.told())
        return 0
    return 1


if __name__ == "__main__":
    os._exit(main(sys.argv[1:]))  # nothing is left to do, and a closed pipe must not print more
