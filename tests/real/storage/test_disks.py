"""Disks of a real machine: found, wiped only when nobody uses them, asked for their health."""

import json

import pytest

from calypso.drivers.storage import DeviceInUse, DeviceMissing, Unsupported
from tests.fakes.running import FakeRunning, plan, run
from tests.lab.inside import opened

pytestmark = [pytest.mark.real("lab"), pytest.mark.timeout(600)]


def found(lab, number):
    (disk,) = [one for one in lab.storage.disks() if one.path == lab.guest.disk(number)]
    return disk


def test_disks_are_listed_with_who_uses_them(lab):
    lab.mirror(0, 1, megabytes=1)
    disk = found(lab, 0)
    assert (disk.serial, disk.size_bytes, disk.pool) == ("scratch0", 1 << 30, "tank")
    assert disk.in_use[0] == "the pool tank"
    assert disk.can_discard
    assert disk.smart.health == "passed"
    (root,) = [one for one in lab.storage.disks() if "/dev/vda is mounted at /" in one.in_use]
    assert root.pool is None
    run("pool_export", lab.storage, pool="tank")
    exported = found(lab, 0)
    assert (exported.pool, exported.in_use) == (None, ())
    assert any("zfs_member tank" in what for what in exported.holds)


@pytest.mark.proves("storage.disk_wipe")
def test_a_disk_is_wiped_in_each_way_and_never_while_it_is_used(lab):
    lab.mirror(0, 1, megabytes=1)
    disk = lab.guest.disk(0)
    with pytest.raises(DeviceInUse, match="the pool tank"):
        run("disk_wipe", lab.storage, disk=disk)
    with pytest.raises(DeviceInUse, match="mounted at /"):
        plan("disk_wipe", lab.storage, disk="/dev/vda")
    run("pool_export", lab.storage, pool="tank")
    with lab.guest.entered(opened, disk), pytest.raises(DeviceInUse, match="process"):
        run("disk_wipe", lab.storage, disk=disk)

    shown = plan("disk_wipe", lab.storage, disk=disk)
    assert any("zfs_member tank" in what for what in shown.destroys)
    run("disk_wipe", lab.storage, disk=disk)
    assert found(lab, 0).holds == ()
    assert "tank" in lab.sh("zpool import")  # the other half is as it was

    for mode in ("full", "zero"):
        lab.sh(f"mkfs.ext4 -qF {disk}")
        running = FakeRunning()
        run("disk_wipe", lab.storage, running, disk=disk, mode=mode)
        assert running.reports[-1]["done"] == running.reports[-1]["total"] == 1 << 30
        assert found(lab, 0).holds == ()
    assert lab.sh(f"cmp -n 1073741824 {disk} /dev/zero && echo same").strip() == "same"


@pytest.mark.proves("storage.disk_rescan")
def test_a_disk_that_was_taken_out_and_put_back_is_found(lab):
    lab.sh(f"echo 1 > /sys/block/$(basename $(readlink -f {lab.guest.disk(5)}))/device/delete")
    with pytest.raises(DeviceMissing):
        run("disk_wipe", lab.storage, disk=lab.guest.disk(5))
    running = FakeRunning()
    told = run("disk_rescan", lab.storage, running)
    assert told.appeared == (lab.guest.disk(5),)
    assert told.vanished == ()
    assert running.reports[-1]["done"] == running.reports[-1]["total"] > 0
    assert run("disk_rescan", lab.storage).appeared == ()


@pytest.mark.proves("storage.disk_smart_test")
@pytest.mark.parametrize("test", ["short", "long"])
def test_a_disk_tests_itself_and_has_it_in_its_log(lab, test):
    disk = lab.guest.ata_disk
    before = self_tests(lab, disk)
    running = FakeRunning()
    told = run("disk_smart_test", lab.storage, running, disk=disk, test=test)
    assert told.words == "completed without error"
    assert running.reports[-1]["percent"] == 100.0
    assert self_tests(lab, disk) == before + 1


def self_tests(lab, disk):
    told = json.loads(lab.sh(f"smartctl -j -l selftest {disk}"))
    return told["ata_smart_self_test_log"]["standard"]["count"]


def test_a_virtual_disk_cannot_test_itself_and_says_so(lab):
    with pytest.raises(Unsupported, match="makes no self-test"):
        run("disk_smart_test", lab.storage, disk=lab.guest.disk(2))


def test_a_disk_of_nvme_is_listed_pooled_and_wiped_like_others(fresh_lab):
    lab = fresh_lab
    nvme, sata = lab.guest.plug_nvme(), lab.guest.ata_disk
    vdev = {"kind": "mirror", "devices": [nvme, sata]}
    run("pool_create", lab.storage, name="tank", vdevs=[vdev])
    disks = {one.path: one for one in lab.storage.disks()}
    told = [(disks[path].transport, disks[path].serial, disks[path].pool) for path in (nvme, sata)]
    assert told == [("nvme", "nvme0", "tank"), ("sata", "sata0", "tank")]
    assert {disks[path].smart.health for path in (nvme, sata)} == {"passed"}
    with pytest.raises(DeviceInUse, match="the pool tank"):
        run("disk_wipe", lab.storage, disk=nvme)
    run("pool_export", lab.storage, pool="tank")
    for disk in (nvme, sata):
        run("disk_wipe", lab.storage, disk=disk, mode="full")
    assert lab.sh("zpool import 2>&1; true").strip() == "no pools available to import"
    with pytest.raises(Unsupported, match="no self-test"):
        run("disk_smart_test", lab.storage, disk=nvme)
