"""What every storage product promises: names, refusals, snapshots, rollback, holds."""

import os

import pytest

from calypso.drivers.storage import (
    BadName,
    Busy,
    DatasetExists,
    DatasetMissing,
    DeviceMissing,
    HasDependents,
    Held,
    NewerSnapshots,
    ParentMissing,
    PoolExists,
    PoolMissing,
    SnapshotExists,
    SnapshotMissing,
    Vdev,
)
from tests.contract.storage.edits import overwrite
from tests.lab.inside import working_in


def test_a_new_pool_is_listed_healthy_and_has_room(place):
    pool = place.storage.pool(place.pool)
    assert pool.health == "ONLINE"
    assert pool.free_bytes > 0
    assert place.pool in [one.name for one in place.storage.pools()]


def test_a_pool_is_not_made_twice(place, tmp_path):
    with pytest.raises(PoolExists):
        place.storage.create_pool(place.pool, [Vdev(devices=(str(tmp_path / "other"),))])


def test_a_device_that_is_not_there_is_named(place, tmp_path):
    with pytest.raises(DeviceMissing):
        place.storage.create_pool("other", [Vdev(devices=(str(tmp_path / "no" / "such"),))])


def test_an_unknown_pool_is_missing(place):
    with pytest.raises(PoolMissing):
        place.storage.pool("nosuch")


@pytest.mark.proves("storage.dataset_create")
def test_a_new_dataset_is_empty_and_mounted(place):
    dataset = place.dataset("home")
    assert list(place.path(dataset).iterdir()) == []
    assert dataset in [one.name for one in place.storage.datasets()]


def test_a_dataset_is_not_made_twice(place):
    dataset = place.dataset("home")
    with pytest.raises(DatasetExists):
        place.storage.create_dataset(dataset)


def test_a_dataset_needs_its_parent_unless_asked(place):
    deep = f"{place.pool}/a/b/c"
    with pytest.raises(ParentMissing):
        place.storage.create_dataset(deep)
    assert place.storage.create_dataset(deep, parents=True).name == deep


def test_an_unknown_dataset_is_missing(place):
    for ask in (
        lambda: place.storage.dataset(f"{place.pool}/nosuch"),
        lambda: place.storage.snapshots(f"{place.pool}/nosuch"),
        lambda: place.storage.destroy_dataset(f"{place.pool}/nosuch"),
        lambda: place.storage.create_snapshot(f"{place.pool}/nosuch", "one"),
        lambda: place.storage.datasets(f"{place.pool}/nosuch"),
    ):
        with pytest.raises(DatasetMissing):
            ask()


@pytest.mark.parametrize("part", ["..", ".", "a%b", "a/../../b", "a//b", "", "a\nb", "a\x00b"])
def test_a_hostile_name_is_refused_by_the_product_too(place, part):
    home = place.dataset("home")
    name = place.snapshot(home, "one")
    for ask in (
        lambda: place.storage.create_dataset(f"{place.pool}/{part}", parents=True),
        lambda: place.storage.create_snapshot(home, part),
        lambda: place.send(name, f"{place.pool}/{part}"),
        lambda: place.storage.create_pool(f"x/{part}", [Vdev(devices=("/nonexistent/x",))]),
    ):
        with pytest.raises(BadName):
            ask()
    assert [one.name for one in place.storage.datasets(place.pool)] == [place.pool, home]
    assert [one.name for one in place.storage.snapshots(home)] == [name]


def test_datasets_below_are_listed_with_their_parent(place):
    dataset = place.dataset("home")
    place.storage.create_dataset(f"{dataset}/ada")
    place.dataset("other")
    assert [one.name for one in place.storage.datasets(dataset)] == [dataset, f"{dataset}/ada"]


def test_a_snapshot_keeps_what_was_there(place):
    dataset = place.dataset("home")
    file = place.path(dataset) / "a"
    file.write_text("before")
    name = place.snapshot(dataset, "one")
    before = place.storage.checksum(name)
    place.machine.call(overwrite, file, b"after!")

    assert place.storage.checksum(name) == before
    assert place.storage.checksum(place.snapshot(dataset, "two")) != before
    place.storage.rollback(name, destroy_newer=True)
    assert (place.path(dataset) / "a").read_text() == "before"


