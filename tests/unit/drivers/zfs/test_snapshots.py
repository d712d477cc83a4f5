"""What snapshots, rollbacks and holds refuse, and that nothing was lost before it."""

import pytest

from calypso.drivers.storage import (
    BadName,
    Busy,
    HasClones,
    Held,
    NewerSnapshots,
    OutOfSpace,
    SnapshotExists,
    SnapshotMissing,
    StorageError,
)
from calypso.drivers.storage.zfs import snapshots
from tests.unit.drivers.zfs import scenarios
from tests.unit.drivers.zfs.scenarios import (
    SNAPSHOTS,
    SNAPSHOTS_D1,
    destroyed,
    opener_argv,
    silent,
)


def test_a_snapshot_is_not_taken_twice(host, storage):
    host.answer(["zfs", "snapshot", "tank/d1@s1"], "060-zfs-snapshot-dup.txt")
    with pytest.raises(SnapshotExists):
        storage.create_snapshot("tank/d1", "s1")


def test_excluded_children_are_left_out_of_one_atomic_command(host, storage):
    taken = scenarios.create_snapshot_excluding(host, storage)
    assert (taken.name, taken.task) == ("tank/x@s2", scenarios.TASK)
    (argv,) = [argv for argv in host.asked if argv[1] == "snapshot"]
    assert argv[-2:] == ("tank/x@s2", "tank/x/y@s2")


def test_a_child_that_goes_away_while_a_snapshot_is_taken_costs_one_more_look(host, storage):
    argv = ("zfs", "snapshot", "-o", f"calypso:task={scenarios.TASK}", "tank/x@s2", "tank/x/y@s2")
    host.answer(argv, "304-zfs-snapshot-several-missing.txt")
    host.answer(argv, "300-zfs-snapshot-several.txt")
    scenarios.create_snapshot_excluding(host, storage)
    assert host.asked.count(argv) == 2


def test_of_several_none_is_taken_when_one_is_there_already(host, storage):
    argv = ["zfs", "snapshot", "-o", f"calypso:task={scenarios.TASK}", "tank/x@s2", "tank/x/y@s2"]
    host.answer(argv, "305-zfs-snapshot-several-exists.txt")
    with pytest.raises(SnapshotExists, match="tank/x/y@s2"):
        scenarios.create_snapshot_excluding(host, storage)


def test_the_marks_on_a_snapshot_are_read_and_dashes_are_none(storage):
    first, second = storage.snapshots("tank/x")
    assert (first.task, first.is_protected) == (None, True)
    assert (second.task, second.is_protected) == (scenarios.TASK, False)


def test_snapshots_are_empty_when_nothing_was_written_to_any(host, storage):
    assert scenarios.is_empty(host, storage)
    assert not scenarios.is_not_empty(host, storage)


def test_no_snapshot_on_a_full_pool(host, storage):
    host.answer(["zfs", "snapshot", "tank/d1@x"], "131-pool-full.txt", complaint=1)
    with pytest.raises(OutOfSpace):
        storage.create_snapshot("tank/d1", "x")


def test_a_snapshot_that_is_not_there_after_all_is_missing(host, storage):
    silent(host, "zfs snapshot tank/d1@lost")
    with pytest.raises(SnapshotMissing):
        storage.create_snapshot("tank/d1", "lost")


def test_one_held_snapshot_saves_its_whole_batch_and_is_named(host, storage):
    host.answer(SNAPSHOTS_D1, "snapshots-of-tank-d1-held.txt")
    host.answer(["zfs", "destroy", "tank/d1@r1,s2"], "078-zfs-destroy-held.txt")
    with pytest.raises(Held, match="tank/d1@s2 is held"):
        storage.destroy_snapshots("tank/d1", ["r1", "s2"])


def test_one_cloned_snapshot_saves_its_whole_batch_and_names_the_clone(host, storage):
    host.answer(["zfs", "destroy", "tank/d1@s1,r1"], "071-zfs-destroy-snap-with-clone.txt")
    with pytest.raises(HasClones, match="tank/c1"):
        storage.destroy_snapshots("tank/d1", ["s1", "r1"])


def test_one_held_snapshot_saves_the_other_batches_too(host, storage, monkeypatch):
    monkeypatch.setattr(snapshots, "BATCH", 1)
    host.answer(SNAPSHOTS_D1, "snapshots-of-tank-d1-held.txt")
    with pytest.raises(Held, match="tank/d1@s2 is held"):
        storage.destroy_snapshots("tank/d1", ["r1", "s2"])
    assert destroyed(host) == []


