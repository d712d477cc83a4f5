"""What is in a tree, told so that two trees that are the same are told the same."""

import hashlib
import os
import stat


def listed(top):
    """Every member of a tree: name, kind, mode, owner, time, content, and who shares its inode."""
    root, found, inodes = os.fsencode(top), [], {}
    for folder, folders, files in os.walk(root):
        for name in sorted([*folders, *files]):
            path = os.path.join(folder, name)
            told = os.lstat(path)
            within = os.path.relpath(path, root)
            first = inodes.setdefault(told.st_ino, within) if told.st_nlink > 1 else within
            twin = None if stat.S_ISDIR(told.st_mode) else first
            found.append((
                within, kind(told), told.st_mode, told.st_uid, told.st_gid, told.st_mtime_ns,
                content(path, told), twin,
            ))  # fmt: skip
    return sorted(found, key=lambda one: one[0])


def kind(told):
    """One word for what a member is."""
    if stat.S_ISDIR(told.st_mode):
        return "folder"
    return "link" if stat.S_ISLNK(told.st_mode) else "file"


def content(path, told):
    """What is in a file, or where a link leads."""
    if stat.S_ISLNK(told.st_mode):
        return os.readlink(path)
    if stat.S_ISREG(told.st_mode):
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    return None
