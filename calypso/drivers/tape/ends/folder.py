"""A cartridge that is a folder: one plain file per tape file. Standard library only.

`000000.b262144` is tape file 0, made of blocks of 262144 bytes of which only the last may be
shorter; a file mark follows it. `000001.b65536.open` was cut off: no file mark, and the tape ends
there. So what is on a cartridge is what lies in its folder, and renaming is writing the mark.
"""

import fcntl
import json
import os
import re
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from calypso.drivers.tape.ends.saying import Refusal

ABOUT, POSITION, LOCK = "cartridge.json", "position.json", "lock"
# struct flock: a lock on all of a file, which unlike flock(2) can be asked for without taking it.
_LOCK = struct.Struct("@hhqqi4x")
_WHOLE = _LOCK.pack(fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
_NAME = re.compile(r"(\d{6,})\.b(\d+)(\.open)?")


class TapeFile(NamedTuple):  # no dataclass: to import that takes longer than most runs
    """One tape file, as its name and size tell."""

    path: Path
    number: int
    block_bytes: int
    is_marked: bool
    size_bytes: int

    @property
    def blocks(self) -> int:
        """How many blocks it has."""
        return -(-self.size_bytes // self.block_bytes) if self.block_bytes else 0

    def offset(self, block: int) -> int:
        """Return where a block begins."""
        return min(block * self.block_bytes, self.size_bytes)


def files(cartridge: Path) -> list[TapeFile]:
    """Return what is on a cartridge, up to the first gap in the numbers."""
    found = sorted(_files(cartridge), key=lambda one: one.number)
    return [one for number, one in enumerate(found) if one.number == number]


def _files(cartridge: Path) -> Iterator[TapeFile]:
    for path in cartridge.iterdir():
        if told := _NAME.fullmatch(path.name):
            number, block_bytes, is_open = int(told[1]), int(told[2]), bool(told[3])
            yield TapeFile(path, number, block_bytes, not is_open, path.stat().st_size)


def end(found: list[TapeFile]) -> tuple[int, int]:
    """Return (file, block) behind all that was written."""
    if found and not found[-1].is_marked:
        return found[-1].number, found[-1].blocks
    return len(found), 0


def used_bytes(found: list[TapeFile]) -> int:
    """Return how much was written."""
    return sum(one.size_bytes for one in found)


def loaded(drive: Path) -> Path | None:
    """Return the folder of the cartridge in a drive, or an element of any kind; None when empty."""
    return next((path.parent for path in sorted(drive.glob(f"*/{ABOUT}"))), None)


def about(cartridge: Path) -> dict[str, Any]:
    """Return what a cartridge is."""
    told: dict[str, Any] = json.loads((cartridge / ABOUT).read_text(encoding="utf-8"))
    return told


def position(drive: Path) -> tuple[int, int] | None:
    """Return (file, block) where a drive's tape stands; None when nobody knows."""
    try:
        told = json.loads((drive / POSITION).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return int(told["file"]), int(told["block"])


def place_at(drive: Path, at: tuple[int, int] | None) -> None:
    """Note where a drive's tape stands."""
    if at is None:
        (drive / POSITION).unlink(missing_ok=True)
    else:
        write_json(drive / POSITION, {"file": at[0], "block": at[1]})


def write_json(path: Path, told: Any) -> None:
    """Replace a small file at once."""
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    with aside.open("w", encoding="utf-8") as file:
        file.write(json.dumps(told, indent=1, sort_keys=True) + "\n")
        file.flush()
        os.fsync(file.fileno())
    aside.rename(path)


@contextmanager
def opened(drive: Path) -> Iterator[Path]:
    """Have a drive for oneself, with the cartridge in it; refuses when it is in use or empty."""
    handle = _lock_file(drive)
    try:
        try:
            fcntl.fcntl(handle, fcntl.F_OFD_SETLK, _WHOLE)
        except BlockingIOError:
            raise Refusal("busy", "The drive is in use.") from None
        if (cartridge := loaded(drive)) is None:
            raise Refusal("empty", "There is no cartridge in the drive.")
        yield cartridge
    finally:
        os.close(handle)


def is_in_use(drive: Path) -> bool:
    """Tell whether somebody has a drive open, without being in anybody's way."""
    handle = _lock_file(drive)
    try:
        told = fcntl.fcntl(handle, fcntl.F_OFD_GETLK, _WHOLE)
        return bool(_LOCK.unpack(told)[0] != fcntl.F_UNLCK)
    finally:
        os.close(handle)


def _lock_file(drive: Path) -> int:
    return os.open(drive / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


class Tape:
    """The tape in a drive; call it inside `opened`."""

    def __init__(self, drive: Path, cartridge: Path) -> None:
        self._drive, self._cartridge = drive, cartridge
        at = position(drive)
        if at is None:
            raise Refusal("position", "Where the tape stands is not known.")
        self._file, self._block = at
        self._about = about(cartridge)
        self._handle = -1
        self._room_bytes = 0
        self._path = cartridge

    # -- writing

    def begin_writing(self, block_bytes: int) -> None:
        """Drop all behind the position and get ready; 0: nothing but marks will be written."""
        found = files(self._cartridge)
        if not block_bytes:  # nothing but marks
            block_bytes = found[self._file].block_bytes if self._block else 1
        self._refuse_writing(found, block_bytes)
        place_at(self._drive, None)  # until this ends well
        for one in reversed(found[self._file + (self._block > 0) :]):
            one.path.unlink()
        kept = [one for one in found if one.number < self._file]
        self._path = self._cartridge / f"{self._file:06d}.b{block_bytes}.open"
        if self._block:
            found[self._file].path.rename(self._path)
        self._handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        os.ftruncate(self._handle, self._block * block_bytes)
        begun = os.lseek(self._handle, 0, os.SEEK_END)
        self._room_bytes = int(self._about["capacity_bytes"]) - used_bytes(kept) - begun

    def _refuse_writing(self, found: list[TapeFile], block_bytes: int) -> None:
        self._refuse_damaged()
        if self._about["is_write_protected"]:
            raise Refusal("write_protected", "The cartridge is write-protected.")
        if self._about["kind"] == "cleaning":
            raise Refusal("cleaning", "It is a cleaning cartridge.")
        if self._about["kind"] == "worm" and (self._file, self._block) != end(found):
            raise Refusal("worm", "The cartridge is written once: write only behind its end.")
        if self._block and found[self._file].block_bytes != block_bytes:
            raise Refusal("unsupported", "A tape file of folders has blocks of one size.")

    def write(self, block: memoryview) -> bool:
        """Write a block; False when the cartridge has no room for it."""
        if len(block) > self._room_bytes:
            return False
        rest = block
        while rest:
            rest = rest[os.write(self._handle, rest) :]
        self._room_bytes -= len(block)
        return True

    def mark(self) -> None:
        """End the tape file with a mark, for good."""
        os.fsync(self._handle)
        os.close(self._handle)
        if self._path.stat().st_size:
            self._path.rename(self._path.with_suffix(""))
        else:
            self._path.rename(self._cartridge / f"{self._file:06d}.b0")
        sync(self._cartridge)
        self._file, self._block = self._file + 1, 0
        place_at(self._drive, (self._file, 0))

    # -- reading

    def blocks(self, most_bytes: int) -> Iterator[bytes]:
        """Yield the blocks up to the next file mark."""
        self._refuse_damaged()
        found = files(self._cartridge)
        if (self._file, self._block) == end(found) or self._file >= len(found):
            raise Refusal("end_of_data", "Nothing was written beyond this point.")
        file = found[self._file]
        if file.block_bytes > most_bytes:
            raise Refusal("block_too_large", f"Blocks of {file.block_bytes} bytes are on the tape.")
        place_at(self._drive, None)
        with file.path.open("rb") as source:
            source.seek(file.offset(self._block))
            while block := source.read(file.block_bytes):
                self._block += 1
                yield block

    def end_reading(self) -> bool:
        """Note where the tape stands behind what was read; tells whether a file mark was passed."""
        file = files(self._cartridge)[self._file]
        behind = (self._file + 1, 0) if file.is_marked else (self._file, file.blocks)
        place_at(self._drive, behind)
        return file.is_marked

    def _refuse_damaged(self) -> None:
        if self._about.get("is_damaged"):
            raise Refusal("damaged", "The tape can no longer be read or written.")


def sync(folder: Path) -> None:
    """Put a folder's names on the disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
