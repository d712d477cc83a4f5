"""An archive is the same each time, and one that reaches outside its folder leaves nothing."""

import io
import os
import tarfile

import pytest
import zstandard

from calypso.drivers.system import archive, bundle
from calypso.drivers.system.bundle_refusals import ArchiveWrong
from tests.unit.drivers.system import bundles


@pytest.fixture
def packed(tmp_path):
    folder = bundles.make(tmp_path / "source" / "calypso-1.2.0")
    archive.pack(folder, tmp_path / "calypso-1.2.0.tar.zst", at=1_700_000_000)
    return tmp_path / "calypso-1.2.0.tar.zst"


def written(path, *entries):
    """Write an archive of these (name, type, content or link)."""
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w") as tar:
        for name, kind, content in entries:
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = kind, content if kind in {b"1", b"2"} else ""
            body = content.encode() if kind == tarfile.REGTYPE else b""
            entry.size = len(body)
            tar.addfile(entry, io.BytesIO(body))
    path.write_bytes(zstandard.compress(raw.getvalue()))
    return path


def test_what_was_packed_comes_out_whole(packed, tmp_path):
    folder = archive.unpack(packed, tmp_path / "out")

    assert folder == tmp_path / "out" / "calypso-1.2.0"
    assert bundle.verify(folder, [bundles.KEY.public]) == bundles.MANIFEST
    assert os.access(folder / "scripts" / "unpack.sh", os.X_OK)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["calypso-1.2.0"]


def test_the_same_files_make_the_same_bytes_whatever_their_times_and_owner(packed, tmp_path):
    folder = tmp_path / "source" / "calypso-1.2.0"
    for path in folder.rglob("*"):
        os.utime(path, (1, 1))
    (folder / "scripts").chmod(0o700)
    archive.pack(folder, tmp_path / "again", at=1_700_000_000)

    assert (tmp_path / "again").read_bytes() == packed.read_bytes()


def test_it_holds_no_name_of_who_made_it(packed):
    with zstandard.open(packed) as raw, tarfile.open(fileobj=raw, mode="r|") as tar:
        owners = {(one.uid, one.gid, one.uname, one.gname, one.mtime) for one in tar}

    assert owners == {(0, 0, "", "", 1_700_000_000)}


def test_unpacking_again_replaces_what_was_there(packed, tmp_path):
    folder = archive.unpack(packed, tmp_path / "out")
    (folder / "left-over").write_text("x")

    archive.unpack(packed, tmp_path / "out")

    assert not (folder / "left-over").exists()


def test_what_a_killed_one_left_is_removed_first(packed, tmp_path):
    left = tmp_path / "out" / f"{packed.name}.partial"
    (left / "calypso-1.2.0").mkdir(parents=True)
    (left / "calypso-1.2.0" / "half").write_text("x")

    folder = archive.unpack(packed, tmp_path / "out")

    assert not (folder / "half").exists()
    assert not left.exists()


@pytest.mark.parametrize(
    "entry",
    [
        ("../evil", tarfile.REGTYPE, "x"),
        ("calypso-1/../../evil", tarfile.REGTYPE, "x"),
        ("/tmp/calypso-evil", tarfile.REGTYPE, "x"),
        ("calypso-1/./a", tarfile.REGTYPE, "x"),
        ("calypso-1/link", tarfile.SYMTYPE, "/etc"),
        ("calypso-1/link", tarfile.LNKTYPE, "calypso-1/a"),
        ("calypso-1/pipe", tarfile.FIFOTYPE, ""),
        ("calypso-1/device", tarfile.BLKTYPE, ""),
    ],
)
def test_a_hostile_entry_is_refused_by_name_and_nothing_stays(tmp_path, entry):
    made = written(tmp_path / "evil.tar.zst", ("calypso-1/a", tarfile.REGTYPE, "x"), entry)

    with pytest.raises(ArchiveWrong, match="plain files and folders"):
        archive.unpack(made, tmp_path / "out")

    assert list((tmp_path / "out").iterdir()) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["evil.tar.zst", "out"]


@pytest.mark.parametrize("second", ["calypso-1/a", "calypso-1/a/b"])
def test_a_second_file_of_one_name_is_refused(tmp_path, second):
    entries = [(name, tarfile.REGTYPE, "x") for name in ("calypso-1/a", second)]

    with pytest.raises(ArchiveWrong, match="twice"):
        archive.unpack(written(tmp_path / "x.tar.zst", *entries), tmp_path / "out")


def test_one_with_two_folders_or_none_is_refused(tmp_path):
    two = (("a/x", tarfile.REGTYPE, "x"), ("b/x", tarfile.REGTYPE, "x"))

    for entries in (two, ()):
        with pytest.raises(ArchiveWrong, match="folders"):
            archive.unpack(written(tmp_path / "x.tar.zst", *entries), tmp_path / "out")


def test_one_that_unpacks_for_ever_ends_early(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "MAX_BYTES", 1000)
    made = written(tmp_path / "x.tar.zst", ("a/x", tarfile.REGTYPE, "x" * 1001))

    with pytest.raises(ArchiveWrong, match="more than any release"):
        archive.unpack(made, tmp_path / "out")


@pytest.mark.parametrize("kept", [0, 10, 200])
def test_one_cut_short_or_damaged_is_refused(packed, tmp_path, kept):
    packed.write_bytes(packed.read_bytes()[:kept])

    with pytest.raises(ArchiveWrong, match="Fetch it again"):
        archive.unpack(packed, tmp_path / "out")


def test_a_flipped_bit_is_noticed_wherever_it_changes_anything(packed, tmp_path):
    """Some bits are how the same bytes are packed another way."""
    whole = packed.read_bytes()
    expected = tree(archive.unpack(packed, tmp_path / "out"))
    noticed = 0
    for at in range(len(whole)):
        packed.write_bytes(whole[:at] + bytes([whole[at] ^ 4]) + whole[at + 1 :])
        try:
            assert tree(archive.unpack(packed, tmp_path / "out")) == expected
        except ArchiveWrong:
            noticed += 1
    assert noticed > 0.98 * len(whole)


def tree(folder):
    return {
        (str(path.relative_to(folder)), path.stat().st_mode, path.is_dir() or path.read_bytes())
        for path in folder.rglob("*")
    }
