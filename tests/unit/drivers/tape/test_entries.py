"""Members of a tar stream are found, whatever pieces the stream comes in."""

import io
import json
import random
import subprocess
import tarfile

import pytest

from calypso.drivers.tape.ends.entries import Entries


def found(data, sizes):
    """Feed a stream in pieces; returns the scanner and what it found."""
    entries, got, place = Entries(), [], 0
    view = memoryview(data)
    while place < len(data):
        size = next(sizes)
        got.extend(entries.feed(view[place : place + size]))
        place += size
    return entries, got


def told(entry):
    return (entry.path, entry.kind, entry.size_bytes, str(entry.mtime), entry.start, entry.end)


def pieces(seed):
    dice = random.Random(seed)
    while True:
        yield dice.choice([1, 7, 511, 512, 513, 4096, 10240])


@pytest.fixture
def stream(tmp_path):
    """What GNU tar makes of a tree that needs every kind of header."""
    top = tmp_path / "top"
    top.mkdir()
    (top / ("long" * 60)).write_bytes(b"x" * 1000)
    (top / "two\nlines").write_bytes(b"")
    (top / "ünï").write_bytes(b"y" * 511)
    (top / "link").symlink_to("long" * 60)
    (top / "twin").hardlink_to(top / "ünï")
    with (top / "holes").open("wb") as file:
        file.seek(1 << 20)
        file.write(b"end")
    argv = ["tar", "-c", "--format=posix", "--sparse", "--sort=name", "-C", str(top), "."]
    return subprocess.run(argv, check=True, capture_output=True).stdout


def test_members_are_those_that_the_library_finds(stream):
    _, got = found(stream, pieces(1))

    with tarfile.open(fileobj=io.BytesIO(stream)) as archive:
        expected = [(one.name.encode(), one.size) for one in archive]
    assert [(one.path, one.size_bytes) for one in got] == expected
    kinds = {one.path: one.kind for one in got}
    assert kinds[b"./link"] == "symlink"
    assert sorted(kinds.values()).count("hardlink") == 1


@pytest.mark.parametrize("seed", range(20))
def test_the_pieces_make_no_difference(stream, seed):
    _, whole = found(stream, iter([len(stream)]))
    _, cut = found(stream, pieces(seed))

    assert list(map(told, cut)) == list(map(told, whole))


def test_members_lie_one_behind_the_other(stream):
    _, got = found(stream, pieces(2))

    assert got[0].start == 0
    assert [one.end for one in got[:-1]] == [one.start for one in got[1:]]


def test_what_lies_between_start_and_end_is_an_archive_of_that_member(stream):
    _, got = found(stream, pieces(3))
    one = next(one for one in got if one.path == b"./holes")

    with tarfile.open(fileobj=io.BytesIO(stream[one.start : one.end])) as archive:
        data = archive.extractfile(archive.next()).read()
    assert data == bytes(1 << 20) + b"end"


@pytest.mark.parametrize("seed", range(20))
def test_a_scanner_goes_on_from_what_another_has_noted(stream, seed):
    _, whole = found(stream, iter([len(stream)]))
    cut = random.Random(seed).randrange(len(stream))
    first, got = found(stream[:cut], pieces(seed))
    second = Entries.from_state(json.loads(json.dumps(first.state)))

    got.extend(second.feed(memoryview(stream)[cut:]))

    assert list(map(told, got)) == list(map(told, whole))


def test_what_is_no_tar_archive_is_called_broken():
    entries, got = found(b"\x01" * 4096, iter([4096]))

    assert got == []
    assert entries.is_broken
    assert entries.at == 4096


def test_older_formats_of_gnu_tar_are_read_too(tmp_path):
    (tmp_path / ("long" * 60)).write_bytes(b"x")
    argv = ["tar", "-c", "--format=gnu", "-C", str(tmp_path), "long" * 60]
    made = subprocess.run(argv, check=True, capture_output=True).stdout

    _, [one] = found(made, pieces(4))

    assert one.path == b"long" * 60
    assert one.start == 0
