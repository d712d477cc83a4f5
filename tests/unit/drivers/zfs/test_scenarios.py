"""Each verb asks exactly what it is to ask, in that order."""

import pytest

from calypso.drivers.storage import Busy
from calypso.drivers.storage.zfs import ZfsStorage
from tests.unit.drivers.zfs import scenarios
from tests.unit.drivers.zfs.scenarios import LIST, SNAPSHOTS, STATUS, ZPOOL_LIST, opener_argv


def asked(host):
    """What was run, without the question whether there is JSON."""
    return [argv for argv in host.asked if argv != ("zpool", "status", "-j")]


def changes(host):
    """The commands that change something."""
    reading = {"list", "status", "get", "holds", "version"}
    return [
        " ".join(argv)
        for argv in host.asked
        if argv[0] in ("zfs", "zpool") and argv[1] not in reading
        if not any(word.startswith("-nv") for word in argv)
    ]


@pytest.mark.parametrize("scenario", scenarios.SCENARIOS, ids=lambda one: one.__name__)
def test_every_verb_works_on_what_was_recorded(scenario, host, storage):
    if scenario is scenarios.remount:
        with pytest.raises(Busy):
            scenario(host, storage)
    else:
        scenario(host, storage)
    assert host.asked


def test_dates_are_asked_for_in_utc(host, storage):
    scenarios.pools(host, storage)
    given = dict(zip(host.asked, host.environments, strict=True))
    assert given[STATUS] == {"TZ": "UTC"}


def test_pools_are_read_with_two_commands(host, storage):
    pools = scenarios.pools(host, storage)
    assert asked(host) == [ZPOOL_LIST, STATUS]
    assert [(one.name, one.health, one.checksum_errors) for one in pools] == [
        ("tank", "ONLINE", 353)
    ]


def test_a_pool_is_read_by_its_name(host, storage):
    pool = scenarios.pool(host, storage)
    assert asked(host) == [(*ZPOOL_LIST, "tank"), (*STATUS, "tank")]
    assert pool.guid == "14218468554952335487"
    assert pool.message_code == "ZFS-8000-9P"
    assert pool.scan.repaired_bytes == round(39.2 * 1024**2)


def test_where_there_is_json_it_is_read():
    host = scenarios.make_json_host()
    pool = ZfsStorage(host).pool("tank")
    assert ("zpool", "status", "-ijpt", "--json-int", "tank") in host.asked
    assert pool.name == "tank"


def test_a_pool_is_made_with_its_stripes_first_and_never_by_force(host, storage):
    scenarios.create_pool(host, storage)
    disks = scenarios.DISKS
    assert changes(host) == [
        (
            "zpool create -o ashift=12 -O compression=lz4 -O mountpoint=/mnt/tank tank "
            f"{disks[0]} mirror {disks[1]} {disks[2]}"
        )
    ]


def test_a_pool_is_made_idle_before_it_is_destroyed(host, storage):
    scenarios.destroy_pool(host, storage)
    assert changes(host) == [
        "zfs unmount tank/x/y",
        "zfs unmount tank/d1",
        "zfs unmount tank/x",
        "zpool destroy tank",
    ]
    assert opener_argv("tank/v1") in host.asked


def test_a_scrub_is_started_and_followed_to_its_end(host, storage, pauses):
    scan, heard = scenarios.run_scrub(host, storage)
    assert changes(host) == ["zpool scrub tank"]
    assert [one.percent for one in heard] == [1.04, 13.38, 100.0]
    assert (scan.state, scan.errors, scan.repaired_bytes) == ("finished", 0, 0)
    assert len(pauses) == 2


def test_a_scrub_is_stopped(host, storage):
    scenarios.stop_scrub(host, storage)
    assert changes(host) == ["zpool scrub -s tank"]


def test_datasets_are_listed_by_name_with_spaces_in_them(host, storage):
    found = {one.name: one for one in scenarios.datasets(host, storage)}
    assert list(found) == sorted(found)
    assert found["tank/a b"].mountpoint is None
    assert found["tank/d1"].mountpoint == "/mnt/d1"
    assert found["tank/v1"].size_bytes == 67108864
    assert found["tank/c1"].origin == "tank/d1@s1"
    assert asked(host) == [LIST]


def test_what_a_cut_first_transfer_left_is_not_listed(host, storage):
    names = [one.name for one in scenarios.datasets_with_a_cut_one(host, storage)]
    assert names == ["tank", "tank/d1", "tank/r1"]


def test_a_filesystem_is_made_with_its_parents(host, storage):
    scenarios.create_filesystem(host, storage)
    assert changes(host) == ["zfs create -p -o quota=64M tank/x"]


def test_a_volume_has_its_size_in_bytes(host, storage):
    assert scenarios.create_volume(host, storage).size_bytes == 67108864
    assert changes(host) == ["zfs create -V 67108864 tank/v1"]


