"""Who may use files: changed in the tree alone, whatever somebody put there to lead it out."""

import os
import stat
import subprocess

import pytest

from calypso.drivers.storage import Access, StorageError
from calypso.errors import JobCancelled
from calypso.host.local import LocalHost
from calypso.host.stopping import Stop

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")


@pytest.fixture
def home(place):
    home = place.dataset("home")
    path = place.path(home)
    (path / "folder" / "deep").mkdir(parents=True)
    (path / "folder" / "file").write_text("content")
    (path / "folder" / "deep" / "file").write_text("content")
    return home


def change(place, home, *, storage=None, folder="", recursive=True, on_files=None, **wanted):
    return (storage or place.storage).change_access(
        home,
        Access(**wanted),
        folder=folder,
        recursive=recursive,
        on_files=on_files or (lambda _done, _total: None),
        timeout_s=60,
    )


def mode(path):
    return stat.S_IMODE(path.lstat().st_mode)


def owner(path):
    found = path.lstat()
    return found.st_uid, found.st_gid


def test_files_and_folders_have_modes_of_their_own(place, home):
    assert change(place, home, file_mode="640", folder_mode="2750") == 5
    path = place.path(home)
    assert mode(path) == mode(path / "folder" / "deep") == 0o2750
    assert mode(path / "folder" / "file") == mode(path / "folder" / "deep" / "file") == 0o640


def test_without_recursive_only_the_folder_itself_changes(place, home):
    path = place.path(home)
    before = mode(path / "folder" / "file")
    assert change(place, home, folder="folder", recursive=False, folder_mode="700") == 1
    assert mode(path / "folder") == 0o700
    assert mode(path / "folder" / "file") == before


@needs_root
def test_a_link_is_changed_itself_and_what_it_points_to_is_not(place, home, tmp_path):
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "file").touch()
    before = owner(tmp_path / "outside" / "file"), mode(tmp_path / "outside" / "file")
    path = place.path(home)
    (path / "to-folder").symlink_to(tmp_path / "outside")
    (path / "to-file").symlink_to(tmp_path / "outside" / "file")

    change(place, home, owner="1", group="1", file_mode="777", folder_mode="777")

    assert owner(path / "to-folder") == owner(path / "to-file") == (1, 1)
    found = owner(tmp_path / "outside" / "file"), mode(tmp_path / "outside" / "file")
    assert found == before
    assert owner(tmp_path / "outside") == (os.geteuid(), os.getegid())


@needs_root
def test_a_folder_behind_a_link_cannot_be_named(place, home, tmp_path):
    (tmp_path / "outside").mkdir()
    path = place.path(home)
    (path / "link").symlink_to(tmp_path / "outside")
    for folder in ("link", "folder/../..", "..", "nosuch", "folder/file"):
        with pytest.raises(StorageError):
            change(place, home, folder=folder, owner="1")
    assert owner(tmp_path / "outside") == (os.geteuid(), os.getegid())
    assert owner(path) == (os.geteuid(), os.getegid())


@needs_root
def test_what_is_mounted_inside_stays_as_it_is(place, home):
    inside = place.path(home) / "folder" / "deep"
    (inside / "file").unlink()
    tried = ["mount", "-t", "tmpfs", "calypso-test", str(inside)]
    if subprocess.run(tried, check=False, capture_output=True).returncode:
        pytest.skip("nothing can be mounted here")
    try:
        (inside / "file").touch()
        change(place, home, owner="1")
        assert owner(inside / "file")[0] == owner(inside)[0] == os.geteuid()
        assert owner(place.path(home) / "folder" / "file")[0] == 1
    finally:
        subprocess.run(["umount", str(inside)], check=True)


@needs_root
def test_a_set_user_id_bit_asked_for_survives_the_new_owner(place, home):
    change(place, home, owner="1", file_mode="4755")
    assert mode(place.path(home) / "folder" / "file") == 0o4755


def acl(path):
    try:
        return os.getxattr(path, "system.posix_acl_access").hex()
    except OSError:
        return None


def test_an_access_list_is_put_and_taken_away_again(place, home):
    place.storage.set_properties(home, {"acltype": "posix"})
    file = place.path(home) / "folder" / "file"
    change(place, home, file_mode="640", folder_mode="750")

    change(place, home, acl=("user:1:rw-", "group:2:r--", "default:user:1:rwx"))
    assert acl(file) is not None
    assert os.getxattr(file.parent, "system.posix_acl_default")
    assert mode(file) == 0o660  # the group's bits show the mask: what the list allows at most
    change(place, home, acl=("user:1:r--",))
    assert mode(file) == 0o640

    change(place, home, acl=())
    assert acl(file) is None
    assert mode(file) == 0o640
    with pytest.raises(OSError, match="No data"):
        os.getxattr(file.parent, "system.posix_acl_default")


def test_a_user_that_nobody_knows_changes_nothing(place, home):
    path = place.path(home)
    before = mode(path / "folder" / "file")
    with pytest.raises(StorageError, match="no user nosuch"):
        change(place, home, owner="nosuch", file_mode="777")
    with pytest.raises(StorageError, match="no group nosuch"):
        change(place, home, acl=("group:nosuch:rwx",), file_mode="777")
    assert mode(path / "folder" / "file") == before


def test_files_are_counted_and_a_cancel_ends_the_walk(place, home, stop):
    path = place.path(home)
    for number in range(300):
        (path / f"file-{number}").touch()
    heard = []
    assert change(place, home, file_mode="640", on_files=lambda *told: heard.append(told)) == 305
    assert heard[-1][0] == 305

    def cancel(_done, _total):
        raise JobCancelled

    with pytest.raises(JobCancelled):
        change(place, home, file_mode="600", on_files=cancel)
    stop.request(Stop.CANCELLED)
    with pytest.raises(JobCancelled):
        change(place, home, storage=place.on(LocalHost(stop=stop)), file_mode="600")
    assert change(place, home, file_mode="600") == 305
