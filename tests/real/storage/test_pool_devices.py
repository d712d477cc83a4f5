"""Devices of pools on real disks: replaced, attached, taken out, added, removed, grown."""

import pytest

from calypso.drivers.storage import (
    CheckpointExists,
    DeviceInUse,
    DeviceMissing,
    DeviceUnfit,
    NoReplicas,
    Unsupported,
)
from tests.fakes.running import FakeRunning, plan, run

pytestmark = [pytest.mark.real("lab"), pytest.mark.timeout(600)]
SLOW = 10 << 20  # bytes a second: a resilver lasts long enough to be looked at


@pytest.mark.proves("storage.pool_replace")
@pytest.mark.proves("storage.pool_offline")
def test_a_failed_disk_is_replaced_with_progress(lab):
    lab.mirror(0, 1)
    run("pool_offline", lab.storage, pool="tank", device=lab.guest.disk(0))
    assert lab.storage.pool("tank").health == "DEGRADED"
    with pytest.raises(NoReplicas):
        run("pool_offline", lab.storage, pool="tank", device=lab.guest.disk(1))

    lab.guest.throttle(1, read_bytes_per_s=SLOW)
    running = FakeRunning()
    told = run(
        "pool_replace", lab.storage, running,
        pool="tank", old=lab.guest.disk(0), new=lab.guest.disk(2), force=True,
    )  # fmt: skip

    assert told.resilvered_bytes > 20 << 20
    assert told.errors == 0
    assert running.percents == sorted(running.percents)
    assert any(0 < percent < 100 for percent in running.percents)
    assert lab.storage.pool("tank").health == "ONLINE"
    assert lab.device("tank", 0) is None
    assert lab.device("tank", 2).state == "ONLINE"


@pytest.mark.proves("storage.pool_replace")
def test_a_cancelled_replacing_leaves_the_pool_as_it_was(lab):
    lab.mirror(0, 1, megabytes=60)
    for number in (0, 1):
        lab.guest.throttle(number, read_bytes_per_s=SLOW)
    running, raised = lab.cancelled(
        "pool_replace", pool="tank", old=lab.guest.disk(0), new=lab.guest.disk(2), force=True
    )
    assert raised
    assert running.tidied == 1
    assert [lab.device("tank", number) is None for number in range(3)] == [False, False, True]
    assert lab.storage.pool("tank").health == "ONLINE"


@pytest.mark.proves("storage.pool_attach")
@pytest.mark.proves("storage.pool_detach")
def test_a_mirror_gets_wider_and_narrower(lab):
    lab.mirror(0, 1)
    with pytest.raises(DeviceInUse):
        attach(lab, lab.guest.disk(1), "/dev/vda")
    lab.guest.throttle(0, read_bytes_per_s=SLOW)
    running = FakeRunning()
    attach(lab, lab.guest.disk(1), lab.guest.disk(3), running)
    assert running.percents
    assert lab.device("tank", 3).group == "mirror-0"

    run("pool_detach", lab.storage, pool="tank", device=lab.guest.disk(0))
    run("pool_detach", lab.storage, pool="tank", device=lab.guest.disk(1))
    with pytest.raises(Unsupported, match="only applicable"):
        run("pool_detach", lab.storage, pool="tank", device=lab.guest.disk(3))
    with pytest.raises(DeviceMissing):
        run("pool_detach", lab.storage, pool="tank", device=lab.guest.disk(1))


def attach(lab, target, new, running=None):
    run(
        "pool_attach", lab.storage, running or FakeRunning(),
        pool="tank", vdev=target, disk=new, force=True,
    )  # fmt: skip


@pytest.mark.proves("storage.pool_online")
@pytest.mark.proves("storage.pool_resilver_watch")
def test_a_disk_that_was_away_is_filled_with_what_it_missed(lab):
    lab.mirror(0, 1)
    run("pool_offline", lab.storage, pool="tank", device=lab.guest.disk(0))
    lab.fill("tank", 40)
    with lab.still_scans():
        told = run("pool_online", lab.storage, pool="tank", device=lab.guest.disk(0))
        # It begins with the next transaction group; before that there is nothing to watch.
        lab.sh("until zpool status tank | grep -q 'resilver in progress'; do sleep 0.1; done")
        watch, thread, answers = lab.begun("pool_resilver_watch", pool="tank")
    thread.join()

    assert told.state == "ONLINE"
    assert not answers[0].is_idle
    assert answers[0].resilvered_bytes > 10 << 20
    assert watch.percents[0] < 100
    assert watch.percents[-1] == 100
    assert run("pool_resilver_watch", lab.storage, pool="tank").is_idle


