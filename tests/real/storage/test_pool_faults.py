"""Faults of real disks: pulled, damaged under the pool, gone all at once."""

import time

import pytest

from calypso.drivers.storage import PoolSuspended
from tests.fakes.running import FakeRunning, run

pytestmark = [pytest.mark.real("lab"), pytest.mark.timeout(600)]
NOTICED_S = 5.0


def seen_within(lab, before):
    """Seconds until the sign of the pools differs."""
    since = time.monotonic()
    while lab.storage.sign() == before:
        assert time.monotonic() - since < 60, "the fault was never seen"
    return time.monotonic() - since


@pytest.mark.proves("storage.pool_replace")
def test_a_pulled_disk_is_seen_within_seconds_and_replaced(fresh_lab):
    lab = fresh_lab
    lab.mirror(0, 1)
    before = lab.storage.sign()
    lab.guest.pull(0)
    lab.sh("sleep 1; dd if=/dev/urandom of=/tank/more bs=1M count=4 2>/dev/null; zpool sync tank")

    assert seen_within(lab, before) < NOTICED_S
    pool = lab.storage.pool("tank")
    assert pool.health == "DEGRADED"
    gone = [one for one in pool.devices if one.state != "ONLINE"]
    assert [one.state in ("REMOVED", "UNAVAIL", "FAULTED") for one in gone] == [True]

    told = run("pool_replace", lab.storage, pool="tank", old=gone[0].name, new=lab.guest.disk(2))
    assert told.errors == 0
    assert lab.storage.pool("tank").health == "ONLINE"
    assert lab.device("tank", 2).state == "ONLINE"


def test_damage_under_the_pool_differs_the_sign_though_the_pool_says_online(lab):
    lab.mirror(0, 1)
    before = lab.storage.sign()
    lab.sh(f"dd if=/dev/urandom of={lab.guest.disk(0)}-part1 bs=1M seek=8 count=200 2>/dev/null;"
           "zpool export tank; zpool import tank; cat /tank/data > /dev/null")  # fmt: skip
    assert lab.storage.sign() != before
    pool = lab.storage.pool("tank")
    assert pool.health == "ONLINE"
    assert pool.checksum_errors > 0


@pytest.mark.proves("storage.pool_scrub")
def test_a_pool_that_lost_all_disks_ends_what_goes_on_instead_of_hanging(fresh_lab):
    lab = fresh_lab
    lab.mirror(0, 1, megabytes=60)
    for number in (0, 1):
        lab.guest.throttle(number, read_bytes_per_s=4 << 20)
    running = FakeRunning()
    lab.sh(
        "(sleep 2; for at in 0 1; do disk=$(basename $(readlink -f "
        "/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_scratch$at));"
        "echo offline > /sys/block/$disk/device/state; done;"
        "dd if=/dev/urandom of=/tank/late bs=1M count=4 oflag=direct) >/dev/null 2>&1 &"
    )
    with pytest.raises(PoolSuspended):
        run("pool_scrub", lab.storage, running, pool="tank")
    pool = lab.storage.pool("tank")
    assert (pool.is_suspended, pool.health) == (True, "SUSPENDED")
    with pytest.raises(PoolSuspended):
        run("pool_export", lab.storage, pool="tank")
    with pytest.raises(PoolSuspended):
        run("pool_destroy", lab.storage, pool="tank")