def test_snapshots_are_listed_oldest_first(place):
    dataset = place.dataset("home")
    names = [place.snapshot(dataset, name) for name in ("b", "a", "c")]
    listed = place.storage.snapshots(dataset)
    assert [one.name for one in listed] == names
    assert [one.order for one in listed] == sorted(one.order for one in listed)


def test_a_snapshot_is_not_taken_twice(place):
    dataset = place.dataset("home")
    place.snapshot(dataset, "one")
    with pytest.raises(SnapshotExists):
        place.snapshot(dataset, "one")


def test_a_recursive_snapshot_is_on_every_child(place):
    dataset = place.dataset("home")
    place.storage.create_dataset(f"{dataset}/ada")
    place.storage.create_snapshot(dataset, "all", recursive=True)
    assert [one.name for one in place.storage.snapshots(f"{dataset}/ada")] == [f"{dataset}/ada@all"]


def test_a_recursive_snapshot_is_on_all_or_none(place):
    dataset = place.dataset("home")
    place.storage.create_dataset(f"{dataset}/ada")
    place.snapshot(f"{dataset}/ada", "all")
    with pytest.raises(SnapshotExists):
        place.storage.create_snapshot(dataset, "all", recursive=True)
    assert place.storage.snapshots(dataset) == []


def test_a_parents_snapshot_holds_nothing_of_its_children(place):
    dataset = place.dataset("home")
    before = place.storage.checksum(place.snapshot(dataset, "before"))
    place.storage.create_dataset(f"{dataset}/ada")
    (place.path(f"{dataset}/ada") / "file").write_text("x")
    place.snapshot(dataset, "after")
    place.storage.destroy_dataset(f"{dataset}/ada")
    place.storage.rollback(f"{dataset}@before", destroy_newer=True)
    assert place.storage.checksum(f"{dataset}@before") == before


@pytest.mark.proves("storage.snapshot_destroy")
def test_a_destroyed_snapshot_is_gone_and_gone_is_fine(place):
    dataset = place.dataset("home")
    for name in ("one", "two", "three"):
        place.snapshot(dataset, name)
    place.storage.destroy_snapshots(dataset, ["one", "three", "nosuch"])
    assert [one.name for one in place.storage.snapshots(dataset)] == [f"{dataset}@two"]


def test_a_held_snapshot_stays_until_released(place):
    dataset = place.dataset("home")
    name = place.snapshot(dataset, "one")
    place.storage.hold(name, "calypso-a-1")
    place.storage.hold(name, "calypso-a-1")
    assert place.storage.snapshots(dataset)[0].holds == 1

    with pytest.raises(Held):
        place.storage.destroy_snapshots(dataset, ["one"])
    place.storage.release(name, "calypso-a-1")
    place.storage.release(name, "calypso-a-1")
    place.storage.destroy_snapshots(dataset, ["one"])
    place.storage.release(name, "calypso-a-1")
    assert place.storage.snapshots(dataset) == []


def test_a_plan_names_each_snapshot_that_goes(place):
    dataset = place.dataset("home")
    for name in ("one", "two"):
        place.snapshot(dataset, name)
    plan = place.storage.plan_destroy_snapshots(dataset, ["one", "two"])
    assert sorted(plan.destroys) == [f"{dataset}@one", f"{dataset}@two"]
    assert plan.commands
    assert len(place.storage.snapshots(dataset)) == 2


@pytest.mark.proves("storage.dataset_destroy")
def test_a_dataset_with_dependents_is_only_destroyed_with_them(place):
    dataset = place.dataset("home")
    place.storage.create_dataset(f"{dataset}/ada")
    place.snapshot(dataset, "one")
    with pytest.raises(HasDependents):
        place.storage.destroy_dataset(dataset)
    plan = place.storage.plan_destroy_dataset(dataset, recursive=True)
    assert set(plan.destroys) == {dataset, f"{dataset}@one", f"{dataset}/ada"}

    place.storage.destroy_dataset(dataset, recursive=True)
    with pytest.raises(DatasetMissing):
        place.storage.dataset(dataset)


def test_a_dataset_in_use_is_refused_before_anything_of_it_is_lost(place):
    dataset = place.dataset("home")
    place.snapshot(dataset, "one")
    with place.machine.entered(working_in, place.path(dataset)), pytest.raises(Busy):
        place.storage.destroy_dataset(dataset, recursive=True)
    assert [one.name for one in place.storage.snapshots(dataset)] == [f"{dataset}@one"]