@pytest.mark.proves("storage.pool_add_vdev")
@pytest.mark.proves("storage.pool_remove_vdev")
def test_vdevs_are_added_and_removed_with_their_data_moved(lab):
    lab.mirror(0, 1)
    pair = {"kind": "mirror", "devices": [lab.guest.disk(2), lab.guest.disk(3)]}
    extras = [
        {"role": "log", "devices": [lab.guest.disk(4)]},
        {"role": "cache", "devices": [lab.guest.disk(5)]},
    ]
    lonely = [{"devices": [lab.guest.disk(4)]}]
    with pytest.raises(DeviceUnfit, match="mismatched replication level"):
        run("pool_add_vdev", lab.storage, pool="tank", vdevs=lonely)

    shown = plan("pool_add_vdev", lab.storage, pool="tank", vdevs=[pair, *extras])
    assert any("scratch5" in line for line in shown.effects)
    before = lab.storage.pool("tank").size_bytes
    told = run("pool_add_vdev", lab.storage, pool="tank", vdevs=[pair, *extras])
    assert told.size_bytes > before * 1.9

    lab.sh("dd if=/dev/urandom of=/tank/more bs=1M count=40 2>/dev/null; zpool sync tank")
    assert (
        "bytes of memory"
        in plan("pool_remove_vdev", lab.storage, pool="tank", vdev="mirror-1").effects[1]
    )
    lab.sh("echo 1 > /sys/module/zfs/parameters/zfs_removal_suspend_progress")
    _, raised = lab.cancelled("pool_remove_vdev", pool="tank", vdev="mirror-1")
    assert raised
    assert lab.device("tank", 2).group == "mirror-1"
    lab.sh("echo 0 > /sys/module/zfs/parameters/zfs_removal_suspend_progress")

    for vdev in ("mirror-1", lab.guest.disk(4), lab.guest.disk(5)):
        run("pool_remove_vdev", lab.storage, pool="tank", vdev=vdev)
    assert [one.group for one in lab.storage.pool("tank").devices] == ["mirror-0", "mirror-0"]
    assert lab.storage.pool("tank").removal.state == "finished"


@pytest.mark.proves("storage.pool_expand")
def test_a_pool_uses_disks_that_have_grown(lab):
    """A file that grows stands for a disk: the lab's disks keep their size."""
    lab.sh("truncate -s 200M /tmp/grows")
    run("pool_create", lab.storage, name="grows", vdevs=[{"devices": ["/tmp/grows"]}])
    assert run("pool_expand", lab.storage, pool="grows").grown_bytes == 0
    lab.sh("truncate -s 400M /tmp/grows")
    running = FakeRunning()
    told = run("pool_expand", lab.storage, running, pool="grows")
    assert told.grown_bytes > 100 << 20
    assert running.reports[-1]["done"] == running.reports[-1]["total"] == 1


@pytest.mark.proves("storage.pool_checkpoint")
def test_a_checkpoint_forbids_changes_until_it_is_discarded(lab):
    lab.mirror(0, 1)
    run("pool_checkpoint", lab.storage, pool="tank", action="create")
    lab.sh("rm /tank/data; zpool sync tank")
    with pytest.raises(CheckpointExists):
        run("pool_checkpoint", lab.storage, pool="tank", action="create")
    with pytest.raises(CheckpointExists):
        run("pool_detach", lab.storage, pool="tank", device=lab.guest.disk(0))
    assert lab.storage.pool("tank").checkpoint.space_bytes > 10 << 20
    run("pool_checkpoint", lab.storage, pool="tank", action="discard")
    assert lab.storage.pool("tank").checkpoint is None
