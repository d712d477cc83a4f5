"""docs/zfs-argv.md tells the truth about what the driver runs and what was seen for real."""

import re
from pathlib import Path

import pytest

from calypso.drivers.storage import Storage, zfs
from tests.unit.drivers.zfs import scenarios
from tests.unit.drivers.zfs.argv_document import DOCUMENT, asked, document, form, seen

SOURCES = "\n".join(path.read_text() for path in Path(zfs.__file__).parent.glob("*.py"))


def test_the_page_is_as_the_driver_is():
    written = DOCUMENT.read_text()
    assert written == document(), "write it: python -m tests.unit.drivers.zfs.argv_document"


def test_every_verb_of_the_protocol_is_asked_in_some_way():
    verbs = {name for name in dir(Storage) if not name.startswith("_")}
    source = Path(scenarios.__file__).read_text()
    called = set(re.findall(r"storage\.(\w+)\(", source))
    assert verbs - called == {"resume_token", "at"}  # asked by every send; runs nothing


def test_every_verb_of_zfs_in_the_source_stands_on_the_page():
    written = set(re.findall(r'"(zfs|zpool)", "([\w-]+)"', SOURCES))
    listed = {tuple(command.split()[:2]) for command in asked()}
    assert written
    assert written <= listed


def test_a_command_counts_as_seen_only_in_the_very_same_form():
    assert "033-zpool-list-Hp.txt" in seen()["zpool list -Hp -o POOL_COLUMNS"]
    assert "zpool list -p -H -o POOL_COLUMNS" not in seen()
    assert "126-recv-resume.txt" in seen()["zfs receive -s -u DATASET"]
    assert "zfs receive -u -s DATASET" not in seen()


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("zfs destroy tank/d1@a,b,c", "zfs destroy DATASET@NAME,NAME"),
        ("zfs destroy tank/d1@a%b", "zfs destroy DATASET@NAME%NAME"),
        ("zfs send -i @a tank/d1@b", "zfs send -i @NAME SNAPSHOT"),
        ("zfs recv -s tank/d1", "zfs receive -s DATASET"),
        ("zfs hold keep tank@a", "zfs hold TAG SNAPSHOT"),
        ("zfs create -V 64M -o a=b -o c=d tank/v", "zfs create -V SIZE -o PROPERTY DATASET"),
        ("zpool create t mirror /dev/a /dev/b", "zpool create POOL mirror DEVICE"),
        ("zfs list -d 1 -t snapshot -o name tank", "zfs list -d 1 -t snapshot -o name DATASET"),
        ("zfs set a=b c=d tank/d1", "zfs set PROPERTY DATASET"),
        ("zfs inherit quota tank/d1", "zfs inherit PROPERTY DATASET"),
        ("zfs version", "zfs version"),
    ],
)
def test_the_form_of_a_command_keeps_its_words_and_not_its_values(command, expected):
    assert form(command.split()) == expected