@pytest.mark.proves("storage.snapshot_rollback")
def test_a_rollback_brings_everything_back(place):
    dataset = place.dataset("home")
    path = place.path(dataset)
    (path / "a").write_text("first")
    (path / "a").chmod(0o640)
    place.snapshot(dataset, "one")
    (path / "a").unlink()
    (path / "b").write_text("second")

    place.storage.rollback(f"{dataset}@one")

    path = place.path(dataset)
    assert (path / "a").read_text() == "first"
    assert (path / "a").stat().st_mode & 0o777 == 0o640
    assert not (path / "b").exists()
    (path / "a").write_text("writable again")


def test_a_rollback_past_newer_snapshots_must_be_asked_for(place):
    dataset = place.dataset("home")
    (place.path(dataset) / "a").write_text("first")
    place.snapshot(dataset, "one")
    place.snapshot(dataset, "two")
    with pytest.raises(NewerSnapshots):
        place.storage.rollback(f"{dataset}@one")
    assert place.storage.plan_rollback(f"{dataset}@one", destroy_newer=True).destroys == [
        f"{dataset}@two"
    ]
    place.storage.rollback(f"{dataset}@one", destroy_newer=True)
    assert [one.name for one in place.storage.snapshots(dataset)] == [f"{dataset}@one"]


def test_a_rollback_keeps_the_place_where_files_are(place):
    dataset = place.dataset("home")
    place.snapshot(dataset, "one")
    before = place.path(dataset)
    place.storage.rollback(f"{dataset}@one")
    assert place.path(dataset) == before


def test_a_rollback_that_would_destroy_a_held_snapshot_changes_nothing(place):
    dataset = place.dataset("home")
    place.snapshot(dataset, "one")
    held = place.snapshot(dataset, "two")
    place.storage.hold(held, "calypso-a-1")
    (place.path(dataset) / "a").write_text("later")

    with pytest.raises(Held):
        place.storage.rollback(f"{dataset}@one", destroy_newer=True)

    assert (place.path(dataset) / "a").read_text() == "later"
    assert [one.name for one in place.storage.snapshots(dataset)] == [f"{dataset}@one", held]
    place.storage.release(held, "calypso-a-1")


def test_one_held_snapshot_of_several_keeps_them_all(place):
    dataset = place.dataset("home")
    names = [place.snapshot(dataset, name) for name in ("one", "two")]
    place.storage.hold(names[1], "calypso-a-1")
    with pytest.raises(Held):
        place.storage.destroy_snapshots(dataset, ["one", "two"])
    assert [one.name for one in place.storage.snapshots(dataset)] == names
    place.storage.release(names[1], "calypso-a-1")


def test_an_unknown_snapshot_is_missing(place):
    dataset = place.dataset("home")
    with pytest.raises(SnapshotMissing):
        place.storage.rollback(f"{dataset}@nosuch")
    with pytest.raises(SnapshotMissing):
        place.storage.hold(f"{dataset}@nosuch", "tag")


def test_a_scrub_of_a_healthy_pool_finds_nothing(place):
    dataset = place.dataset("home")
    (place.path(dataset) / "a").write_bytes(os.urandom(100_000))
    place.snapshot(dataset, "one")
    heard = []
    scan = place.storage.run_scrub(place.pool, on_scan=heard.append, timeout_s=60)
    assert (scan.state, scan.errors) == ("finished", 0)
    assert place.storage.pool(place.pool).scan.state == "finished"
    assert heard


def test_stopping_where_no_scrub_runs_changes_nothing(place):
    place.storage.stop_scrub(place.pool)
    place.storage.run_scrub(place.pool, on_scan=lambda _scan: None, timeout_s=60)
    place.storage.stop_scrub(place.pool)
    assert place.storage.pool(place.pool).scan.state == "finished"


def test_a_plan_for_a_pool_names_all_that_is_in_it(place):
    dataset = place.dataset("home")
    place.snapshot(dataset, "one")
    destroys = place.storage.plan_destroy_pool(place.pool).destroys
    assert {place.pool, dataset, f"{dataset}@one"} <= set(destroys)


def test_a_product_says_what_it_is(place):
    able = place.storage.probe()
    assert able.available
    assert able.product in {"directory", "zfs"}
