"""Looking into backups of a real director."""

import base64
import hashlib
import uuid
from pathlib import Path

import pytest

from calypso.drivers.backup import (
    FileKind,
    Level,
    NothingToRestore,
    RunState,
    Unsupported,
)
from tests.contract.backup.conftest import ended, opened
from tests.lab_bacula.fixtures import NAMES

pytestmark = pytest.mark.real("bacula")


def token():
    return f"calypso:{uuid.uuid4()}"


@pytest.fixture(scope="module")
def runs(bacula_lab):
    backup = opened(bacula_lab)
    full = ended(backup, backup.start("Home", comment=token(), level=Level.FULL))
    assert full.state is RunState.SUCCEEDED
    backup.update_cache((full.id,))
    return (full.id,)


def names(entries, folder):
    return {one.path.removeprefix(f"{folder}/") for one in entries}


def test_a_folder_lists_its_files_whatever_their_names_are(either, lab, runs):
    found = either.files(runs, str(lab.data))

    here = {one.name for one in lab.data.iterdir() if one.is_symlink() or not one.is_dir()}
    assert names(found, lab.data) == here


def test_a_file_is_told_with_kind_size_time_and_mode(either, lab, runs):
    found = {one.path: one for one in either.files(runs, str(lab.data))}

    plain, status = found[f"{lab.data}/plain"], (lab.data / "plain").stat()
    assert plain.kind is FileKind.FILE
    assert plain.size_bytes == 1000
    assert plain.mode == 0o640
    assert int(plain.modified_at.timestamp()) == int(status.st_mtime)
    assert plain.run_id == runs[0]
    assert found[f"{lab.data}/soft"].kind is FileKind.LINK


def test_folders_are_told_from_the_root_on(either, lab, runs):
    path = "/"
    for part in lab.data.parts[1:]:
        (found,) = either.folders(runs, path)
        path += f"{part}/"
        assert found.path == path
        assert found.kind is FileKind.FOLDER

    assert names(either.folders(runs, path), lab.data) == {"sub dir/", "empty/"}


def test_folders_with_hostile_names_can_be_entered(either, lab, runs):
    assert names(either.files(runs, f'{lab.data}/sub dir/deep\n"'), lab.data) == {
        'sub dir/deep\n"/x;y'
    }
    assert names(either.files(runs, f"{lab.data}/sub dir/back\\"), lab.data) == {"sub dir/back\\/z"}


def test_pages_are_in_order_and_leave_nothing_out(either, lab, runs):
    whole = either.files(runs, str(lab.data))
    pages = [
        one
        for offset in range(0, len(whole) + 3, 3)
        for one in either.files(runs, str(lab.data), limit=3, offset=offset)
    ]

    assert pages == whole
    assert [one.path for one in whole] == sorted(one.path for one in whole)


def test_a_folder_that_no_run_has_is_empty(either, runs):
    assert either.files(runs, "/no/where") == []
    assert either.folders(runs, '/no" jobid=1 path="/') == []


def test_the_versions_of_a_file_are_told_newest_first(either, lab):
    ids = []
    for text in ("first", "the second"):
        (lab.data / "versions").write_text(text)
        run = ended(either, either.start("Home", comment=token(), level=Level.FULL))
        ids.append(run.id)
    either.update_cache(tuple(ids))
    entry = next(one for one in either.files((ids[1],), str(lab.data)) if "versions" in one.path)

    found = either.versions("lab-fd", entry)

    assert [one.run_id for one in found][:2] == ids[::-1]
    assert [one.size_bytes for one in found][:2] == [10, 5]
    assert all(one.checksum and one.volume for one in found)


def test_a_file_found_by_name_has_its_versions_too(backup, runs):
    (found,) = backup.search(runs, "*n*er")

    assert runs[0] in {one.run_id for one in backup.versions("lab-fd", found)}


def test_the_runs_for_the_newest_state_are_a_full_one_and_what_follows(either):
    ended(either, either.start("Home", comment=token(), level=Level.FULL))
    full = either.last_good("Home", level=Level.FULL)
    later = ended(either, either.start("Home", comment=token(), level=Level.INCREMENTAL))

    assert either.runs_for("lab-fd", "Data") == (full.id, later.id)
    assert either.runs_for("lab-fd", "Data", before=full.started_at)[-1] == full.id
    with pytest.raises(NothingToRestore):
        either.runs_for("away-fd", "Data")


def test_files_are_found_by_name_in_all_folders(backup, lab, runs):
    assert names(backup.search(runs, "*n*er"), lab.data) == {"sub dir/inner"}
    assert names(backup.search(runs, "?like_"), lab.data) == {"%like_"}
    assert names(backup.search(runs, "%*"), lab.data) == {"%like_"}
    assert names(backup.search(runs, "*\\*"), lab.data) == {"back\\slash"}
    assert names(backup.search(runs, "*\udcff"), lab.data) == {"not utf8 \udcff"}
    assert backup.search(runs, "'; DROP TABLE File; --") == []


def test_a_file_that_was_deleted_since_is_not_found(backup, lab):
    (lab.data / "deleted later").write_text("x")
    full = ended(backup, backup.start("Home", comment=token(), level=Level.FULL))
    (lab.data / "deleted later").unlink()
    later = ended(backup, backup.start("Home", comment=token(), level=Level.INCREMENTAL))

    assert backup.search((full.id, later.id), "deleted*") == []
    assert len(backup.search((full.id,), "deleted*")) == 1


def test_without_the_catalogs_database_nothing_is_searched(lab, runs):
    with pytest.raises(Unsupported, match="CALYPSO_BACULA_CATALOG_URL"):
        opened(lab, database=False).search(runs, "*")


# ---- drawn by lot


def test_plain_files_are_drawn_with_the_checksums_that_were_recorded(backup, lab, runs):
    drawn = backup.sample(runs, count=1000, seed="any")

    plain = {lab.data / name for name in (*NAMES, "big", "none", "hard")}
    twins = {lab.data / "plain", lab.data / "hard"}  # of which one is a link to the other
    found = {Path(one.path): one for one in drawn}
    assert plain - twins <= found.keys() <= plain
    assert len(found) == len(plain) - 1
    for path, one in found.items():
        digest = base64.b64encode(hashlib.sha256(path.read_bytes()).digest()).decode()
        assert (one.size_bytes, one.checksum) == (path.stat().st_size, digest.rstrip("="))
        assert one.run_id == runs[0]


def test_one_lot_draws_the_same_and_another_one_others(backup, runs):
    def draw(seed):
        return [one.path for one in backup.sample(runs, count=3, seed=seed)]

    assert draw("a") == draw("a")
    assert len(draw("a")) == 3
    assert len({tuple(draw(f"{number}")) for number in range(10)}) > 1


def test_nothing_is_drawn_that_a_later_run_has_anew(backup, lab, runs):
    changed = lab.data / "changed"
    changed.write_bytes(b"first")
    first = ended(backup, backup.start("Home", comment=token(), level=Level.INCREMENTAL))
    changed.write_bytes(b"second, longer")
    second = ended(backup, backup.start("Home", comment=token(), level=Level.INCREMENTAL))
    together = (*runs, first.id, second.id)

    found = [
        one for one in backup.sample(together, count=1000, seed="x") if one.path == str(changed)
    ]

    changed.unlink()
    assert [(one.run_id, one.size_bytes) for one in found] == [(second.id, 14)]


def test_without_the_catalog_nothing_can_be_drawn(lab, runs):
    with pytest.raises(Unsupported, match="CALYPSO_BACULA_CATALOG_URL"):
        opened(lab, database=False).sample(runs, count=1, seed="x")
