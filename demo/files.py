"""Real files of this machine, and what a tree looks like, found without asking Calypso."""

import hashlib
import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

SOURCES = ("/usr/bin", "/usr/lib", "/usr/share", "/opt")
PIECE_BYTES = 8 << 20


def fill(folder: Path, least_bytes: int) -> int:
    """Copy files of this machine until there are enough bytes; returns how many there are."""
    size = 0
    for source in _files():
        if size >= least_bytes:
            return size
        target = folder / str(source).lstrip("/")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target, follow_symlinks=False)
        except OSError:
            target.unlink(missing_ok=True)  # not ours to read, or gone
            continue
        size += target.lstat().st_size
    while size < least_bytes:  # a very small machine
        (folder / f"made-{size}").write_bytes(os.urandom(PIECE_BYTES))
        size += PIECE_BYTES
    return size


def empty(folder: Path) -> None:
    """Remove everything in a folder."""
    for one in folder.iterdir():
        if one.is_dir() and not one.is_symlink():
            shutil.rmtree(one)
        else:
            one.unlink()


def checksum(tree: Path, *, writable: bool = True, whole_s: bool = False) -> str:
    """Return a digest over every path, kind, mode, link target, content and time of a file.

    Without `writable` it says nothing of who may write; `whole_s` leaves out parts of a second.
    """
    counts = ~0 if writable else ~0o222
    total = hashlib.sha256()
    for path in sorted(tree.rglob("*"), key=os.fsencode):
        found = path.lstat()
        total.update(os.fsencode(path.relative_to(tree)) + f"|{found.st_mode & counts:o}|".encode())
        if stat.S_ISLNK(found.st_mode):
            total.update(os.fsencode(path.readlink()))
        elif stat.S_ISREG(found.st_mode):
            total.update(str(int(found.st_mtime) if whole_s else found.st_mtime_ns).encode())
            with path.open("rb") as file:
                total.update(hashlib.file_digest(file, "sha256").digest())
    return total.hexdigest()


def _files() -> Iterator[Path]:
    for source in SOURCES:
        for folder, folders, names in os.walk(source):
            folders.sort()
            for name in sorted(names):
                path = Path(folder, name)
                if stat.S_IFMT(path.lstat().st_mode) in (stat.S_IFREG, stat.S_IFLNK):
                    yield path
