"""What was archived comes back, bit for bit, from the cartridges that hold it."""

import os
import subprocess

import pytest

from calypso.drivers.tape import CartridgeMissing
from calypso.jobs.tape._choosing import PathMissing
from calypso.jobs.tape._merging import TargetExists
from calypso.jobs.tape._reading import ArchiveDamaged
from calypso.jobs.tape._restoring import TAKE, LinkMissing, RestoreFailed, TargetFull
from calypso.models.access import Actor, Role
from tests.acceptance.tape.shelves import TYPES
from tests.acceptance.tape.trees import listed


def read(shelf, archive, target, running=None, **params):
    given = {"archive": archive, "drive": shelf.drive, "target": str(target)} | params
    return shelf.run("archive_read", running, **given)


def test_an_archive_over_three_cartridges_comes_back_bit_for_bit(shelf, big_tree, tmp_path):
    done = shelf.write(big_tree)

    got = read(shelf, done.archive, tmp_path / "back")

    assert len(got.cartridges) == 3
    assert listed(tmp_path / "back") == listed(big_tree)


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("two\nlines", b"two\nlines"),
        (r"not-\xff-utf8", b"not-\xff-utf8"),
        ("ünïcode ✓", "ünïcode ✓".encode()),
        ("-rf", b"-rf"),
        ("deep/" + "long" * 60, b"deep/" + b"long" * 60),
    ],
)
def test_a_file_of_any_name_comes_back_alone(shelf, tree, tmp_path, asked, name):
    done = shelf.write(tree)

    read(shelf, done.archive, tmp_path / "back", paths=(asked,))

    within = os.fsdecode(name)
    assert (tmp_path / "back" / within).read_bytes() == (tree / within).read_bytes()
    assert len([one for one in listed(tmp_path / "back") if one[1] == "file"]) == 1


def test_one_file_is_read_from_the_cartridge_that_has_it_alone(shelf, big_tree, tmp_path):
    done = shelf.write(big_tree)
    last = shelf.books.archive(done.archive).parts[-1]
    shelf.carry_away(*done.cartridges[:-1])

    got = read(shelf, done.archive, tmp_path / "back", paths=("two\nlines",))

    assert got.cartridges == [last.barcode]
    assert (tmp_path / "back" / "two\nlines").read_bytes() == b"two\n"


def test_a_cartridge_that_is_not_there_is_named_before_anything_is_read(shelf, big_tree, tmp_path):
    done = shelf.write(big_tree)
    away = done.cartridges[1]
    shelf.carry_away(away)
    running = shelf.running()

    with pytest.raises(CartridgeMissing, match=f"Not in library {shelf.library}: {away}"):
        read(shelf, done.archive, tmp_path / "back", running)
    assert not any(one.get("phase", "").startswith("loading") for one in running.reports)


def test_a_folder_comes_back_with_all_below(shelf, tree, tmp_path):
    done = shelf.write(tree)

    read(shelf, done.archive, tmp_path / "back", paths=("deep/er", "plain"))

    assert (tmp_path / "back/deep/er/link").is_symlink()
    assert (tmp_path / "back/plain").samefile(tmp_path / "back/deep/er/twin")


def test_a_hard_link_without_its_file_is_refused_by_name(shelf, tree, tmp_path):
    done = shelf.write(tree)

    with pytest.raises(LinkMissing, match="another name of"):
        read(shelf, done.archive, tmp_path / "back", paths=("plain",))


def test_a_path_that_is_not_in_the_archive_is_named(shelf, tree, tmp_path):
    done = shelf.write(tree)

    with pytest.raises(PathMissing, match="no nothing/here in"):
        read(shelf, done.archive, tmp_path / "back", paths=("nothing/here",))


def test_a_damaged_tape_leaves_the_target_as_it_was(shelf, big_tree, tmp_path):
    done = shelf.write(big_tree)
    part = shelf.books.archive(done.archive).parts[1]
    shelf.spoil(part)
    target = tmp_path / "back"

    with pytest.raises(ArchiveDamaged, match=f"tape file {part.file} of {part.barcode}"):
        read(shelf, done.archive, target)
    assert list(target.iterdir()) == []
    assert shelf.books.medium(part.barcode).read_errors == 1


def test_files_that_are_there_are_not_replaced_unless_asked(shelf, tree, tmp_path):
    done = shelf.write(tree)
    target = tmp_path / "back"
    target.mkdir()
    (target / "-rf").write_bytes(b"mine\n")

    with pytest.raises(TargetExists, match="-rf"):
        read(shelf, done.archive, target)
    assert [one.name for one in target.iterdir()] == ["-rf"]
    assert read(shelf, done.archive, target, replace="keep").kept == ["-rf"]
    assert (target / "-rf").read_bytes() == b"mine\n"
    read(shelf, done.archive, target, replace="always")
    assert (target / "-rf").read_bytes() == b"dash\n"


