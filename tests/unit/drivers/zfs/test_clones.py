"""Clones: made, promoted, and in the way of a rollback until they are named."""

import pytest

from calypso.drivers.storage import HasClones, NotAClone, SnapshotExists, StorageError
from tests.unit.drivers.zfs import scenarios
from tests.unit.drivers.zfs.scenarios import SNAPSHOTS_C1, SNAPSHOTS_D1, gone, silent
from tests.unit.drivers.zfs.test_scenarios import changes

CLONED_SINCE = "snapshots-of-tank-d1-cloned-since-s1.txt"


def test_a_clone_comes_from_its_snapshot(host, storage):
    assert scenarios.clone(host, storage).origin == "tank/d1@s1"
    assert changes(host) == ["zfs clone -o mountpoint=/mnt/c1 tank/d1@s1 tank/c1"]


def test_a_clone_of_another_snapshot_is_an_error(host, storage):
    silent(host, "zfs clone -o mountpoint=/mnt/c1 tank/d1@s2 tank/c1")
    with pytest.raises(StorageError, match="comes from tank/d1@s1"):
        storage.clone("tank/d1@s2", "tank/c1", properties={"mountpoint": "/mnt/c1"})


def test_only_a_clone_of_that_dataset_is_promoted(host, storage):
    with pytest.raises(NotAClone, match="no snapshot"):
        storage.promote("tank/d1", "tank/x")
    with pytest.raises(NotAClone, match="tank/d1@s1, not"):
        storage.promote("tank/c1", "tank/x")
    assert changes(host) == []


def test_a_promotion_is_seen_to_have_happened(host, storage):
    scenarios.promote(host, storage)
    assert changes(host) == ["zfs promote tank/c1"]


def test_a_promotion_that_changed_nothing_is_an_error(host, storage):
    host.answer(SNAPSHOTS_C1, "snapshots-of-tank-c1.txt")
    silent(host, "zfs promote tank/c1")
    with pytest.raises(StorageError, match="but it is not"):
        storage.promote("tank/c1", "tank/d1")


def test_a_plan_names_the_snapshots_that_move(host, storage):
    plan = scenarios.plan_promote(host, storage)
    assert plan.effects[1:] == ["tank/d1@s1 becomes tank/c1@s1."]


def test_snapshots_of_one_name_do_not_move(host, storage):
    host.answer(SNAPSHOTS_C1, "snapshots-of-tank-c1-named-alike.txt")
    with pytest.raises(SnapshotExists, match="named s1"):
        storage.promote("tank/c1", "tank/d1")
    assert changes(host) == []
    assert "It will be refused" in storage.plan_promote("tank/c1", "tank/d1").effects[-1]


def roll_back_past_a_clone(host, storage, *named):
    host.answer(SNAPSHOTS_D1, CLONED_SINCE)
    return storage.rollback("tank/d1@s1", destroy_newer=True, destroy_clones=named)


def test_a_clone_that_nobody_named_stops_a_rollback_before_anything_is_lost(host, storage):
    for named in ((), ("tank/x",)):
        with pytest.raises(HasClones, match="tank/c1"):
            roll_back_past_a_clone(host, storage, *named)
    assert changes(host) == []


def test_named_clones_go_first_and_each_as_carefully_as_any_dataset(host, storage):
    for _ in range(2):
        host.answer(SNAPSHOTS_D1, CLONED_SINCE)
    for _ in range(2):
        host.answer(SNAPSHOTS_D1, "snapshots-of-tank-d1-cloned-no-more.txt")
    host.answer(SNAPSHOTS_D1, "snapshots-of-tank-d1-until-s1.txt")
    host.answer(["zfs", "destroy", "-nvpr", "tank/c1"], "destroy-nvpr-tank-c1.txt")
    gone(host, "tank/c1")
    silent(host, "zfs unmount tank/c1", "zfs destroy -r tank/c1", "zfs rollback -r tank/d1@s1")
    storage.rollback("tank/d1@s1", destroy_newer=True, destroy_clones=["tank/c1"])
    assert changes(host) == [
        "zfs unmount tank/c1",
        "zfs destroy -r tank/c1",
        "zfs rollback -r tank/d1@s1",
    ]


def test_a_plan_lists_named_clones_and_refuses_for_others(host, storage):
    host.answer(SNAPSHOTS_D1, CLONED_SINCE)
    host.answer(["zfs", "destroy", "-nvpr", "tank/c1"], "destroy-nvpr-tank-c1.txt")
    plan = storage.plan_rollback("tank/d1@s1", destroy_newer=True, destroy_clones=["tank/c1"])
    assert "tank/c1" in plan.destroys
    assert not any("refused" in effect for effect in plan.effects)
    assert plan.commands[0] == ["zfs", "destroy", "-r", "tank/c1"]
    without = storage.plan_rollback("tank/d1@s1", destroy_newer=True)
    assert "It will be refused" in without.effects[-1]
    assert "tank/c1" not in without.destroys
