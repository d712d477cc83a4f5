"""A tape in a drive of the kernel's: /dev/nst*. Standard library only.

Source of the numbers: linux/mtio.h, as on x86, ARM and RISC-V. The device is opened without
waiting: an ordinary open() of an empty drive takes up to two minutes.
"""

import errno
import fcntl
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager

from calypso.drivers.tape.ends.saying import Refusal

MTIOCTOP, MTIOCGET = 0x40086D01, 0x80306D02
MOST_BYTES = 1 << 20  # of a block that is only looked at
MTFSF, MTBSF, MTBSR, MTWEOF, MTREW, MTSETBLK = 1, 2, 4, 5, 6, 20
GMT_EOT, GMT_EOD, GMT_ONLINE, GMT_DR_OPEN = 0x20000000, 0x08000000, 0x01000000, 0x00040000
_STATUS = struct.Struct("@lllllii")  # struct mtget
_OPERATION = struct.Struct("@hi")  # struct mtop


@contextmanager
def opened(device: str, *, writable: bool) -> Iterator[int]:
    """Have a drive for oneself, with a cartridge in it; refuses when it is in use or empty."""
    flags = os.O_RDWR if writable else os.O_RDONLY
    handle = os.open(device, flags | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        refuse_unready(handle)
        yield handle
    finally:
        os.close(handle)


def refuse_unready(handle: int) -> None:
    """Refuse a drive that is empty, or not ready."""
    general, _, _ = status(handle)
    if general & GMT_DR_OPEN:
        raise Refusal("empty", "There is no cartridge in the drive.")
    if not general & GMT_ONLINE:
        raise Refusal("not_ready", "The drive is not ready.")


def status(handle: int) -> tuple[int, int, int]:
    """Return (general bits, file, block); -1 for what the drive does not know."""
    told = fcntl.ioctl(handle, MTIOCGET, bytes(_STATUS.size))
    _, _, _, general, _, file, block = _STATUS.unpack(told)
    return general & 0xFFFFFFFF, file, block


def operate(handle: int, operation: int, count: int) -> None:
    """Let the drive do something."""
    fcntl.ioctl(handle, MTIOCTOP, _OPERATION.pack(operation, count))


class Tape:
    """The tape in a drive; call it inside `opened`."""

    def __init__(self, handle: int, *, is_worm: bool) -> None:
        self._handle, self._is_worm = handle, is_worm
        if status(handle)[1] < 0:
            raise Refusal("position", "Where the tape stands is not known.")
        operate(handle, MTSETBLK, 0)  # each write is a block, whatever its length

    # -- writing

    def begin_writing(self, _block_bytes: int) -> None:
        """Refuse to write where it must not be."""
        if self._is_worm and self._has_data_behind():
            raise Refusal("worm", "The cartridge is written once: write only behind its end.")

    def _has_data_behind(self) -> bool:
        """Look whether anything was written at the present position, and stay there."""
        _, file, block = status(self._handle)
        has_data = bool(self._read(MOST_BYTES)) or not self._is_at_end()
        if block:
            operate(self._handle, MTBSR, int(has_data))
        elif file:  # over the file mark and back: else the kernel takes the tape for full
            operate(self._handle, MTBSF, 1)
            operate(self._handle, MTFSF, 1)
        else:
            operate(self._handle, MTREW, 1)
        return has_data

    def write(self, block: memoryview) -> bool:
        """Write a block; False when the cartridge has no room for it."""
        try:
            return os.write(self._handle, block) == len(block)
        except OSError as failed:
            if failed.errno == errno.ENOSPC:
                return False
            raise

    def mark(self) -> None:
        """End the tape file with a mark; the drive has written all then."""
        operate(self._handle, MTWEOF, 1)

    # -- reading

    def blocks(self, most_bytes: int) -> Iterator[bytes]:
        """Yield the blocks up to the next file mark."""
        count = 0
        while block := self._read(most_bytes):
            count += 1
            yield block
        if not count and self._is_at_end():
            raise Refusal("end_of_data", "Nothing was written beyond this point.")

    def _read(self, most_bytes: int) -> bytes:
        """Return the next block; nothing at a file mark, and where the data ends.

        What comes along with "end of data" was never on the tape: seen on tgt.
        """
        try:
            block = os.read(self._handle, most_bytes)
        except OSError as failed:
            if failed.errno == errno.EIO and self._is_at_end():
                return b""
            raise
        return b"" if self._is_at_end() else block

    def end_reading(self) -> bool:
        """Tell whether a file mark was passed."""
        return not self._is_at_end()

    def _is_at_end(self) -> bool:
        """Tell whether the data end here.

        The kernel says "end of tape" where it meets blank tape and has passed no file mark lately.
        """
        general, _, block = status(self._handle)
        return bool(general & GMT_EOD or (general & GMT_EOT and block <= 1))
