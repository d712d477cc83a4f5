"""What datasets refuse, and what their plans say."""

import pytest

from calypso.drivers.storage import (
    DatasetExists,
    DatasetMissing,
    StorageError,
)
from tests.unit.drivers.zfs import scenarios
from tests.unit.drivers.zfs.scenarios import (
    SNAPSHOTS,
    destroyed,
    silent,
)


def test_with_parents_too_a_dataset_is_not_made_twice(host, storage):
    with pytest.raises(DatasetExists):
        storage.create_dataset("tank/d1", parents=True)


def test_a_volume_smaller_than_asked_for_is_an_error(host, storage):
    silent(host, "zfs create -V 99999999 tank/v1")
    with pytest.raises(StorageError, match="67108864 bytes only"):
        storage.create_dataset("tank/v1", size_bytes=99999999)


def test_what_a_cut_first_transfer_left_is_no_dataset(host, storage):
    for act in (storage.dataset, storage.datasets, storage.destroy_dataset):
        with pytest.raises(DatasetMissing):
            act("tank/r2")


def test_a_dataset_that_stays_after_its_destroying_is_an_error(host, storage):
    silent(host, "zfs destroy tank/d1")
    with pytest.raises(StorageError, match="it is there"):
        storage.destroy_dataset("tank/d1")


def test_a_plan_says_that_dependents_would_refuse(host, storage):
    plan = scenarios.plan_destroy_dataset(host, storage)
    assert plan.destroys == ["tank/d1"]
    assert plan.commands == [["zfs", "destroy", "tank/d1"]]
    assert "It will be refused" in plan.effects[1]


def test_a_plan_says_that_a_hold_would_refuse(host, storage):
    host.answer([*SNAPSHOTS, "-r", "tank/d1"], "snapshots-under-tank-d1-held.txt")
    plan = storage.plan_destroy_dataset("tank/d1", recursive=True)
    assert "tank/d1@s2 is held" in plan.effects[1]


def test_plans_change_nothing(host, storage):
    for plan in (
        scenarios.plan_destroy_dataset_recursive(host, storage),
        scenarios.plan_destroy_snapshots(host, storage),
        scenarios.plan_rollback(host, storage),
        scenarios.plan_destroy_pool(host, storage),
    ):
        assert plan.commands
        assert plan.destroys
    assert destroyed(host) == []
    assert not any("rollback" in argv for argv in host.asked)


def test_a_plan_is_the_same_when_made_twice(host, storage):
    first = scenarios.plan_destroy_dataset_recursive(host, storage)
    assert first == scenarios.plan_destroy_dataset_recursive(host, storage)
    assert first.destroys == sorted(first.destroys)
