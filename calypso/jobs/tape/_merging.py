"""Putting a restored tree into a directory where there may be something already.

Every step goes from an opened directory to a name in it, and follows no symbolic link: what lies in
the target cannot lead the restore out of it.
"""

import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum
from pathlib import Path

from calypso.errors import Conflict
from calypso.models.raw_path import shown

MOST_NAMED = 10


class Replace(StrEnum):
    """What becomes of a file that is there already."""

    REFUSE = "refuse"  # nothing is restored at all
    KEEP = "keep"
    NEWER = "newer"  # replaced by one that was changed later
    ALWAYS = "always"


class TargetExists(Conflict):
    """Something that would be restored is there already."""

    code = "restore_target_exists"
    title = "There already"


class Merge:
    """Moves what lies in one folder into another on the same file system."""

    def __init__(self, source: Path, target: Path, replace: Replace) -> None:
        self._source, self._target, self._replace = source, target, replace
        self.kept: list[str] = []

    def run(self) -> None:
        """Move all; TargetExists before anything is moved, if that is how it was asked."""
        if self._replace is Replace.REFUSE:
            self._refuse()
        with _folder(self._source) as source, _folder(self._target) as target:
            self._move(source, target, "")

    def _refuse(self) -> None:
        with _folder(self._source) as source, _folder(self._target) as target:
            there = [shown(path) for path in _clashes(source, target, "")]
        if there:
            more = "" if len(there) <= MOST_NAMED else f" and {len(there) - MOST_NAMED} more"
            raise TargetExists(
                f"In {self._target} there are already {', '.join(there[:MOST_NAMED])}{more}. Say "
                "what becomes of them, or restore to another directory. Nothing was changed."
            )

    def _move(self, source: int, target: int, below: str) -> None:
        with _opened_up(source):
            for name in os.listdir(source):
                self._move_one(source, target, name, below)

    def _move_one(self, source: int, target: int, name: str, below: str) -> None:
        mine, theirs = _look(source, name), _look(target, name)
        if theirs is None:
            _rename(source, target, name, is_folder=_is_folder(mine))
        elif _is_folder(mine) and _is_folder(theirs):
            with _folder(name, source) as inner, _folder(name, target) as into:
                self._move(inner, into, f"{below}{name}/")
        elif mine is not None and self._replaces(mine, theirs):
            self._put(source, target, name)
        else:
            self.kept.append(below + name)

    def _replaces(self, mine: os.stat_result, theirs: os.stat_result) -> bool:
        """Tell whether a file gives way. A folder with all that is in it never does."""
        if _is_folder(theirs) or self._replace in (Replace.KEEP, Replace.REFUSE):
            return False
        return self._replace is Replace.ALWAYS or mine.st_mtime_ns > theirs.st_mtime_ns

    @staticmethod
    def _put(source: int, target: int, name: str) -> None:
        is_folder = _is_folder(_look(source, name))
        if is_folder:
            os.unlink(name, dir_fd=target)
        _rename(source, target, name, is_folder=is_folder)


def _rename(source: int, target: int, name: str, *, is_folder: bool) -> None:
    """Move one thing, over what is no folder. A folder that nobody may write to does not move."""
    if not is_folder:
        os.rename(name, name, src_dir_fd=source, dst_dir_fd=target)
        return
    with _folder(name, source) as inner, _opened_up(inner):
        os.rename(name, name, src_dir_fd=source, dst_dir_fd=target)


@contextmanager
def _opened_up(folder: int) -> Iterator[None]:
    """Let its owner, who need not be root, change a folder meanwhile; then it is as it was."""
    mode = stat.S_IMODE(os.fstat(folder).st_mode)
    os.fchmod(folder, mode | stat.S_IRWXU)
    try:
        yield
    finally:
        os.fchmod(folder, mode)


def _clashes(source: int, target: int, below: str) -> Iterator[str]:
    for name in os.listdir(source):
        mine, theirs = _look(source, name), _look(target, name)
        if _is_folder(mine) and _is_folder(theirs):
            with _folder(name, source) as inner, _folder(name, target) as into:
                yield from _clashes(inner, into, f"{below}{name}/")
        elif theirs is not None:
            yield below + name


@contextmanager
def _folder(name: Path | str, within: int | None = None) -> Iterator[int]:
    follow = 0 if within is None else os.O_NOFOLLOW
    handle = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC | follow, dir_fd=within)
    try:
        yield handle
    finally:
        os.close(handle)


def _look(folder: int, name: str) -> os.stat_result | None:
    try:
        return os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return None


def _is_folder(told: os.stat_result | None) -> bool:
    return told is not None and stat.S_ISDIR(told.st_mode)


def remove(folder: Path) -> None:
    """Remove a folder that a restore made, and all in it; one that is gone is fine."""
    with suppress(FileNotFoundError):
        folder.chmod(stat.S_IRWXU)
        for path, inner, _ in os.walk(folder):  # who is not root needs to be let in
            for one in (Path(path, name) for name in inner):
                if not one.is_symlink():
                    one.chmod(stat.S_IRWXU)
        shutil.rmtree(folder)
