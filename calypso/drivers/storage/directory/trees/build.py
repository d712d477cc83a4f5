"""Build a tree aside from entries and contents, then give each thing what is about it.

A sealed tree is a snapshot's: nobody may write in it, whatever the true modes are; these stay in
the manifest. Metadata of folders is set last, deepest first, since filling them changes it.
"""

import ctypes
import fcntl
import hashlib
import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO

from calypso.drivers.storage.directory.trees.manifest import FIFO, FOLDER, LINK, Entry
from calypso.drivers.storage.directory.trees.report import Refusal, note
from calypso.drivers.storage.directory.trees.walk import (
    CHUNK_BYTES,
    OnBytes,
    hash_of,
    open_plain,
)

FICLONE = 0x40049409  # linux/fs.h: share the blocks of another file
WRITE_BITS = 0o222
REMOVE_ATTEMPTS = 5  # a killed program may leave one more file behind the first


class Builder:
    """Makes things under `root`; call `finish` at the end."""

    def __init__(self, root: Path, *, sealed: bool) -> None:
        self._root, self._sealed = root, sealed
        self._folders: list[Entry] = []

    def add(self, entry: Entry, fill: Callable[[Path], object] | None = None) -> None:
        """Make a thing; `fill` makes a file with its content at the path it is given."""
        path = self._root / entry.path
        if entry.kind == FOLDER:
            path.mkdir(mode=0o700)
            self._folders.append(entry)
        elif entry.same_as:
            os.link(self._root / entry.same_as, path, follow_symlinks=False)
        else:
            self._make(entry, path, fill)
            self.dress(entry)

    def _make(self, entry: Entry, path: Path, fill: Callable[[Path], object] | None) -> None:
        if entry.kind == LINK:
            path.symlink_to(entry.target)
        elif entry.kind == FIFO:
            os.mkfifo(path, 0o600)
        elif fill is not None and entry.size_bytes:
            fill(path)
        else:
            path.touch(mode=0o600, exist_ok=False)

    def finish(self) -> None:
        """Give folders their modes and times."""
        for entry in reversed(self._folders):
            self.dress(entry)

    def dress(self, entry: Entry) -> None:
        """Give a thing its owner, attributes, mode and times."""
        path = self._root / entry.path
        _give_owner(path, entry)
        if entry.kind != LINK:
            for name, value in entry.xattrs.items():
                _attach(path, entry, name, value)
            path.chmod(entry.mode & ~WRITE_BITS if self._sealed else entry.mode)
        os.utime(path, ns=(entry.mtime_ns, entry.mtime_ns), follow_symlinks=False)


def copy_hashed(source: Path, to: Path, on_bytes: OnBytes) -> tuple[str, int]:
    """Copy a file, blocks shared where the file system can; (SHA-256, bytes) of the copy.

    FileNotFoundError when the file has vanished; nothing is made then.
    """
    with open_plain(source) as reading, to.open("x+b", buffering=0) as writing:
        if not _share(reading, writing):
            return _copy(reading, writing, on_bytes)
        sha256 = hash_of(writing, on_bytes)
        return sha256, writing.tell()


def bring(source: Path, entry: Entry, to: Path) -> None:
    """Make `to` a copy of a snapshot's file; one that is copied must still match its checksum."""
    with open_plain(source) as reading, to.open("xb", buffering=0) as writing:
        if _share(reading, writing):
            return
        sha256, _ = _copy(reading, writing, lambda _size: None)
    if sha256 != entry.sha256:
        raise Refusal("damaged", f"{source} does not match its checksum any more")


def remove(path: Path) -> None:
    """Remove a tree, sealed folders included; nothing happens when it is gone."""
    if os.geteuid() != 0:
        _unseal(path)
    for attempt in range(1, REMOVE_ATTEMPTS + 1):
        try:
            shutil.rmtree(path)
        except FileNotFoundError:
            if not path.exists():
                return
        except OSError:
            if attempt == REMOVE_ATTEMPTS:
                raise
        else:
            return


def sync_file_system(path: Path) -> None:
    """Return when all that was written to the file system of `path` is on disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        if ctypes.CDLL(None, use_errno=True).syncfs(handle):
            failed = ctypes.get_errno()
            raise OSError(failed, os.strerror(failed), str(path))
    finally:
        os.close(handle)


def _share(reading: IO[bytes], writing: IO[bytes]) -> bool:
    try:
        fcntl.ioctl(writing.fileno(), FICLONE, reading.fileno())
    except OSError:  # the file system cannot, or not for these two
        return False
    return True


def _copy(reading: IO[bytes], writing: IO[bytes], on_bytes: OnBytes) -> tuple[str, int]:
    total, size_bytes = hashlib.sha256(), 0
    while data := reading.read(CHUNK_BYTES):
        total.update(data)
        size_bytes += len(data)
        _write_all(writing.fileno(), data)
        on_bytes(len(data))
    return total.hexdigest(), size_bytes


def _write_all(handle: int, data: bytes) -> None:
    """Write all of it; blocks of zeros become holes."""
    if not data.strip(b"\0"):
        os.ftruncate(handle, os.lseek(handle, len(data), os.SEEK_CUR))
        return
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]


def _give_owner(path: Path, entry: Entry) -> None:
    if os.geteuid() == 0:
        os.chown(path, entry.uid, entry.gid, follow_symlinks=False)
    elif entry.gid != path.lstat().st_gid:
        with suppress(PermissionError):  # a group of which we are not; the manifest keeps it
            os.chown(path, -1, entry.gid, follow_symlinks=False)


def _attach(path: Path, entry: Entry, name: str, value: str) -> None:
    try:
        os.setxattr(path, name, bytes.fromhex(value))
    except OSError as refused:
        note(f"attribute {name} of {entry.path} cannot be set: {refused.strerror}")


def _unseal(path: Path) -> None:
    """Let an ordinary user empty folders without write bits; links are not followed."""
    with suppress(FileNotFoundError):
        path.chmod(0o700)
    for folder, folders, _ in os.walk(path):
        for name in folders:
            inner = Path(folder, name)
            if not inner.is_symlink():
                inner.chmod(0o700)
