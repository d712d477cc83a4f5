"""Tape libraries with small cartridges, and trees to archive."""

import os

import pytest

from tests.acceptance.tape.shelves import ChangerShelf, FileShelf

EMULATED_S = 900  # for a test in a guest; alone on a machine it takes half a minute
CHANGER = pytest.param(
    "changer", marks=[pytest.mark.real("changer"), pytest.mark.timeout(EMULATED_S)]
)


@pytest.fixture(params=["filelib", CHANGER])
def shelf(request, tmp_path):
    """A library with four cartridges of pool `weekly`, the same on each product."""
    if request.param == "filelib":
        return FileShelf(tmp_path, count=4)
    return ChangerShelf(tmp_path, 4, request.getfixturevalue("lab_changer"))


@pytest.fixture
def tree(tmp_path):
    """A directory with names and kinds of files that are hard to archive."""
    top = tmp_path / "tree"
    (top / "deep" / "er").mkdir(parents=True)
    (top / "plain").write_bytes(b"plain\n")
    (top / "two\nlines").write_bytes(b"two\n")
    (top / os.fsdecode(b"not-\xff-utf8")).write_bytes(b"bytes\n")
    (top / "ünïcode ✓").write_bytes(b"unicode\n")
    (top / "-rf").write_bytes(b"dash\n")
    (top / "deep" / ("long" * 60)).write_bytes(b"long\n")
    (top / "deep" / "er" / "link").symlink_to("../../plain")
    (top / "deep" / "er" / "twin").hardlink_to(top / "plain")
    (top / "empty").mkdir()
    os.utime(top / "plain", ns=(1_700_000_000_123_456_789, 1_700_000_000_123_456_789))
    return top


@pytest.fixture
def big_tree(tree):
    """The same with data enough for three cartridges."""
    for number in range(9):
        (tree / f"data{number}").write_bytes(os.urandom((1 << 20) + number))
    return tree
