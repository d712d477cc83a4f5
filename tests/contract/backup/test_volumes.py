"""Volumes of a real storage daemon: files, and a changer with slots."""

import uuid
from datetime import timedelta

import pytest

from calypso.drivers.backup import (
    BackupPoolMissing,
    BadName,
    Level,
    RunState,
    StorageMissing,
    VolumeExists,
    VolumeInUse,
    VolumeMissing,
    VolumeState,
)
from calypso.models.clock import now
from tests.contract.backup.conftest import ended, stopped, until

pytestmark = pytest.mark.real("bacula")


def token():
    return f"calypso:{uuid.uuid4()}"


def new_name():
    return f"Hand-{uuid.uuid4().hex[:8]}"


@pytest.fixture
def written(either):
    """A volume of its own with one run on it."""
    name = new_name()
    either.label("Disk", name, "ByHand")
    run = ended(either, either.start("Home", comment=token(), level=Level.FULL, pool="ByHand"))
    assert run.state is RunState.SUCCEEDED
    assert run.volumes == (name,)
    yield name, run
    if name in {one.name for one in either.volumes()}:
        either.delete(name)


def used(backup, lab, name):
    """Close a volume, as a person would."""
    backup._ask(f'update volume="{name}" volstatus=Used')


def test_a_volume_is_labelled_and_known(either):
    name = new_name()

    made = either.label("Disk", name, "ByHand")

    assert (made.name, made.pool, made.state) == (name, "ByHand", VolumeState.APPEND)
    assert made.media_type == "File"
    assert made.runs == 0
    assert either.volume(name) == made
    either.delete(name)


def test_a_name_is_not_labelled_twice(backup):
    name = new_name()
    backup.label("Disk", name, "ByHand")

    with pytest.raises(VolumeExists, match=name):
        backup.label("Disk", name, "ByHand")

    backup.delete(name)


def test_a_label_needs_a_storage_and_a_pool_that_are_there(backup):
    with pytest.raises(StorageMissing):
        backup.label("NoSuch", new_name(), "ByHand")
    with pytest.raises(BackupPoolMissing):
        backup.label("Disk", new_name(), "NoSuch")
    with pytest.raises(BadName):
        backup.label("Disk", 'x" pool="Scratch', "ByHand")


def test_media_in_slots_are_labelled_by_their_barcodes(backup, lab):
    told = backup.update_slots("Library")
    assert set(told.known) | set(told.unknown) == {f"TAPE00{n}" for n in range(1, 7)}

    made = backup.label_barcodes("Library", "TapePool", slots=(1, 2))

    assert [(one.name, one.slot, one.in_changer) for one in made] == [
        ("TAPE001", 1, True),
        ("TAPE002", 2, True),
    ]
    assert {"TAPE001", "TAPE002"} <= set(backup.update_slots("Library").known)
    with pytest.raises(VolumeMissing):
        backup.label_barcodes("Library", "TapePool", slots=(8,))
    run = ended(backup, backup.start("Tape", comment=token(), level=Level.FULL))
    assert run.state is RunState.SUCCEEDED
    assert set(run.volumes) <= {"TAPE001", "TAPE002"}


def test_slots_of_a_storage_that_is_away_are_not_told(backup):
    from calypso.drivers.backup import StorageDown

    with pytest.raises(StorageDown):
        backup.update_slots("Away")


def test_a_volume_that_is_still_written_is_not_pruned(either, written):
    name, run = written

    for act in (either.plan_prune, either.prune):
        with pytest.raises(VolumeInUse, match="is Append"):
            act(name)

    assert either.run(run.id).state is RunState.SUCCEEDED


def test_pruning_forgets_what_the_plan_said(either, lab, written):
    name, run = written
    used(either, lab, name)
    # Bacula counts in whole seconds.
    until(lambda: now() > either.volume(name).expires_at + timedelta(seconds=2))

    plan = either.plan_prune(name)
    pruned = either.prune(name)

    assert plan.runs == (run.id,)
    assert pruned.state is VolumeState.PURGED
    assert pruned.runs == 0


def test_purging_forgets_all_runs_and_truncating_empties_the_file(either, lab, written):
    name, run = written
    size_bytes = (lab.folder / "volumes" / name).stat().st_size
    assert either.plan_purge(name).runs == (run.id,)
    with pytest.raises(VolumeInUse, match="purge it first"):
        either.truncate(name)

    purged = either.purge(name)

    assert purged.state is VolumeState.PURGED
    assert purged.runs == 0
    assert (lab.folder / "volumes" / name).stat().st_size == size_bytes
    assert either.plan_truncate(name).runs == ()
    emptied = either.truncate(name)
    assert emptied.bytes < 1000
    assert (lab.folder / "volumes" / name).stat().st_size < 1000


def test_deleting_forgets_volume_and_runs_and_leaves_the_file(either, lab, written):
    name, run = written
    assert either.plan_delete(name).runs == (run.id,)

    either.delete(name)

    assert name not in {one.name for one in either.volumes()}
    assert (lab.folder / "volumes" / name).exists()
    with pytest.raises(VolumeMissing):
        either.volume(name)


def test_a_volume_that_a_run_writes_now_is_left_alone(either, lab):
    name = new_name()
    either.label("Disk", name, "ByHand")
    run_id = either.start("Slow", comment=token(), level=Level.FULL, pool="ByHand")
    until(lambda: (one := either.live(run_id)) and one.volume == name)

    for act in (either.purge, either.plan_purge, either.delete, either.plan_delete):
        with pytest.raises(VolumeInUse, match="uses"):
            act(name)

    stopped(either, run_id)
    assert either.volume(name).state is VolumeState.APPEND
    either.delete(name)


def test_acts_on_a_volume_that_is_not_there_are_refused(either):
    for act in (either.prune, either.purge, either.truncate, either.delete, either.plan_delete):
        with pytest.raises(VolumeMissing, match="NoSuch"):
            act("NoSuch")


def test_a_full_volume_tells_when_it_may_be_emptied(either, lab, written):
    name, _ = written
    assert either.volume(name).expires_at is None

    used(either, lab, name)

    told = either.volume(name)
    assert told.expires_at > told.last_written_at
