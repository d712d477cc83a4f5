"""What people do to their files, done where the files are: with the standard library alone."""

import contextlib
import os
from pathlib import Path


def remove(path, _root, _value):
    path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()


def write(path, _root, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(value)


DO = {
    "write": write,
    "remove": remove,
    "rename": lambda path, root, value: path.rename(root / value),
    "link": lambda path, root, value: os.link(path, root / value, follow_symlinks=False),
    "symlink": lambda path, _root, value: path.symlink_to(value),
    "folder": lambda path, _root, _value: path.mkdir(parents=True),
    "mode": lambda path, _root, value: path.chmod(value),
    "time": lambda path, _root, value: os.utime(path, ns=(value, value), follow_symlinks=False),
    "attribute": lambda path, _root, value: os.setxattr(path, "user.calypso", value),
}


def edit_all(root, edits):
    for verb, name, value in edits:
        with contextlib.suppress(OSError):  # no such file, a folder in the way …: so be it
            DO[verb](root / name, root, value)


def seen(root):
    """What a person sees in a tree, by other means than the drivers' own."""
    return {
        str(path.relative_to(root)): (
            path.lstat().st_mode,
            path.lstat().st_nlink,
            str(path.readlink()) if path.is_symlink() else None,
            path.read_bytes() if path.is_file() and not path.is_symlink() else None,
        )
        for path in Path(root).rglob("*")
    }


def overwrite(path, data):
    """Write into a file in place, without making a new one."""
    with path.open("r+b") as file:
        file.write(data)


def fill(folder, files, size_bytes):
    """Make files nobody can compress."""
    for number in range(files):
        (folder / f"file-{number:03}").write_bytes(os.urandom(size_bytes))


def fill_with_everything(path):
    """Make one of each kind a file system can hold."""
    (path / "folder" / "empty").mkdir(parents=True)
    (path / "folder" / "file").write_text("content")
    (path / "folder" / "file").chmod(0o640)
    (path / "folder" / "empty").chmod(0o711)
    os.utime(path / "folder" / "file", ns=(1_600_000_000_123_456_789, 1_600_000_000_123_456_789))
    os.link(path / "folder" / "file", path / "hard-link")
    (path / "soft-link").symlink_to("nowhere/../at all")
    (path / "empty-file").touch()
    (path / "zeros").write_bytes(bytes(3_000_000))
    (path / "line\nbreak").write_text("odd")
    (path / os.fsdecode(b"not-utf8-\xff")).write_text("odd")
    os.mkfifo(path / "fifo", 0o622)
    os.setxattr(path / "folder" / "file", "user.comment", b"kept")