def test_a_dataset_alone_is_destroyed_by_one_command(host, storage):
    scenarios.destroy_dataset(host, storage)
    assert changes(host) == ["zfs destroy tank/legacy"]


def test_a_tree_is_unmounted_from_below_before_it_is_destroyed(host, storage):
    scenarios.destroy_dataset_recursive(host, storage)
    assert changes(host) == [
        "zfs unmount tank/x/y",
        "zfs unmount tank/x",
        "zfs destroy -r tank/x",
    ]


def test_a_volume_is_seen_unused_before_it_is_destroyed_with_its_snapshots(host, storage):
    scenarios.destroy_volume_recursive(host, storage)
    order = [argv[0:3] for argv in host.asked]
    assert order.index(opener_argv("tank/v1")[:3]) < order.index(("zfs", "destroy", "-r"))


def test_a_recursive_snapshot_is_one_command(host, storage):
    snapshot = scenarios.create_snapshot_recursive(host, storage)
    assert changes(host) == ["zfs snapshot -r -o calypso:job=17 tank/d1@s2"]
    assert (snapshot.guid, snapshot.order) == ("684754971616291358", 52)


def test_several_snapshots_go_in_one_command_whether_or_not_one_is_gone(host, storage):
    scenarios.destroy_snapshots(host, storage)
    assert changes(host) == ["zfs destroy tank/d1@nosuch,r1,s2"]


def test_snapshots_of_one_dataset_come_oldest_first(host, storage):
    listed = scenarios.snapshots_of(host, storage)
    assert [one.name.partition("@")[2] for one in listed] == ["s1", "a b", "r1", "s2", "byuser"]
    assert listed[0].clones == ("tank/c1",)
    assert asked(host) == [(*SNAPSHOTS, "-d", "1", "tank/d1")]


def test_all_snapshots_come_by_dataset_and_age(host, storage):
    listed = [one.name for one in scenarios.snapshots(host, storage)]
    assert listed[:3] == ["tank@r1", "tank/d1@s1", "tank/d1@a b"]


def test_a_rollback_destroys_nothing_it_was_not_told_to(host, storage):
    scenarios.rollback(host, storage)
    assert changes(host) == ["zfs rollback tank/d1@s2"]


def test_a_rollback_past_newer_snapshots_says_so_to_zfs(host, storage):
    scenarios.rollback_destroying_newer(host, storage)
    assert changes(host) == ["zfs rollback -r tank/d1@s2"]


def test_holds_are_put_and_taken_by_tag(host, storage):
    scenarios.hold(host, storage)
    scenarios.release(host, storage)
    assert changes(host) == ["zfs hold keep1 tank/d1@s2", "zfs release keep1 tank/d1@s2"]


def test_a_full_transfer_is_not_forced_and_is_mounted_after(host, storage):
    sent = scenarios.send_full(host, storage)
    assert changes(host) == [
        "zfs send -vP tank/d1@s2",
        "zfs receive -s -u tank/r1",
        "zfs mount tank/r1",
    ]
    assert (sent.snapshot, sent.base, sent.resumed) == ("tank/r1@s2", None, False)


def test_an_increment_goes_from_its_base_and_undoes_changes_in_the_target(host, storage):
    sent = scenarios.send_increment(host, storage)
    assert changes(host) == [
        "zfs send -vP -i tank/d1@r1 tank/d1@s2",
        "zfs receive -s -u -F tank/r1",
    ]
    assert sent.base == "tank/d1@r1"


def test_a_cut_transfer_is_taken_up_by_its_token(host, storage):
    heard = []
    sent = scenarios.send_resumed(host, storage, heard)
    assert changes(host)[:2] == [
        f"zfs send -vP -t {scenarios.TOKEN}",
        "zfs receive -s -u tank/r2",
    ]
    assert sent.resumed
    assert heard[0] == (0x130C340, 0x130C340 + 105202728)
    assert sent.sent_bytes == 0x130C340 + 105202728


def test_a_target_takes_over_properties_but_not_where_the_source_is_mounted(host, storage):
    scenarios.send_as_it_is(host, storage)
    assert changes(host)[:2] == [
        "zfs send -vP -w -c -L -p tank/d1@s2",
        "zfs receive -s -u -x mountpoint -x canmount tank/r1",
    ]


def test_what_a_cut_transfer_left_can_be_thrown_away(host, storage):
    scenarios.abandon(host, storage)
    assert changes(host) == ["zfs receive -A tank/r2"]


def test_a_checksum_is_that_of_the_snapshots_own_folder(host, storage):
    assert len(scenarios.checksum(host, storage)) == 64
    assert host.asked[-1][-1] == "/mnt/d1/.zfs/snapshot/s2"


def test_a_snapshot_is_mounted_before_it_is_read(host, storage):
    scenarios.checksum(host, storage)
    assert host.asked[-2] == ("stat", "/mnt/d1/.zfs/snapshot/s2/.")
