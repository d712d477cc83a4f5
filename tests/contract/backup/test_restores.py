"""Restores on real daemons, compared bit for bit."""

import shutil
import uuid
from datetime import UTC, datetime, timedelta

import pytest

from calypso.drivers.backup import (
    BackupJobMissing,
    BadName,
    ClientMissing,
    Level,
    NothingToRestore,
    Replace,
    RestoreSpec,
    RunKind,
    RunMissing,
    RunState,
)
from tests.contract.backup.conftest import ended, until
from tests.lab_bacula.fixtures import tree

pytestmark = pytest.mark.real("bacula")


def token():
    return f"calypso:{uuid.uuid4()}"


@pytest.fixture(scope="module")
def full(bacula_lab):
    """A full backup of all, which the tests here share."""
    from tests.contract.backup.conftest import opened

    backup = opened(bacula_lab)
    return ended(backup, backup.start("Home", comment=token(), level=Level.FULL))


@pytest.fixture
def where(lab):
    folder = lab.folder / f"restored-{uuid.uuid4().hex}"
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def restored(backup, lab, where, **spec):
    """Restore below a folder; returns the run, and what is there in the place of the data."""
    spec = RestoreSpec(client="lab-fd", where=str(where), **spec)
    run = ended(backup, backup.restore(spec, comment=token()))
    return run, tree(f"{where}{lab.data}")


def test_a_whole_run_comes_back_bit_for_bit(either, lab, full, where):
    run, got = restored(either, lab, where, runs=(full.id,))

    assert run.state is RunState.SUCCEEDED
    assert run.kind is RunKind.RESTORE
    assert got == tree(lab.data)


def test_a_restore_is_found_by_its_comment_while_it_runs_and_afterwards(either, full, where):
    comment = token()
    spec = RestoreSpec(client="lab-fd", runs=(full.id,), where=str(where))

    run_id = either.restore(spec, comment=comment)

    assert either.find_started(comment) == run_id
    assert either.run(run_id).comment == comment
    ended(either, run_id)
    assert either.find_started(comment) == run_id


def test_the_newest_state_is_put_together_from_full_and_incremental(backup, lab, where):
    (lab.data / "goes").write_text("soon deleted")
    ended(backup, backup.start("Home", comment=token(), level=Level.FULL))
    (lab.data / "goes").unlink()
    (lab.data / "comes").write_text("new since then")
    ended(backup, backup.start("Home", comment=token(), level=Level.INCREMENTAL))

    run, got = restored(backup, lab, where, fileset="Data")

    assert run.state is RunState.SUCCEEDED
    assert b"comes" in got
    assert b"goes" not in got
    assert got == tree(lab.data)


def test_the_state_at_an_earlier_time_comes_back(backup, lab, where):
    (lab.data / "version").write_text("one")
    first = ended(backup, backup.start("Home", comment=token(), level=Level.FULL))
    until(lambda: datetime.now(UTC) >= first.started_at + timedelta(seconds=1))  # as it counts
    (lab.data / "version").write_text("two, longer")
    ended(backup, backup.start("Home", comment=token(), level=Level.FULL))

    _, got = restored(backup, lab, where, fileset="Data", before=first.started_at)

    assert got[b"version"][3] == b"one"


def test_chosen_files_and_folders_come_back_and_nothing_else(backup, lab, full, where):
    chosen = (f"{lab.data}/with space", f"{lab.data}/sub dir/", f"{lab.data}/soft")

    run, got = restored(backup, lab, where, runs=(full.id,), paths=chosen)

    assert run.state is RunState.SUCCEEDED
    all_of_it = tree(lab.data)
    wanted = {b"with space", b"soft", b"sub dir", *(n for n in all_of_it if n.startswith(b"sub d"))}
    assert got == {name: all_of_it[name] for name in wanted}


@pytest.mark.parametrize(
    "name",
    ['q"uote', "back\\slash", "new\nline", "semi;colon", "ap'os", "tab\there", "%like_",
     "not utf8 \udcff", "grün", "-dash", "\njobid=1\n", 'sub dir/deep\n"/x;y', "sub dir/back\\/z"],
)  # fmt: skip
def test_a_file_with_a_hostile_name_comes_back_alone(backup, lab, full, where, name):
    _, got = restored(backup, lab, where, runs=(full.id,), paths=(f"{lab.data}/{name}",))

    raw = name.encode("utf-8", "surrogateescape")
    files = {one: what for one, what in got.items() if what[0] == "file"}
    assert files == {raw: tree(lab.data)[raw]}


