"""Private folders for what must touch no disk and outlive no process: keys, for tools like ssh.

They lie in memory where the machine has such a place. Who made one holds a lock on it while they
live; whoever makes the next one removes those that nobody holds, so that a kill leaves nothing for
long.
"""

import fcntl
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from calypso.errors import Misconfigured

MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of our own there, checked to be ours


class PrivateFolder:
    """A folder that only this user may enter; `close` removes it with all that is in it."""

    def __init__(self, base: Path | None = None) -> None:
        self._base = _ours(base or _place())
        sweep(self._base)
        self._lock, self.path = _claimed(self._base)

    def close(self) -> None:
        """Remove it; twice is as good as once."""
        if self._lock < 0:
            return
        _remove(self.path)
        os.close(self._lock)
        self._lock = -1


def sweep(base: Path | None = None) -> None:
    """Remove what dead processes of this user left."""
    base = base or _place()
    if not base.exists():
        return
    for lock in _ours(base).glob("*.lock"):
        _remove_if_dead(lock)


def _place() -> Path:
    """Return where private folders lie: what systemd or the session gave, memory, or the disk."""
    given = os.environ.get("RUNTIME_DIRECTORY", "").partition(":")[0]
    for candidate in (given, os.environ.get("XDG_RUNTIME_DIR", ""), str(MEMORY)):
        if candidate and os.access(candidate, os.W_OK | os.X_OK):
            return Path(candidate) / f"calypso-private-{os.geteuid()}"
    return Path(tempfile.gettempdir()) / f"calypso-private-{os.geteuid()}"


def _ours(base: Path) -> Path:
    """Return a folder that is ours alone; Misconfigured when somebody else put something there."""
    with suppress(FileExistsError):
        base.mkdir(mode=0o700)
    found = base.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o077:
        raise Misconfigured(f"{base} is not a folder of this user alone. Remove it.")
    return base


def _claimed(base: Path) -> tuple[int, Path]:
    """Make a folder under a lock; the lock comes first, so that no sweep takes it for dead."""
    while True:
        path = base / uuid4().hex
        handle = os.open(path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(handle, fcntl.LOCK_EX)
        if _is_still_there(path.with_suffix(".lock"), handle):
            path.mkdir(mode=0o700)
            return handle, path
        os.close(handle)  # a sweep was between the two


def _is_still_there(path: Path, handle: int) -> bool:
    try:
        return path.stat().st_ino == os.fstat(handle).st_ino
    except FileNotFoundError:
        return False


def _remove_if_dead(lock: Path) -> None:
    for handle in _opened(lock):
        with suppress(BlockingIOError):
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _remove(lock.with_suffix(""))


def _opened(lock: Path) -> Iterator[int]:
    try:
        handle = os.open(lock, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        yield handle
    finally:
        os.close(handle)


def _remove(path: Path) -> None:
    shutil.rmtree(path, ignore_errors=True)
    path.with_suffix(".lock").unlink(missing_ok=True)
