"""What is in a tree, told so that two trees that are the same are told the same."""

import hashlib
import os
import stat
from pathlib import Path


def listed(top):
    """Every member of a tree: name, kind, mode, owner, time, content, and who shares its inode."""
    found, inodes = [], {}
    for path in sorted(Path(top).rglob("*")):
        told, within = path.lstat(), os.fsencode(path.relative_to(top))
        shares = told.st_nlink > 1 and not stat.S_ISDIR(told.st_mode)
        twin = inodes.setdefault(told.st_ino, within) if shares else None
        found.append((
            within, kind(told), told.st_mode, told.st_uid, told.st_gid, told.st_mtime_ns,
            content(path, told), twin,
        ))  # fmt: skip
    return found


def kind(told):
    """One word for what a member is."""
    if stat.S_ISDIR(told.st_mode):
        return "folder"
    return "link" if stat.S_ISLNK(told.st_mode) else "file"


def content(path, told):
    """What is in a file, or where a link leads."""
    if stat.S_ISLNK(told.st_mode):
        return path.readlink()
    if stat.S_ISREG(told.st_mode):
        return hashlib.sha256(path.read_bytes()).hexdigest()
    return None
