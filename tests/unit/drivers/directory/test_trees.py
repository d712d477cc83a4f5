"""Trees taken, brought back, walked and removed, in this process."""

import os
import socket

import pytest

from calypso.drivers.storage.directory.trees import build, rest, walk
from calypso.drivers.storage.directory.trees.build import Builder, copy_hashed, remove
from calypso.drivers.storage.directory.trees.report import Refusal, say
from calypso.drivers.storage.directory.trees.walk import Walk, open_plain


def digest_of(tree, manifest=None):
    return rest.checksum(tree, manifest)["digest"]


@pytest.fixture
def tree(tmp_path):
    made = tmp_path / "tree"
    made.mkdir()
    return made


def test_a_sealed_tree_has_no_write_bits_and_its_true_modes_come_back(tree, tmp_path):
    (tree / "folder").mkdir(mode=0o755)
    (tree / "folder" / "file").write_text("x")
    (tree / "folder" / "file").chmod(0o4755)
    rest.take(tree, tmp_path / "snap", "t@1")

    sealed = tmp_path / "snap" / "files" / "folder"
    assert sealed.stat().st_mode & 0o222 == 0
    assert (sealed / "file").stat().st_mode & 0o222 == 0
    rest.bring_back(tmp_path / "snap", tmp_path / "back")
    assert (tmp_path / "back" / "files" / "folder" / "file").stat().st_mode & 0o7777 == 0o4755
    assert digest_of(tmp_path / "back" / "files") == digest_of(tree)


def test_an_ordinary_user_takes_brings_back_and_removes_read_only_folders(ordinary_user):
    tree = ordinary_user / "tree"
    (tree / "shut").mkdir(parents=True)
    (tree / "shut" / "file").write_text("x")
    (tree / "shut").chmod(0o555)
    tree.chmod(0o555)
    before = digest_of(tree)

    rest.take(tree, ordinary_user / "snap", "t@1")
    rest.bring_back(ordinary_user / "snap", ordinary_user / "back")

    assert digest_of(ordinary_user / "back" / "files") == before
    with pytest.raises(PermissionError):
        (ordinary_user / "snap" / "files" / "shut" / "more").touch()
    for name in ("snap", "back", "tree"):
        remove(ordinary_user / name)
    assert list(ordinary_user.iterdir()) == []


def test_a_file_that_cannot_be_read_is_a_refusal_that_names_it(ordinary_user):
    tree = ordinary_user / "tree"
    tree.mkdir()
    (tree / "secret").touch(mode=0o000)
    with pytest.raises(Refusal, match="tree/secret cannot be read") as refused:
        rest.take(tree, ordinary_user / "snap", "t@1")
    assert refused.value.kind == "not_permitted"


def test_a_folder_that_cannot_be_read_is_a_refusal_that_names_it(ordinary_user):
    shut = ordinary_user / "tree" / "shut"
    shut.mkdir(parents=True)
    shut.chmod(0o000)
    with pytest.raises(Refusal, match="tree/shut cannot be read"):
        rest.take(ordinary_user / "tree", ordinary_user / "snap", "t@1")
    shut.chmod(0o700)


def test_a_file_that_vanishes_meanwhile_is_left_out_and_its_other_names_are_not(
    tree, tmp_path, monkeypatch, capfdbinary
):
    (tree / "a").write_text("x")
    (tree / "b").hardlink_to(tree / "a")
    (tree / "c").hardlink_to(tree / "a")

    def vanish_first(source, to, on_bytes):
        (tree / "a").unlink(missing_ok=True)
        return copy_hashed(source, to, on_bytes)

    monkeypatch.setattr(rest, "copy_hashed", vanish_first)
    rest.take(tree, tmp_path / "snap", "t@1")

    files = tmp_path / "snap" / "files"
    assert sorted(one.name for one in files.iterdir()) == ["b", "c"]
    assert (files / "b").read_text() == "x"
    assert (files / "b").samefile(files / "c")
    assert b"note\tgone while it was read: a\n" in capfdbinary.readouterr().err


