"""Read a tree: every file, folder, link and fifo, in a fixed order, with all that is about it."""

import errno
import hashlib
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import IO

from calypso.drivers.storage.directory.trees.manifest import FIFO, FILE, FOLDER, LINK, Entry
from calypso.drivers.storage.directory.trees.report import note

CHUNK_BYTES = 1 << 20
_KINDS = {stat.S_IFREG: FILE, stat.S_IFDIR: FOLDER, stat.S_IFLNK: LINK, stat.S_IFIFO: FIFO}
_ANYBODYS = ("user.", "system.posix_acl_")
_ROOTS = ("security.capability", "trusted.")  # only root may set them
_NO_XATTRS = (errno.ENOTSUP, errno.ENODATA)  # the file system has none, or it has just gone
OnBytes = Callable[[int], object]


class Walk:
    """Goes through a tree once; remembers hard links on the way.

    What vanishes meanwhile is left out and noted; so is what can be in no backup, such as sockets.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._first: dict[tuple[int, int], str] = {}

    def __iter__(self) -> Iterator[Entry]:
        """Yield entries without hashes, folders before what is in them, names in byte order."""
        waiting = ["."]
        while waiting:
            path = waiting.pop()
            entry = self._look(path)
            if entry is None:
                continue
            yield entry
            if entry.kind == FOLDER:
                names = sorted(self._names(path), key=os.fsencode, reverse=True)
                waiting.extend(name if path == "." else f"{path}/{name}" for name in names)

    def forget(self, path: str) -> None:
        """Let the next hard link of a file stand for it, since this one has vanished."""
        self._first = {node: first for node, first in self._first.items() if first != path}

    def _names(self, path: str) -> list[str]:
        try:
            return [one.name for one in (self._root / path).iterdir()]
        except (FileNotFoundError, NotADirectoryError):
            note(f"gone while it was read: {path}")
            return []

    def _look(self, path: str) -> Entry | None:
        full = self._root / path
        try:
            found = full.lstat()
            kind = _KINDS.get(stat.S_IFMT(found.st_mode))
            if kind is None:
                note(f"left out, since it is neither file, folder, link nor fifo: {path}")
                return None
            return self._entry(path, full, found, kind)
        except FileNotFoundError:
            if path == ".":
                raise
            note(f"gone while it was read: {path}")
            return None

    def _entry(self, path: str, full: Path, found: os.stat_result, kind: str) -> Entry:
        same_as = self._same_as(path, found) if kind != FOLDER and found.st_nlink > 1 else ""
        return Entry(
            path=path,
            kind=kind,
            mode=stat.S_IMODE(found.st_mode),
            uid=found.st_uid,
            gid=found.st_gid,
            mtime_ns=found.st_mtime_ns,
            size_bytes=found.st_size if kind == FILE and not same_as else 0,
            target=os.readlink(full) if kind == LINK else "",  # noqa: PTH115 - Path would tidy it up
            same_as=same_as,
            xattrs=_xattrs(full) if kind in (FILE, FOLDER) else {},
        )

    def _same_as(self, path: str, found: os.stat_result) -> str:
        first = self._first.setdefault((found.st_dev, found.st_ino), path)
        return "" if first == path else first


def hashed(root: Path) -> Iterator[Entry]:
    """Yield the entries of a tree with the hashes of its files."""
    walk = Walk(root)
    for entry in walk:
        if entry.kind != FILE or entry.same_as or not entry.size_bytes:
            yield entry
            continue
        with open_plain(root / entry.path) as file:
            yield replace(entry, sha256=hash_of(file))


def open_plain(path: Path) -> IO[bytes]:
    """Open a file for reading; FileNotFoundError when something else stands there by now.

    A link that somebody put in its place is not followed, a fifo not waited for.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as refused:
        if refused.errno in (errno.ELOOP, errno.ENXIO):
            raise FileNotFoundError(errno.ENOENT, "no file any more", str(path)) from refused
        raise
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise FileNotFoundError(errno.ENOENT, "no file any more", str(path))
    return os.fdopen(handle, "rb", buffering=0)


def hash_of(file: IO[bytes], on_bytes: OnBytes = lambda _size: None) -> str:
    """Return the SHA-256 of what is left to read."""
    total = hashlib.sha256()
    while data := file.read(CHUNK_BYTES):
        total.update(data)
        on_bytes(len(data))
    return total.hexdigest()


def _xattrs(path: Path) -> dict[str, str]:
    """Return what users and, to root, the system attached; not what belongs to the machine."""
    wanted = (*_ANYBODYS, *_ROOTS) if os.geteuid() == 0 else _ANYBODYS
    try:
        names = [
            name for name in os.listxattr(path, follow_symlinks=False) if name.startswith(wanted)
        ]
        return {
            name: os.getxattr(path, name, follow_symlinks=False).hex() for name in sorted(names)
        }
    except OSError as refused:
        if refused.errno in _NO_XATTRS:
            return {}
        raise
