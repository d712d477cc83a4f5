"""What stands in tests/recordings is used, and says where it comes from."""

import re
from pathlib import Path

import pytest

from tests.fakes.host import RECORDINGS, read_recording
from tests.unit.drivers.zfs.argv_document import DOCUMENT, LABS, asked

USED = ("openzfs-2.1.11", "openzfs-2.3-documented", "smartctl-documented")
FOLDERS = (*USED, "openzfs-2.1.11-composed", *LABS)
COMPOSED = RECORDINGS / "openzfs-2.1.11-composed"
HERE = Path(__file__).parent


def readme(folder):
    return (folder / "README.md").read_text()


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_file_is_a_recording(folder):
    names = [path for path in (RECORDINGS / folder).iterdir() if path.name != "README.md"]
    assert names
    assert all(read_recording(path).command for path in names)


@pytest.mark.parametrize("folder", USED)
def test_every_recording_has_a_use(folder):
    texts = [path.read_text() for path in HERE.parent.glob("*/*.py")]
    texts += [DOCUMENT.read_text(), readme(COMPOSED)]
    used = {name for _, names in asked().values() for name in names}
    idle = [
        path.name
        for path in (RECORDINGS / folder).glob("*.txt")
        if path.name not in used and not any(path.stem in text for text in texts)
    ]
    assert idle == []


def test_the_page_names_no_recording_that_is_not_there():
    named = r"\b(?:full-pool-|lab\d*-)?\d{3}-[\w-]+"
    rows = re.findall(named, DOCUMENT.read_text() + readme(COMPOSED))
    there = {
        path.stem
        for folder in ("openzfs-2.1.11", *LABS)
        for path in (RECORDINGS / folder).glob("*.txt")
    }
    assert rows
    assert set(rows) <= there


def test_every_composed_file_says_what_it_is_made_from():
    rows = re.findall(r"(?m)^\| `([^`]+)` \|", readme(COMPOSED))
    files = {path.name for path in COMPOSED.glob("*.txt")}
    explained = [{one.name for one in COMPOSED.glob(row)} for row in rows]
    assert all(explained), "a row without a file"
    assert set().union(*explained) == files


def test_what_is_made_up_in_composed_listings_looks_it():
    real = "\n".join(path.read_text() for path in (RECORDINGS / "openzfs-2.1.11").glob("*.txt"))
    for path in COMPOSED.glob("snapshots-*.txt"):
        for row in read_recording(path).stdout.splitlines():
            guid = row.split("\t")[1]
            assert guid.startswith("123") or guid in real
