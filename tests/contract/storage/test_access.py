"""Who may use files: changed in the tree alone, whatever somebody put there to lead it out."""

import os
import stat
import uuid

import pytest

from calypso.drivers.storage import Access, StorageError
from calypso.errors import JobCancelled
from calypso.host.stopping import Stop
from tests.contract.storage.edits import fill


@pytest.fixture
def as_root(place):
    """Nobody else may give files away; the owner and group that files have at first."""
    if place.machine.call(os.geteuid) != 0:
        pytest.skip("only root may give files away")
    return 0, 0


@pytest.fixture
def outside(place):
    """A folder of the same machine beside the storage, with a file in it."""
    folder = place.machine.path(f"/tmp/calypso-outside-{uuid.uuid4().hex}")
    folder.mkdir()
    (folder / "file").touch()
    yield folder
    (folder / "file").unlink()
    folder.rmdir()


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


def test_a_link_is_changed_itself_and_what_it_points_to_is_not(place, home, outside, as_root):
    before = owner(outside / "file"), mode(outside / "file")
    path = place.path(home)
    (path / "to-folder").symlink_to(str(outside))
    (path / "to-file").symlink_to(str(outside / "file"))

    change(place, home, owner="1", group="1", file_mode="777", folder_mode="777")

    assert owner(path / "to-folder") == owner(path / "to-file") == (1, 1)
    assert (owner(outside / "file"), mode(outside / "file")) == before
    assert owner(outside) == as_root


def test_a_folder_behind_a_link_cannot_be_named(place, home, outside, as_root):
    path = place.path(home)
    (path / "link").symlink_to(str(outside))
    for folder in ("link", "folder/../..", "..", "nosuch", "folder/file"):
        with pytest.raises(StorageError):
            change(place, home, folder=folder, owner="1")
    assert owner(outside) == owner(path) == as_root


def test_what_is_mounted_inside_stays_as_it_is(place, home, as_root):
    inside = place.path(home) / "folder" / "deep"
    (inside / "file").unlink()
    host = place.machine.host()
    mount = ["mount", "-t", "tmpfs", "calypso-test", str(inside)]
    if not host.run(mount, timeout_s=30).ok:
        pytest.skip("nothing can be mounted here")
    try:
        (inside / "file").touch()
        change(place, home, owner="1")
        assert owner(inside / "file") == owner(inside) == as_root
        assert owner(place.path(home) / "folder" / "file")[0] == 1
    finally:
        assert host.run(["umount", str(inside)], timeout_s=30).ok


def test_a_set_user_id_bit_asked_for_survives_the_new_owner(place, home, as_root):
    change(place, home, owner="1", file_mode="4755")
    assert mode(place.path(home) / "folder" / "file") == 0o4755


def acl(place, path, kind="access"):
    """Return an access list as bytes, or None when there is none."""
    if f"system.posix_acl_{kind}" not in place.machine.call(os.listxattr, path):
        return None
    return place.machine.call(os.getxattr, path, f"system.posix_acl_{kind}")


def test_an_access_list_is_put_and_taken_away_again(place, home):
    place.storage.set_properties(home, {"acltype": "posix"})
    file = place.path(home) / "folder" / "file"
    change(place, home, file_mode="640", folder_mode="750")

    change(place, home, acl=("user:1:rw-", "group:2:r--", "default:user:1:rwx"))
    assert acl(place, file) is not None
    assert acl(place, file.parent, "default") is not None
    assert mode(file) == 0o660  # the group's bits show the mask: what the list allows at most
    change(place, home, acl=("user:1:r--",))
    assert mode(file) == 0o640

    change(place, home, acl=())
    assert acl(place, file) is None
    assert acl(place, file.parent, "default") is None
    assert mode(file) == 0o640


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
    place.machine.call(fill, path, 300, 1)
    heard = []
    assert change(place, home, file_mode="640", on_files=lambda *told: heard.append(told)) == 305
    assert heard[-1][0] == 305

    def cancel(_done, _total):
        raise JobCancelled

    with pytest.raises(JobCancelled):
        change(place, home, file_mode="600", on_files=cancel)
    stop.request(Stop.CANCELLED)
    with pytest.raises(JobCancelled):
        change(place, home, storage=place.on(place.machine.host(stop=stop)), file_mode="600")
    assert change(place, home, file_mode="600") == 305