def test_what_is_in_use_by_something_that_does_not_show_is_told_as_zfs_told_it(host, storage):
    host.answer(["zfs", "destroy", "tank/d1@byuser"], "078-zfs-destroy-held.txt")
    with pytest.raises(Held, match="A hold or a running send"):
        storage.destroy_snapshots("tank/d1", ["byuser"])


def test_snapshots_that_are_gone_already_are_fine(host, storage):
    gone = ["zfs", "destroy", "tank/d1@nosuch"]
    host.answer(gone, "full-pool-072-zfs-destroy-snap-defer.txt", complaint=2)
    storage.destroy_snapshots("tank/d1", ["nosuch"])
    assert storage.plan_destroy_snapshots("tank/d1", ["nosuch"]).destroys == []


def test_a_snapshot_that_stays_after_its_destroying_is_an_error(host, storage):
    silent(host, "zfs destroy tank/d1@r1")
    host.answer((*SNAPSHOTS, "tank/d1@r1"), "snapshots-of-tank-d1.txt")
    with pytest.raises(StorageError, match="it is there"):
        storage.destroy_snapshots("tank/d1", ["r1"])


def test_a_plan_for_a_cloned_snapshot_says_so(host, storage):
    plan = scenarios.plan_destroy_snapshot(host, storage)
    assert plan.destroys == ["tank/d1@s1"]
    assert "has clones: tank/c1" in plan.effects[1]


def test_a_rollback_past_newer_snapshots_must_be_asked_for(host, storage):
    with pytest.raises(NewerSnapshots, match="byuser"):
        storage.rollback("tank/d1@s2")
    plan = storage.plan_rollback("tank/d1@s2")
    assert plan.destroys == []
    assert "It will be refused" in plan.effects[1]


def test_a_rollback_past_a_held_snapshot_destroys_none(host, storage):
    host.answer(SNAPSHOTS_D1, "snapshots-of-tank-d1-held.txt")
    with pytest.raises(Held):
        storage.rollback("tank/d1@r1", destroy_newer=True)
    assert not any("rollback" in argv for argv in host.asked)


def test_a_volume_in_use_loses_no_snapshot_to_a_rollback(host, storage):
    host.answer(opener_argv("tank/v1"), "a-user-of-a-volume.txt")
    with pytest.raises(Busy):
        storage.rollback("tank/v1@s1", destroy_newer=True)
    assert not any("rollback" in argv for argv in host.asked)


def test_a_rollback_that_did_not_happen_is_an_error(host, storage):
    silent(host, "zfs rollback -r tank/d1@s2")
    with pytest.raises(StorageError, match="it is not"):
        storage.rollback("tank/d1@s2", destroy_newer=True)


def test_an_unknown_snapshot_is_missing(host, storage):
    with pytest.raises(SnapshotMissing):
        storage.rollback("tank/d1@nosuch")
    host.answer(["zfs", "hold", "tag", "tank/d1@nosuch"], "070-zfs-clone-nosnap.txt")
    with pytest.raises(SnapshotMissing):
        storage.hold("tank/d1@nosuch", "tag")


def test_a_hold_that_is_there_already_is_fine(host, storage):
    host.answer(["zfs", "hold", "keep1", "tank/d1@s2"], "077-zfs-hold-dup.txt")
    storage.hold("tank/d1@s2", "keep1")


def test_a_hold_that_is_not_there_after_all_is_an_error(host, storage):
    silent(host, "zfs hold keep2 tank/d1@s2")
    with pytest.raises(StorageError, match="it is not"):
        storage.hold("tank/d1@s2", "keep2")


@pytest.mark.parametrize(
    "recording",
    ["080-zfs-release-none.txt", "070-zfs-clone-nosnap.txt", "091-zfs-destroy-nosuch.txt"],
)
def test_releasing_what_is_not_there_is_fine(host, storage, recording):
    host.answer(["zfs", "release", "keep1", "tank/d1@s2"], recording, complaint=0)
    storage.release("tank/d1@s2", "keep1")


def test_a_hold_that_stays_after_its_release_is_an_error(host, storage):
    with pytest.raises(StorageError, match="is not"):
        storage.release("tank/d1@s2", "keep1")


@pytest.mark.parametrize("name", ["a,b", "a%b", "%", "a b@c", ""])
def test_a_name_that_means_several_snapshots_destroys_none(host, storage, name):
    with pytest.raises(BadName):
        storage.destroy_snapshots("tank/d1", ["s2", name])
    assert destroyed(host) == []
