"""Pools on real disks: ones that are used, slow, damaged, and gone."""

import threading

import pytest

from calypso.drivers.storage import DeviceInUse, PoolSuspended, Vdev
from tests.real.storage.conftest import HOME

pytestmark = [pytest.mark.real("lab"), pytest.mark.timeout(600)]

SLOW_BYTES_PER_S = 4 << 20


def states(heard):
    return [scan.state for scan in heard]


@pytest.mark.parametrize("made", [("mkfs.ext4", "-q", "-F"), ("mkswap",)], ids=["ext4", "swap"])
def test_a_disk_that_holds_something_is_refused(zfs, made):
    zfs.do(*made, zfs.guest.disk(2))
    with pytest.raises(DeviceInUse):
        zfs.storage.create_pool("tank", [Vdev(devices=(zfs.guest.disk(2),))])
    assert zfs.storage.pools() == []
    zfs.do("wipefs", "-qa", zfs.guest.disk(2))


def test_a_disk_of_another_pool_is_refused(zfs):
    zfs.make_mirror()
    with pytest.raises(DeviceInUse):
        zfs.storage.create_pool("other", [Vdev(devices=(zfs.guest.disk(0),))])
    assert [pool.name for pool in zfs.storage.pools()] == ["tank"]


def test_a_scrub_is_seen_on_its_way_to_its_end(fresh_zfs):
    home = fresh_zfs.make_mirror()
    fresh_zfs.fill(home / "big", 32)
    for disk in (0, 1):
        fresh_zfs.guest.throttle(disk, read_bytes_per_s=SLOW_BYTES_PER_S)
    heard = []
    scan = fresh_zfs.storage.run_scrub("tank", on_scan=heard.append, timeout_s=300)
    assert (scan.state, scan.errors, scan.repaired_bytes) == ("finished", 0, 0)
    assert states(heard).count("running") > 1
    done = [one.percent for one in heard if one.percent is not None]
    assert done == sorted(done)
    assert done[0] < 100


def test_a_running_scrub_is_stopped(fresh_zfs):
    home = fresh_zfs.make_mirror()
    fresh_zfs.fill(home / "big", 32)
    for disk in (0, 1):
        fresh_zfs.guest.throttle(disk, read_bytes_per_s=1 << 20)
    fresh_zfs.do("zpool", "scrub", "tank")
    assert fresh_zfs.storage.pool("tank").scan.state == "running"
    fresh_zfs.storage.stop_scrub("tank")
    assert fresh_zfs.storage.pool("tank").scan.state == "canceled"


def test_damage_on_one_side_of_a_mirror_is_repaired_and_counted(fresh_zfs):
    home = fresh_zfs.make_mirror()
    fresh_zfs.fill(home / "big", 16)
    # Behind the labels at the front, and before those at the end.
    fresh_zfs.do(
        *("dd", "if=/dev/urandom", f"of={fresh_zfs.guest.disk(0)}-part1"),
        *("bs=1M", "seek=8", "count=200", "oflag=direct", "conv=notrunc"),
    )
    scan = fresh_zfs.storage.run_scrub("tank", on_scan=lambda _: None, timeout_s=300)
    assert scan.errors == 0
    assert scan.repaired_bytes > 0
    pool = fresh_zfs.storage.pool("tank")
    assert pool.checksum_errors > 0
    assert (pool.data_errors, pool.message_code) == (0, "ZFS-8000-9P")


def test_damage_nobody_can_repair_is_counted(fresh_zfs):
    guest, storage = fresh_zfs.guest, fresh_zfs.storage
    storage.create_pool("tank", [Vdev(devices=(guest.disk(0),))], mountpoint="/mnt/tank")
    home = guest.path(storage.create_dataset(HOME).mountpoint)
    fresh_zfs.fill(home / "big", 16)
    fresh_zfs.do(
        *("dd", "if=/dev/urandom", f"of={guest.disk(0)}-part1"),
        *("bs=1M", "seek=8", "count=200", "oflag=direct", "conv=notrunc"),
    )
    scan = storage.run_scrub("tank", on_scan=lambda _: None, timeout_s=300)
    assert scan.errors > 0
    pool = storage.pool("tank")
    assert pool.data_errors > 0
    assert pool.message_code == "ZFS-8000-8A"


def test_a_mirror_that_lost_a_disk_works_and_says_so(fresh_zfs):
    home = fresh_zfs.make_mirror()
    fresh_zfs.guest.pull(1)
    fresh_zfs.fill(home / "file", 1)
    pool = fresh_zfs.storage.pool("tank")
    assert (pool.health, pool.is_suspended) == ("DEGRADED", False)
    assert fresh_zfs.storage.create_snapshot(HOME, "one").name == f"{HOME}@one"


def test_a_pool_that_lost_its_disks_is_told_from_a_healthy_one(fresh_zfs):
    """Whoever writes hangs then; what the driver does must not."""
    home = fresh_zfs.make_mirror()
    for disk in (0, 1):
        fresh_zfs.guest.pull(disk)
    writer = threading.Thread(target=_write_for_ever, args=(fresh_zfs, home), daemon=True)
    writer.start()
    try:
        while not fresh_zfs.storage.pool("tank").is_suspended:
            pass  # each look takes a command
        assert [pool.is_suspended for pool in fresh_zfs.storage.pools()] == [True]
        with pytest.raises(PoolSuspended):
            fresh_zfs.storage.destroy_pool("tank")
        assert any("suspended" in told for told in _plan(fresh_zfs).effects)
    finally:
        fresh_zfs.guest.power_off()
        writer.join(timeout=30)
    assert not writer.is_alive()


def _plan(zfs):
    return zfs.storage.plan_destroy_pool("tank")


def _write_for_ever(zfs, home):
    with pytest.raises((EOFError, OSError)):
        zfs.run("sh", "-c", f"echo x >{home}/file; sync; sleep 1000", timeout_s=1000)
