"""POSIX access lists as the kernel takes them: an extended attribute of a fixed form.

Source: linux include/uapi/linux/posix_acl.h and posix_acl_xattr.h.
"""

import errno
import os
import stat
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from calypso.drivers.storage.directory.trees.report import Refusal

ACCESS, DEFAULT = "system.posix_acl_access", "system.posix_acl_default"
_HEAD, _ENTRY = struct.Struct("<I"), struct.Struct("<HHI")
_VERSION = 2
_USER_OBJ, _USER, _GROUP_OBJ, _GROUP, _MASK, _OTHER = 1, 2, 4, 8, 16, 32
_NOBODY = 0xFFFFFFFF
_NO_LIST = (errno.ENODATA, errno.EOPNOTSUPP)
_BITS = {"r": 4, "w": 2, "x": 1, "-": 0}


@dataclass(frozen=True)
class Entry:
    """What one more user or group may do; `is_default`: what new files in a folder begin with."""

    tag: int
    id: int
    perm: int
    is_default: bool


def read_entry(text: str, *, uid: Callable[[str], int], gid: Callable[[str], int]) -> Entry:
    """Read `[default:]user|group:NAME:rwx`."""
    try:
        kind, name, perm = text.removeprefix("default:").split(":")
        tag, number = {"user": (_USER, uid), "group": (_GROUP, gid)}[kind]
        bits = sum(_BITS[letter] for letter in perm)
    except (KeyError, ValueError) as wrong:
        raise Refusal("failed", f"{text!r} is no entry of an access list") from wrong
    return Entry(tag, number(name), bits, is_default=text.startswith("default:"))


def dress(handle: int, uid: int, gid: int, mode: int | None, acl: tuple[Entry, ...] | None) -> None:
    """Give an open file (O_PATH is enough, and no link) its owner, its mode and its access list.

    The owner first: changing it takes the set-user-ID bits away.
    """
    path = f"/proc/self/fd/{handle}"
    if (uid, gid) != (-1, -1):
        os.chown(path, uid, gid)
    if mode is not None:
        os.chmod(path, mode)  # noqa: PTH101 - a path of /proc
    if acl is not None:
        _attach(path, acl, mode)


def _attach(path: str, acl: tuple[Entry, ...], mode: int | None) -> None:
    found = os.stat(path)  # noqa: PTH116 - a path of /proc
    base = found.st_mode if mode is not None else _without_mask(path, found.st_mode)
    named = [one for one in acl if not one.is_default]
    _put(path, ACCESS, named, base)
    if stat.S_ISDIR(found.st_mode):
        _put(path, DEFAULT, [one for one in acl if one.is_default], base)


def _put(path: str, attribute: str, named: Sequence[Entry], base: int) -> None:
    try:
        if named:
            os.setxattr(path, attribute, packed(named, base))
            return
        _remove(path, attribute)
        if attribute == ACCESS:
            os.chmod(path, stat.S_IMODE(base))  # noqa: PTH101 - the mask is gone from the group's bits
    except OSError as refused:
        if refused.errno == errno.EOPNOTSUPP:
            message = "this filesystem keeps no access lists; on ZFS set acltype=posixacl first"
            raise Refusal("failed", message) from refused
        raise


def _remove(path: str, attribute: str) -> None:
    try:
        os.removexattr(path, attribute)
    except OSError as refused:
        if refused.errno not in _NO_LIST:
            raise


def packed(named: Sequence[Entry], mode: int) -> bytes:
    """Return a list of the mode's own entries and further ones; the mask allows all of these."""
    group = (mode >> 3) & 7
    mask = group
    for one in named:
        mask |= one.perm
    entries = [
        (_USER_OBJ, (mode >> 6) & 7, _NOBODY),
        *sorted((one.tag, one.perm, one.id) for one in named if one.tag == _USER),
        (_GROUP_OBJ, group, _NOBODY),
        *sorted((one.tag, one.perm, one.id) for one in named if one.tag == _GROUP),
        (_MASK, mask, _NOBODY),
        (_OTHER, mode & 7, _NOBODY),
    ]
    return _HEAD.pack(_VERSION) + b"".join(_ENTRY.pack(*one) for one in entries)


def _without_mask(path: str, mode: int) -> int:
    """Return a mode whose group bits are the group's: with a list they show the mask instead."""
    try:
        text = os.getxattr(path, ACCESS)
    except OSError as refused:
        if refused.errno in _NO_LIST:
            return mode
        raise
    for tag, perm, _ in _ENTRY.iter_unpack(text[_HEAD.size :]):
        if tag == _GROUP_OBJ:
            return (mode & ~0o070) | (int(perm) << 3)
    return mode