@pytest.mark.parametrize("name", ["plain", "hard"])
def test_a_hard_link_comes_back_alone_with_its_content(backup, lab, full, where, name):
    run, got = restored(backup, lab, where, runs=(full.id,), paths=(f"{lab.data}/{name}",))

    assert run.state is RunState.SUCCEEDED
    assert got[name.encode()] == tree(lab.data)[name.encode()]


def test_a_folder_is_found_without_its_slash(backup, lab, full, where):
    _, got = restored(backup, lab, where, runs=(full.id,), paths=(f"{lab.data}/empty",))

    assert set(got) == {b"empty", b"empty/nothing"}


def test_the_place_may_have_a_name_with_quotes_and_spaces(backup, lab, full, where):
    odd = where / 'a "b" c\\d; yes'

    run, got = restored(backup, lab, odd, runs=(full.id,), paths=(f"{lab.data}/plain",))

    assert run.state is RunState.SUCCEEDED
    assert b"plain" in got


def test_what_was_chosen_is_forgotten_by_the_director_afterwards(backup, lab, full, where):
    restored(backup, lab, where, runs=(full.id,), paths=(f"{lab.data}/plain",))

    from calypso.drivers.backup.bacula.sql import select

    tables = select(
        backup._catalog._url,
        r"SELECT tablename FROM pg_tables WHERE tablename ~ '^b2\d+$'",
    )
    assert tables == []


def test_it_may_be_another_restore_job(backup, lab, full, where):
    run, _ = restored(backup, lab, where, runs=(full.id,), job="Restore elsewhere",
                      to_client="lab-fd")  # fmt: skip

    assert run.name == "Restore elsewhere"


def test_back_in_place_only_what_is_missing_comes_unless_told_otherwise(backup, lab):
    target = lab.data / "in place"
    target.write_text("as backed up")
    (lab.data / "lost").write_text("as backed up")
    full = ended(backup, backup.start("Home", comment=token(), level=Level.FULL))
    target.write_text("changed since")
    (lab.data / "lost").unlink()
    paths = (str(target), f"{lab.data}/lost")
    spec = RestoreSpec(client="lab-fd", runs=(full.id,), in_place=True, paths=paths)

    ended(backup, backup.restore(spec, comment=token()))

    assert (lab.data / "lost").read_text() == "as backed up"
    assert target.read_text() == "changed since"
    over = spec.model_copy(update={"replace": Replace.ALWAYS})
    ended(backup, backup.restore(over, comment=token()))
    assert target.read_text() == "as backed up"


def test_what_no_run_has_is_not_restored(backup, lab, full, where):
    newest = backup.runs(limit=1)

    with pytest.raises(NothingToRestore, match="nowhere"):
        restored(backup, lab, where, runs=(full.id,), paths=(f"{lab.data}/nowhere",))
    with pytest.raises(NothingToRestore, match="no good backup"):
        backup.restore(
            RestoreSpec(client="away-fd", fileset="Data", where=str(where)), comment=token()
        )
    with pytest.raises(RunMissing):
        restored(backup, lab, where, runs=(full.id, 999_999))

    assert backup.runs(limit=1) == newest


def test_names_are_checked_before_anything_is_restored(backup, full, where):
    spec = RestoreSpec(client="lab-fd", runs=(full.id,), where=str(where))
    newest = backup.runs(limit=1)

    for wrong, refusal in (
        ({"client": "nosuch"}, ClientMissing),
        ({"to_client": "nosuch"}, ClientMissing),
        ({"job": "NoSuch"}, BackupJobMissing),
        ({"job": "Home"}, BackupJobMissing),
        ({"client": 'lab-fd" yes'}, BadName),
        ({"paths": ("/a\0b",)}, BadName),
    ):
        with pytest.raises(refusal):
            backup.restore(spec.model_copy(update=wrong), comment=token())

    assert backup.runs(limit=1) == newest


def test_a_restore_tells_how_far_it_is(backup, full, where):
    spec = RestoreSpec(client="lab-fd", runs=(full.id,), where=str(where))
    run_id = backup.restore(spec, comment=token())

    seen = []
    until(lambda: (one := backup.live(run_id)) is None or seen.append(one))

    assert {one.state for one in seen} <= {RunState.WAITING, RunState.RUNNING}
    assert ended(backup, run_id).files == full.files
