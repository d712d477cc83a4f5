"""What somebody uses is refused before anything of it is lost, whoever the user is."""

import pytest

from calypso.drivers.storage import Busy, DatasetMissing
from tests.real.storage.conftest import HOME

pytestmark = [pytest.mark.real("lab"), pytest.mark.timeout(600)]

VOLUME, DEVICE = "tank/volume", "/dev/zvol/tank/volume"
EXPORT = "/sys/kernel/config/target/core/iblock_0/calypso"
USERS = {
    "a mount": (
        ["sh", "-c", f"mkfs.ext4 -q {DEVICE} && mkdir -p /mnt/v && mount {DEVICE} /mnt/v"],
        ["umount", "/mnt/v"],
    ),
    "swap": (["sh", "-c", f"mkswap {DEVICE} && swapon {DEVICE}"], ["swapoff", DEVICE]),
    "a loop device": (["losetup", "/dev/loop0", DEVICE], ["losetup", "-d", "/dev/loop0"]),
    "an export by LIO": (
        [
            "sh",
            "-c",
            (
                f"modprobe target_core_iblock && mkdir -p {EXPORT} && cd {EXPORT}"
                f" && echo udev_path={DEVICE} >control && echo {DEVICE} >udev_path"
                " && echo 1 >enable"
            ),
        ],
        ["rmdir", EXPORT],
    ),
    "a mounted partition": (
        [
            "sh",
            "-c",
            (
                f"sgdisk -n 1 {DEVICE} && udevadm settle && mkfs.ext4 -q {DEVICE}-part1"
                f" && mkdir -p /mnt/v && mount {DEVICE}-part1 /mnt/v"
            ),
        ],
        ["umount", "/mnt/v"],
    ),
}


@pytest.fixture
def volume(zfs):
    zfs.make_mirror()
    zfs.storage.create_dataset(VOLUME, size_bytes=64 << 20)
    zfs.storage.create_snapshot(VOLUME, "one")
    zfs.storage.create_snapshot(VOLUME, "two")
    zfs.do("udevadm", "settle")
    return zfs


@pytest.mark.parametrize(("use", "end"), USERS.values(), ids=USERS)
def test_a_used_volume_keeps_its_snapshots(volume, use, end):
    volume.do(*use)
    try:
        with pytest.raises(Busy):
            volume.storage.destroy_dataset(VOLUME, recursive=True)
        with pytest.raises(Busy):
            volume.storage.rollback(f"{VOLUME}@one", destroy_newer=True)
        with pytest.raises(Busy):
            volume.storage.destroy_pool("tank")
        kept = [one.name for one in volume.storage.snapshots(VOLUME)]
        assert kept == [f"{VOLUME}@one", f"{VOLUME}@two"]
    finally:
        volume.do(*end)
    volume.storage.destroy_dataset(VOLUME, recursive=True)
    with pytest.raises(DatasetMissing):
        volume.storage.dataset(VOLUME)


def test_what_is_mounted_by_hand_is_refused_and_stays_mounted(zfs):
    zfs.make_mirror()
    zfs.storage.create_dataset("tank/legacy", properties={"mountpoint": "legacy"})
    zfs.storage.create_snapshot("tank/legacy", "one")
    zfs.do("mkdir", "-p", "/mnt/by-hand")
    zfs.do("mount", "-t", "zfs", "tank/legacy", "/mnt/by-hand")
    try:
        with pytest.raises(Busy):
            zfs.storage.destroy_dataset("tank/legacy", recursive=True)
        assert [one.name for one in zfs.storage.snapshots("tank/legacy")] == ["tank/legacy@one"]
        assert zfs.run("mountpoint", "-q", "/mnt/by-hand").ok
    finally:
        zfs.do("umount", "/mnt/by-hand")


def test_something_mounted_inside_a_filesystem_is_in_its_way(zfs):
    home = zfs.make_mirror()
    zfs.storage.create_snapshot(HOME, "one")
    (home / "inside").mkdir()
    zfs.do("mount", "-t", "tmpfs", "none", str(home / "inside"))
    try:
        with pytest.raises(Busy):
            zfs.storage.destroy_dataset(HOME, recursive=True)
        assert [one.name for one in zfs.storage.snapshots(HOME)] == [f"{HOME}@one"]
        assert zfs.storage.dataset(HOME).mountpoint == str(home)
    finally:
        zfs.do("umount", str(home / "inside"))


def test_a_snapshot_somebody_looks_into_can_be_destroyed_all_the_same(zfs):
    """The kernel mounted it by itself, and takes the mount away by itself."""
    home = zfs.make_mirror()
    (home / "file").write_text("x")
    zfs.storage.create_snapshot(HOME, "one")
    assert (home / ".zfs" / "snapshot" / "one" / "file").read_text() == "x"
    zfs.storage.destroy_snapshots(HOME, ["one"])
    assert zfs.storage.snapshots(HOME) == []