def test_a_socket_is_left_out_with_a_note(tree, tmp_path, monkeypatch, capfdbinary):
    monkeypatch.chdir(tree)
    with socket.socket(socket.AF_UNIX) as one:
        one.bind("socket")
        rest.take(tree, tmp_path / "snap", "t@1")
    assert list((tmp_path / "snap" / "files").iterdir()) == []
    assert b"neither file, folder, link nor fifo: socket" in capfdbinary.readouterr().err


def test_what_took_a_files_place_is_neither_followed_nor_waited_for(tree):
    (tree / "link").symlink_to("/etc/passwd")
    os.mkfifo(tree / "fifo")
    for name in ("link", "fifo"):
        with pytest.raises(FileNotFoundError):
            open_plain(tree / name)


def test_a_walk_goes_deeper_than_python_recurses(tree):
    deep = tree
    for _ in range(1200):
        deep = deep / "d"
        deep.mkdir()
    assert len(list(Walk(tree))) == 1201
    while deep != tree:  # pytest itself would not get it away
        deep.rmdir()
        deep = deep.parent


def test_holes_stay_holes(tree, tmp_path):
    with (tree / "sparse").open("wb") as file:
        file.truncate(64 << 20)
    rest.take(tree, tmp_path / "snap", "t@1")
    found = (tmp_path / "snap" / "files" / "sparse").stat()
    assert (found.st_size, found.st_blocks) == (64 << 20, 0)


def test_blocks_are_shared_where_the_file_system_can(tree, tmp_path, monkeypatch):
    (tree / "a").write_text("shared")
    asked = []

    def clone(to, request, source):
        asked.append(request)
        os.write(to, os.pread(source, 1 << 20, 0))
        os.lseek(to, 0, os.SEEK_SET)

    monkeypatch.setattr(build.fcntl, "ioctl", clone)
    copied = copy_hashed(tree / "a", tmp_path / "b", lambda _size: None)
    assert asked == [build.FICLONE]
    with open_plain(tree / "a") as file:
        assert copied == (walk.hash_of(file), len("shared"))


def test_removing_does_not_follow_links(tree, tmp_path):
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "file").touch()
    (tree / "link").symlink_to(tmp_path / "precious")
    remove(tree)
    assert (tmp_path / "precious" / "file").exists()
    assert not tree.exists()
    remove(tree)


def test_a_damaged_file_is_not_brought_back_as_if_it_were_whole(tree, tmp_path):
    (tree / "a").write_text("before")
    rest.take(tree, tmp_path / "snap", "t@1")
    (tmp_path / "snap" / "files" / "a").chmod(0o600)
    (tmp_path / "snap" / "files" / "a").write_text("rotten")
    with pytest.raises(Refusal, match="does not match its checksum"):
        rest.bring_back(tmp_path / "snap", tmp_path / "back")


def test_owners_and_attributes_of_root_come_back(tree, tmp_path):
    if os.geteuid() != 0:
        pytest.skip("only root gives files away")
    (tree / "a").write_text("x")
    os.setxattr(tree / "a", "trusted.calypso", b"kept")
    os.chown(tree / "a", 12345, 54321)
    rest.take(tree, tmp_path / "snap", "t@1")
    rest.bring_back(tmp_path / "snap", tmp_path / "back")
    back = tmp_path / "back" / "files" / "a"
    assert (back.stat().st_uid, back.stat().st_gid) == (12345, 54321)
    assert os.getxattr(back, "trusted.calypso") == b"kept"


def test_a_line_stays_one_line_whatever_is_in_it(capfdbinary):
    say("note", "a\nb\tc", os.fsdecode(b"\xff"))
    assert capfdbinary.readouterr().err == b"note\ta\\x0ab\\x09c\t\\udcff\n"


def test_a_builder_gives_folders_their_times_after_filling_them(tree, tmp_path):
    (tree / "folder").mkdir()
    (tree / "folder" / "file").touch()
    os.utime(tree / "folder", ns=(5, 5))
    builder = Builder(tmp_path / "copy", sealed=False)
    for entry in Walk(tree):
        builder.add(entry)
    builder.finish()
    assert (tmp_path / "copy" / "folder").stat().st_mtime_ns == 5
