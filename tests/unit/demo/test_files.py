"""The demo trusts its own eyes; they must see."""

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[3] / "demo"))
from files import checksum, empty, fill


@pytest.fixture
def tree(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "file").write_text("day one")
    (tmp_path / "link").symlink_to("folder/file")
    return tmp_path


@pytest.mark.parametrize(
    "change",
    [
        lambda tree: (tree / "folder" / "file").write_text("day two"),
        lambda tree: (tree / "folder" / "file").chmod(0o600),
        lambda tree: (tree / "folder").rename(tree / "other"),
        lambda tree: os.utime(tree / "folder" / "file", (1, 1)),
        lambda tree: (tree / "new").mkdir(),
        lambda tree: [(tree / "link").unlink(), (tree / "link").symlink_to("folder")],
    ],
)
def test_any_change_changes_the_checksum(tree, change):
    os.utime(tree / "folder" / "file", (0, 0))
    before = checksum(tree)
    change(tree)

    assert checksum(tree) != before


def test_enough_files_are_found(tmp_path):
    assert fill(tmp_path, 2_000_000) >= 2_000_000
    assert sum(one.stat().st_size for one in tmp_path.rglob("*") if one.is_file()) >= 1_000_000

    empty(tmp_path)

    assert list(tmp_path.iterdir()) == []