def test_newer_replaces_what_is_older(shelf, tree, tmp_path):
    done = shelf.write(tree)
    target = tmp_path / "back"
    target.mkdir()
    for name, moved_s in (("-rf", -3600), ("two\nlines", 3600)):
        (target / name).write_bytes(b"mine\n")
        when = (tree / name).stat().st_mtime + moved_s
        os.utime(target / name, (when, when))

    kept = read(shelf, done.archive, target, replace="newer").kept

    assert kept == ["two\nlines"]
    assert (target / "-rf").read_bytes() == b"dash\n"


def test_a_link_in_the_target_does_not_lead_out_of_it(shelf, tree, tmp_path):
    done = shelf.write(tree)
    outside, target = tmp_path / "outside", tmp_path / "back"
    outside.mkdir()
    target.mkdir()
    (target / "deep").symlink_to(outside)

    read(shelf, done.archive, target, replace="always")

    assert list(outside.iterdir()) == []
    assert (target / "deep" / "er").is_dir()


@pytest.fixture
def small(tmp_path):
    """A directory on a file system of 2 MiB."""
    place = tmp_path / "small"
    place.mkdir()
    tried = ["mount", "-t", "tmpfs", "-o", "size=2m", "calypso-test", str(place)]
    if subprocess.run(tried, check=False, capture_output=True).returncode:
        pytest.skip("a small file system cannot be mounted here; that takes root")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_target_without_room_is_refused_before_any_tape_is_read(shelf, big_tree, small):
    done = shelf.write(big_tree)

    with pytest.raises(TargetFull, match="2097152 bytes free"):
        read(shelf, done.archive, small)


def test_a_target_that_becomes_full_is_left_empty(shelf, tree, small, monkeypatch):
    (tree / "more").write_bytes(os.urandom(3 << 20))
    done = shelf.write(tree)
    monkeypatch.setattr(os, "statvfs", lambda _path: os.statvfs_result([4096] * 10 + [255]))

    with pytest.raises(TargetFull, match="became full"):
        read(shelf, done.archive, small)
    assert list(small.iterdir()) == []


@pytest.mark.parametrize("replace", ["refuse", "always"])
def test_folders_that_nobody_may_write_to_come_back_as_they_were(shelf, tree, tmp_path, replace):
    """Only as an ordinary user this is hard: root may write to any."""
    for folder in (tree / "deep" / "er", tree / "deep", tree):
        folder.chmod(0o555)
    done = shelf.write(tree)
    back = tmp_path / "back"

    read(shelf, done.archive, back, replace=replace)

    assert (back / "deep").stat().st_mode & 0o777 == 0o555
    assert (back / "deep" / "er").stat().st_mode & 0o777 == 0o555
    assert listed(back) == listed(tree)
    assert not list(back.glob(".*-restore"))


def test_tar_takes_all_that_comes_behind_the_end_of_an_archive(tree, tmp_path):
    """A pipe may be too small for the padding, and who writes it must not find nobody there."""
    data = subprocess.run(
        ["tar", "-b", "512", "-c", "plain"], cwd=tree, check=True, capture_output=True
    ).stdout
    with subprocess.Popen(
        [*TAKE, f"--directory={tmp_path}"], stdin=subprocess.PIPE, bufsize=0
    ) as tar:
        tar.stdin.write(data[:20480])
        with pytest.raises(subprocess.TimeoutExpired):
            tar.wait(timeout=1)
        tar.stdin.write(data[20480:])
        tar.stdin.close()
        assert tar.wait(timeout=30) == 0
    assert (tmp_path / "plain").read_bytes() == b"plain\n"


def test_a_target_that_may_not_be_written_to_is_named(shelf, tree, tmp_path):
    if os.geteuid() == 0:
        pytest.skip("root may write anywhere")
    done = shelf.write(tree)
    (tmp_path / "closed").mkdir(mode=0o555)

    with pytest.raises(RestoreFailed, match="may write to"):
        read(shelf, done.archive, tmp_path / "closed")


def test_who_operates_libraries_may_not_write_files_as_root():
    operator = Actor("eve", roles=frozenset({Role.OPERATOR}))
    assert operator.may(TYPES["tape.archive_verify"].permission)
    assert not operator.may(TYPES["tape.archive_read"].permission)
