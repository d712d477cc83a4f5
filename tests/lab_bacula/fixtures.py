"""One Bacula for a session of tests."""

import os
import tempfile
from pathlib import Path

import pytest

from tests.lab_bacula.lab import BaculaLab

BIG_BYTES = 6 << 20
# What a name of a file may hold, and a command or a listing may stumble over.
NAMES = (
    "plain", "with space", 'q"uote', "ap'os", "semi;colon", "new\nline", "back\\slash", "tab\there",
    "not utf8 \udcff", "grün", "-dash", "a=b", "%like_", "\njobid=1\n", "sub dir/inner",
    'sub dir/deep\n"/x;y', "sub dir/back\\/z", "empty/nothing",
)  # fmt: skip


@pytest.fixture(scope="session")
def bacula_lab(postgres_url, bacula_programs):
    """Three daemons, their catalog, and files to back up; the same for all tests."""
    with tempfile.TemporaryDirectory(prefix="calypso-bacula-") as folder:
        lab = BaculaLab(Path(folder), postgres_url)
        make_tree(lab.data)
        lab.start()
        yield lab
        lab.stop()
        lab.drop()


def make_tree(folder):
    """Make files with all kinds of names, links to them, and a big one."""
    for name in NAMES:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(os.urandom(1000))
    (folder / "big").write_bytes(os.urandom(BIG_BYTES))
    (folder / "none").write_bytes(b"")
    (folder / "hard").hardlink_to(folder / "plain")
    (folder / "soft").symlink_to("with space")
    (folder / "plain").chmod(0o640)


def tree(folder):
    """Return what there is below a folder: by name, its kind, mode, time and content."""
    folder = Path(folder)
    return {
        os.fsencode(path.relative_to(folder)): _what(path)
        for path in (folder.rglob("*") if folder.exists() else ())
    }


def _what(path):
    status = path.lstat()
    if path.is_symlink():
        return "link", path.readlink()
    if path.is_dir():
        return "folder", status.st_mode
    return "file", status.st_mode, int(status.st_mtime), path.read_bytes()
