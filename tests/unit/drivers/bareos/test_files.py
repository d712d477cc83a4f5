"""Files of backups, and what Bareos cannot tell of them."""

from datetime import UTC, datetime

import pytest

from calypso.drivers.backup import BadName, Unsupported
from tests.fakes.bareos import error


def test_folders_are_listed_by_name_without_themselves(backup):
    found = backup.folders((1, 2), "/home")

    assert [one.path for one in found] == ["/home/ada/", "/home/zoe/"]
    assert (found[0].file_id, found[0].run_id, found[0].path_id) == (24, 1, 4)
    assert [one.path for one in backup.folders((1, 2), "/home/", limit=1, offset=1)] == [
        "/home/zoe/"
    ]


def test_files_are_listed_as_the_catalog_has_them(backup):
    link, plain, symlink = backup.files((1, 2), "/home/ada/")

    assert plain.path == "/home/ada/bpluginfo"
    assert (plain.kind, plain.size_bytes, oct(plain.mode)) == ("file", 28498, "0o750")
    assert plain.modified_at == datetime.fromtimestamp(1435243526, UTC)
    assert symlink.kind == "link"
    assert (link.path, link.link_index) == ('/home/ada/a "link"', 5)


def test_a_folder_that_no_run_has_is_empty(backup):
    assert backup.folders((1, 2), "/nosuch") == []
    assert backup.files((1, 2), "/nosuch") == []


def test_a_folder_that_is_refused_with_a_word_is_not_taken_for_empty(fake, backup):
    fake.says('.bvfs_lsdirs jobid=1 path="/x/" limit=200001', error("Unauthorized command."))

    with pytest.raises(Unsupported):
        backup.folders((1,), "/x")


@pytest.mark.parametrize("path", ["/a\nquit", "/a\0", "/\udcff"])
def test_a_path_that_cannot_stand_in_a_line_is_refused(fake, backup, path):
    with pytest.raises(BadName, match="choose its folder"):
        backup.files((1,), path)
    assert fake.ran == []


def test_the_index_is_made_with_time_to_spare_or_within_what_is_allowed(fake, backup):
    backup.update_cache((1, 2))

    backup.update_cache((1, 2), timeout_s=7)

    assert fake.asked == [".bvfs_update jobid=1,2"] * 2
    assert [timeout_s for _, timeout_s, _ in fake.ran] == [600, 7]


def test_versions_of_a_file_come_newest_first(backup):
    file = next(one for one in backup.files((1, 2), "/home/ada") if "bpluginfo" in one.path)

    newest, oldest = backup.versions("bareos-fd", file)

    assert (newest.run_id, newest.volume, newest.in_changer) == (127, "Incremental-0007", True)
    assert (oldest.run_id, oldest.file_id, oldest.checksum) == (1, 7, "928EB+EJGFtWD7wQ8bVjew")
    assert oldest.size_bytes == 28498


def test_what_bareos_cannot_do_is_unsupported_and_says_why(fake, backup):
    folder = backup.folders((1, 2), "/home")[0]
    fake.asked.clear()

    with pytest.raises(Unsupported, match="no list of versions"):
        backup.versions("bareos-fd", folder)
    with pytest.raises(Unsupported, match="no command for it"):
        backup.search((1, 2), "*.txt")
    with pytest.raises(Unsupported, match="no command for it"):
        backup.sample((1, 2), count=3, seed="x")
    assert fake.asked == []
