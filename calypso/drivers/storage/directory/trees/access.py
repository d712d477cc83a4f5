"""Change who may use the files of a tree. Links are not followed, other mounts not entered.

Every file is reached through the open folder it lies in, so that nobody who may write in the tree
can lead the walk out of it by putting a link where a folder was.
"""

import errno
import grp
import os
import pwd
import stat
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from calypso.drivers.storage.directory.trees.acl import Entry, dress, read_entry
from calypso.drivers.storage.directory.trees.report import Meter, Refusal, say

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_KEEP = -1  # as chown takes it


@dataclass(frozen=True)
class Wanted:
    """What to change; `_KEEP` and None leave as it is."""

    uid: int
    gid: int
    file_mode: int | None
    folder_mode: int | None
    acl: tuple[Entry, ...] | None


def change(root: Path, folder: str, told: Mapping[str, Any], *, recursive: bool) -> int:
    """Change a folder below `root`, with `recursive` all in it; returns how many were looked at."""
    wanted = _wanted(told)
    handle = _opened(root, folder)
    if not folder and (count := _estimate(root)):
        say("size", str(count))
    meter = Meter(folder or ".")
    try:
        device = os.fstat(handle).st_dev
        if recursive:
            _walk(handle, device, lambda name, at: _one(wanted, device, name, at, meter))
        _folder(wanted, handle)
        meter.add(1)
    finally:
        os.close(handle)
    meter.say()
    return meter.done_bytes


def _wanted(told: Mapping[str, Any]) -> Wanted:
    acl = told.get("acl")
    return Wanted(
        uid=_id(told.get("owner"), lambda name: pwd.getpwnam(name).pw_uid, "user"),
        gid=_id(told.get("group"), lambda name: grp.getgrnam(name).gr_gid, "group"),
        file_mode=_mode(told.get("file_mode")),
        folder_mode=_mode(told.get("folder_mode")),
        acl=None if acl is None else tuple(_entry(text) for text in acl),
    )


def _entry(text: str) -> Entry:
    return read_entry(
        text,
        uid=lambda name: _id(name, lambda one: pwd.getpwnam(one).pw_uid, "user"),
        gid=lambda name: _id(name, lambda one: grp.getgrnam(one).gr_gid, "group"),
    )


def _id(name: str | None, find: Callable[[str], int], what: str) -> int:
    if name is None:
        return _KEEP
    if name.isdigit():
        return int(name)
    try:
        return find(name)
    except KeyError as unknown:
        raise Refusal("failed", f"there is no {what} {name} on this node") from unknown


def _mode(text: str | None) -> int | None:
    return None if text is None else int(text, 8)


def _opened(root: Path, folder: str) -> int:
    """Open a folder step by step, following no link; the root itself may be reached by one."""
    handle = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    device = os.fstat(handle).st_dev
    for step in (part for part in folder.split("/") if part):
        try:
            below = os.open(step, _FOLDER, dir_fd=handle)
        except OSError as refused:
            raise Refusal("failed", f"{folder} is no folder here: {refused.strerror}") from refused
        finally:
            os.close(handle)
        handle = below
        if step == ".." or os.fstat(handle).st_dev != device:
            os.close(handle)
            raise Refusal("failed", f"{folder} lies outside of this filesystem")
    return handle


def _estimate(root: Path) -> int:
    """Return about how many files there are, where a tree is a file system of its own; else 0."""
    if root.stat().st_dev == root.parent.stat().st_dev:
        return 0
    space = os.statvfs(root)
    return max(0, space.f_files - space.f_ffree)


def _walk(top: int, device: int, act: Callable[[str, int], None]) -> None:
    """Act on all below an open folder of one device, on a folder after what is in it."""
    for entry in _listed(top):
        if entry.is_dir(follow_symlinks=False):
            _enter(entry.name, top, device, act)
        else:
            act(entry.name, top)


def _enter(name: str, above: int, device: int, act: Callable[[str, int], None]) -> None:
    try:
        handle = os.open(name, _FOLDER, dir_fd=above)
    except OSError as refused:
        if refused.errno in (errno.ENOENT, errno.ELOOP, errno.ENOTDIR):
            return  # it was removed, or replaced by something else, this moment
        raise
    try:
        if os.fstat(handle).st_dev == device:
            _walk(handle, device, act)
            act(name, above)
    finally:
        os.close(handle)


def _listed(handle: int) -> Sequence[os.DirEntry[str]]:
    with os.scandir(handle) as found:
        return sorted(found, key=lambda entry: os.fsencode(entry.name))


def _one(wanted: Wanted, device: int, name: str, at: int, meter: Meter) -> None:
    meter.add(1)
    try:
        handle = os.open(name, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=at)
    except FileNotFoundError:
        return  # it was removed this moment
    try:
        found = os.fstat(handle)
        kind = found.st_mode
        if found.st_dev != device:
            return  # something is mounted over it
        if stat.S_ISLNK(kind):
            os.chown(name, wanted.uid, wanted.gid, dir_fd=at, follow_symlinks=False)
        elif stat.S_ISDIR(kind):
            _folder(wanted, handle)
        else:
            dress(handle, wanted.uid, wanted.gid, wanted.file_mode, _of_files(wanted.acl))
    finally:
        os.close(handle)


def _folder(wanted: Wanted, handle: int) -> None:
    dress(handle, wanted.uid, wanted.gid, wanted.folder_mode, wanted.acl)


def _of_files(acl: tuple[Entry, ...] | None) -> tuple[Entry, ...] | None:
    return None if acl is None else tuple(one for one in acl if not one.is_default)
