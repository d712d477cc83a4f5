"""Files as Bacula lists them, read; fed by recordings of real directors."""

import stat
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calypso.drivers.backup import (
    DirectorUnreadable,
    FileKind,
)
from calypso.drivers.backup.bacula import files, lstat, text
from tests.fakes.director import recorded


def packets(recordings, name, command):
    """Return the packets of a recorded answer."""
    items = dict(recorded(name, recordings))[command.encode()]
    return [item for item in items if isinstance(item, bytes)]


def printed(recordings, name, command):
    return text.readable(b"".join(packets(recordings, name, command)))


# ---- files


def test_files_of_a_folder_are_read(recordings):
    listed = packets(recordings, "ended", '.bvfs_lsfiles jobid=1 path="/lab/data/"')
    told = files.Answer("", tuple(listed), (), ())
    found = {one.path: one for one in files._entries(told, "/lab/data/")}

    assert found["/lab/data/plain"].size_bytes == 1000
    assert found["/lab/data/soft"].kind is FileKind.LINK
    assert found["/lab/data/not utf8 \udcff"].kind is FileKind.FILE
    assert "/lab/data/\njobid=1\n" in found
    assert "/lab/data/tab\there" in found
    links = [one.link_index for one in found.values() if one.path[10:] in ("plain", "hard")]
    assert sorted(map(bool, links)) == [False, True]


def test_a_listing_that_makes_no_sense_is_told_as_such():
    for wrong in (
        b"a\tb\n",
        b"1\t2\t3\t4\tP4A\tname\n",
        b"1\t2\t3\t4\t!!\tname\n",
        b"\t\t\t\t\t\n",
    ):
        with pytest.raises(DirectorUnreadable):
            files._entry(wrong, "/")
    with pytest.raises(DirectorUnreadable):
        files._version(b"1\t2\t3\n")


@pytest.mark.parametrize("ending", [b"\n", b"\t1\n"])  # newer ones tell the kind of volume too
def test_a_version_is_read_as_older_and_newer_directors_print_it(ending):
    lstat_of = b"P4A KkUH IGk C A A A Po BAA I BrCITV BrCITT BrCITT K A C"
    line = b"\t".join([b"3", b"53", b"54", b"2", lstat_of, b"c2hh", b"Vol-0001", b"1"])

    told = files._version(line + ending)

    assert (told.file_id, told.run_id, told.size_bytes) == (54, 2, 1000)
    assert (told.checksum, told.volume, told.in_changer) == ("c2hh", "Vol-0001", True)


def test_a_file_is_decoded_from_what_bacula_keeps():
    told = lstat.entry(
        path="/a", text="P4A KkUH IGk C A A A Po BAA I BrCITV BrCITT BrCITT K A C",
        file_id=1, run_id=2, path_id=3, name_id=4,
    )  # fmt: skip

    assert told.kind is FileKind.FILE
    assert told.size_bytes == 1000
    assert told.mode == 0o644
    assert told.link_index == 10
    assert told.modified_at == datetime(2026, 11, 26, 19, 13, 23, tzinfo=UTC)


def test_of_a_folder_on_the_way_nothing_is_known():
    told = lstat.entry(
        path="/a/", text=" ".join(["A"] * 14), file_id=0, run_id=0, path_id=3, name_id=0
    )

    assert told.kind is FileKind.FOLDER
    assert (told.size_bytes, told.modified_at, told.mode) == (None, None, None)


@given(st.integers(min_value=-(2**63), max_value=2**63))
def test_numbers_survive_bacula_s_base64(value):
    digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    written, left = "", abs(value)
    while left or not written:
        written, left = digits[left % 64] + written, left // 64

    assert lstat.number("-" * (value < 0) + written) == value


def test_a_folder_is_known_by_its_mode_as_well():
    mode = stat.S_IFDIR | 0o755
    digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    word = digits[mode >> 12] + digits[(mode >> 6) & 63] + digits[mode & 63]
    numbers = ["A"] * 14
    numbers[2] = word

    told = lstat.entry(path="/a", text=" ".join(numbers), file_id=1, run_id=1, path_id=1, name_id=1)

    assert told.kind is FileKind.FOLDER
