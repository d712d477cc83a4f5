"""Paths of a guest: what pathlib can do with a path, done there."""

from pathlib import PurePosixPath

from tests.lab import inside

VERBS = (
    *("chmod", "exists", "glob", "hardlink_to", "is_dir", "is_file", "is_mount", "is_symlink"),
    *("iterdir", "lstat", "mkdir", "read_bytes", "read_text", "readlink", "rename", "rglob"),
    *("rmdir", "stat", "symlink_to", "touch", "unlink", "write_bytes", "write_text"),
)


def guest_path(line, path):
    """Return a path whose verbs act in the guest; sent there, it is an ordinary one."""

    class GuestPath(PurePosixPath):
        def __fspath__(self):
            raise TypeError(f"{self} is in the guest: functions of `os` get there by `call`")

        def __reduce__(self):
            return inside.as_path, (str(self),)

    for verb in VERBS:
        setattr(GuestPath, verb, _forwarded(line, verb))
    return GuestPath(path)


def _forwarded(line, verb):
    def forwarded(self, *args, **kwargs):
        return line.ask(inside.on_path, verb, str(self), *args, **kwargs)

    return forwarded
