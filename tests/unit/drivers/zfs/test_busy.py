"""What is in use or held is refused before anything of it is lost."""

import pytest

from calypso.drivers.storage import (
    Busy,
    HasClones,
    HasDependents,
    Held,
    NotPermitted,
    PoolSuspended,
    Unsupported,
)
from calypso.drivers.storage.zfs.datasets import LIST_NAMES
from calypso.drivers.storage.zfs.losses import told_gone
from calypso.drivers.storage.zfs.openers import User
from calypso.drivers.storage.zfs.using import in_words
from tests.unit.drivers.zfs import scenarios
from tests.unit.drivers.zfs.scenarios import (
    LIST,
    SNAPSHOTS,
    STATUS,
    destroyed,
    opener_argv,
    silent,
)

LEFT_OF_X = (*LIST_NAMES, "-r", "tank/x")


def test_a_busy_filesystem_is_refused_before_its_snapshots_are_lost(host, storage):
    with pytest.raises(Busy):
        scenarios.remount(host, storage)
    assert destroyed(host) == []


def test_who_keeps_a_filesystem_busy_is_named(host, storage):
    with pytest.raises(Busy) as refused:
        scenarios.remount(host, storage)
    assert refused.value.detail.endswith(
        "tank/x is used by process 4711 (bash); "
        "tank/x is used by process 4712 (smbd, of smbd.service). End that first."
    )


def test_where_the_users_of_a_busy_filesystem_cannot_be_seen_it_says_so(host, storage):
    host.answer(opener_argv(None, "tank/x"), "nobody-may-look.txt")
    with pytest.raises(Busy, match="By whom was not seen: Cannot see who uses"):
        scenarios.remount(host, storage)


def test_of_many_users_the_first_are_named():
    told = in_words([User("/dev/zvol/tank/v1", f"process {number}") for number in range(7)])
    assert told.endswith("tank/v1 is used by process 4; 2 more. End that first.")


def test_what_was_unmounted_of_a_busy_tree_is_mounted_again(host, storage):
    with pytest.raises(Busy):
        scenarios.remount(host, storage)
    assert host.asked[-1] == ("zfs", "mount", "tank/x/y")


def test_a_volume_in_use_is_refused_before_its_snapshots_are_lost(host, storage):
    host.answer(opener_argv("tank/v1"), "a-user-of-a-volume.txt")
    with pytest.raises(Busy, match="process 4711"):
        storage.destroy_dataset("tank/v1", recursive=True)
    assert destroyed(host) == []


def test_a_pool_with_a_volume_in_use_stays_whole(host, storage):
    host.answer([*STATUS, "tank"], "026-zpool-status.txt")
    host.answer(opener_argv("tank/v1"), "a-user-of-a-volume.txt")
    with pytest.raises(Busy):
        storage.destroy_pool("tank")
    assert destroyed(host) == []
    assert not any("unmount" in argv for argv in host.asked)


def test_a_filesystem_mounted_by_hand_is_refused(host, storage):
    host.answer([*LIST, "-r", "tank/legacy"], "datasets-under-tank-legacy.txt")
    with pytest.raises(Busy, match="by hand"):
        storage.destroy_dataset("tank/legacy", recursive=True)
    assert destroyed(host) == []


def test_a_held_snapshot_saves_the_whole_tree(host, storage):
    host.answer([*SNAPSHOTS, "-r", "tank/d1"], "snapshots-under-tank-d1-held.txt")
    with pytest.raises(Held):
        storage.destroy_dataset("tank/d1", recursive=True)
    assert destroyed(host) == []


def test_clones_elsewhere_save_the_whole_tree(host, storage):
    host.answer(scenarios.DRY_RUN_D1, "074-zfs-destroy-r-clones.txt")
    with pytest.raises(HasClones):
        storage.destroy_dataset("tank/d1", recursive=True)
    assert destroyed(host) == []


def test_dependents_are_only_destroyed_when_asked(host, storage):
    host.answer(["zfs", "destroy", "tank/d1"], "073-zfs-destroy-has-snaps.txt")
    with pytest.raises(HasDependents):
        storage.destroy_dataset("tank/d1")


def test_a_destroy_that_fails_after_all_leaves_the_tree_mounted(host, storage):
    silent(host, "zfs unmount tank/x", "zfs unmount tank/x/y")
    silent(host, "zfs mount tank/x", "zfs mount tank/x/y")
    host.answer(["zfs", "destroy", "-r", "tank/x"], "205-suspended.txt", complaint=1)
    host.answer(LEFT_OF_X, "205-suspended.txt", complaint=1, code=2)
    with pytest.raises(PoolSuspended, match="What of tank/x is gone could not be seen"):
        storage.destroy_dataset("tank/x", recursive=True)
    assert host.asked[-2:] == [("zfs", "mount", "tank/x"), ("zfs", "mount", "tank/x/y")]


@pytest.mark.parametrize(
    ("left", "told"),
    [
        ("names-left-of-tank-x.txt", "Destroyed already: tank/x/y/z. The rest is still there."),
        ("011-zfs-list-nosuch.txt", "Destroyed already: tank/x, tank/x/y, tank/x/y/z."),
    ],
)
def test_a_destroy_that_fails_after_all_says_what_is_gone(host, storage, left, told):
    silent(host, "zfs unmount tank/x", "zfs unmount tank/x/y")
    silent(host, "zfs mount tank/x", "zfs mount tank/x/y")
    host.answer(["zfs", "destroy", "-r", "tank/x"], "089-zfs-unmount-busy.txt", complaint=0)
    host.answer(LEFT_OF_X, left)
    with pytest.raises(Busy) as refused:
        storage.destroy_dataset("tank/x", recursive=True)
    assert told in refused.value.detail


def test_of_much_that_is_gone_the_first_are_named():
    names = [f"tank/x@{number}" for number in range(22)]
    assert told_gone(names, "tank/x").endswith("tank/x@19 and 2 more. The rest is still there.")
    assert told_gone([], "tank/x") == "Nothing of tank/x is destroyed."


def test_a_mount_that_fails_does_not_hide_why(host, storage):
    host.answer(["zfs", "unmount", "tank/x/y"])
    host.answer(["zfs", "unmount", "tank/x"], "089-zfs-unmount-busy.txt")
    silent(host, opener_argv(None, "tank/x"))
    host.answer(["zfs", "mount", "tank/x/y"], "099-perm-user.txt", complaint=4)
    with pytest.raises(Busy):
        storage.destroy_dataset("tank/x", recursive=True)


def test_a_root_dataset_goes_with_its_pool_only(host, storage):
    for act in (storage.destroy_dataset, storage.plan_destroy_dataset):
        with pytest.raises(Unsupported, match="Destroy the pool"):
            act("tank")
    assert host.asked == []


def test_where_the_users_of_a_volume_cannot_be_seen_it_stays(host, storage):
    host.answer(opener_argv("tank/v1"), "nobody-may-look.txt")
    with pytest.raises(NotPermitted):
        storage.destroy_dataset("tank/v1", recursive=True)
    assert destroyed(host) == []
