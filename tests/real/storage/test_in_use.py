"""What somebody uses is refused before anything of it is lost, whoever the user is."""

import re

import pytest

from calypso.drivers.storage import Busy, DatasetMissing
from tests.fakes.running import plan, run
from tests.lab.inside import mapped, opened, working_in
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
        with pytest.raises(Busy, match=f"{HOME} is used by the mount {home}/inside"):
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


# ---- who is in the way is named


@pytest.mark.parametrize("use", [opened, mapped, working_in])
def test_a_process_that_uses_a_filesystem_is_named(zfs, use):
    home = zfs.make_mirror()
    (home / "file").write_text("x" * 8192)
    what = home if use is working_in else home / "file"
    with zfs.guest.entered(use, str(what)):
        for act in (
            lambda: zfs.storage.destroy_dataset(HOME),
            lambda: zfs.storage.destroy_dataset(HOME, recursive=True),
            lambda: zfs.storage.export_pool("tank"),
            lambda: zfs.storage.export_pool("tank", force=True),
            lambda: zfs.storage.destroy_pool("tank"),
        ):
            with pytest.raises(Busy, match=rf"{HOME} is used by process \d+ \(python3\)"):
                act()
        assert zfs.run("mountpoint", "-q", str(home)).ok
    zfs.storage.export_pool("tank")


def test_a_loop_device_on_a_file_is_named(zfs):
    home = zfs.make_mirror()
    zfs.do("sh", "-c", f"truncate -s 8M {home}/file && losetup /dev/loop1 {home}/file")
    try:
        with pytest.raises(Busy, match="the export /sys/block/loop1/loop"):
            zfs.storage.export_pool("tank")
    finally:
        zfs.do("losetup", "-d", "/dev/loop1")


# The guest has no systemd. Its groups of processes are the kernel's own; this ends one.
SYSTEMCTL = """\
#!/bin/sh
echo "$@" >>/tmp/systemctl
[ "$1" = stop ] && xargs kill </sys/fs/cgroup/system.slice/$3/cgroup.procs
while [ "$1" = stop ] && grep -q populated.1 /sys/fs/cgroup/system.slice/$3/cgroup.events; do
    sleep 0.1
done
exit 0
"""
SERVICE = """\
mkdir -p /sys/fs/cgroup/system.slice/holder.service
sh -c 'echo $$ >/sys/fs/cgroup/system.slice/holder.service/cgroup.procs
    cd {0} && exec sleep 1000' >/dev/null 2>&1 &
until grep -q {0} /proc/mounts && [ "$(cat /sys/fs/cgroup/system.slice/holder.service/*.procs)" ]
do sleep 0.1; done
"""


@pytest.fixture
def served(fresh_zfs):
    """A pool that a service works in."""
    home = fresh_zfs.make_mirror()
    systemctl = fresh_zfs.guest.path("/usr/local/bin/systemctl")
    systemctl.write_text(SYSTEMCTL)
    systemctl.chmod(0o755)
    fresh_zfs.do("sh", "-c", SERVICE.format(home))
    return fresh_zfs


def test_a_service_that_works_in_a_pool_is_stopped_for_its_export_when_that_is_asked(served):
    shown = plan("pool_export", served.storage, pool="tank")
    assert re.search(r"is used by process \d+ \(s\w+, of holder.service\)", shown.effects[-1])
    with pytest.raises(Busy, match=r"of holder\.service"):
        run("pool_export", served.storage, pool="tank")
    shown = plan("pool_export", served.storage, pool="tank", stop_services=True)
    assert "holder.service is stopped, and not started again." in shown.effects
    told = run("pool_export", served.storage, pool="tank", stop_services=True)
    assert told.stopped_services == ["holder.service"]
    assert served.do("cat", "/tmp/systemctl") == "stop -- holder.service\n"
    assert "tank" in served.do("zpool", "import")


def test_a_service_is_started_again_where_the_pool_stays_after_all(served):
    """Somebody has mounted something in it, which is found out when the service is down."""
    served.do("sh", "-c", "mkdir /mnt/tank/home/in")
    storage = Late(
        served.storage, lambda: served.do("mount", "-t", "tmpfs", "x", "/mnt/tank/home/in")
    )
    with pytest.raises(Busy, match="is used by the mount /mnt/tank/home/in"):
        run("pool_export", storage, pool="tank", stop_services=True)
    told = ["stop -- holder.service", "start -- holder.service"]
    assert served.do("cat", "/tmp/systemctl").splitlines() == told


class Late:
    """A storage to which something happens right before an export."""

    def __init__(self, storage, happens):
        self._storage, self._happens = storage, happens

    def __getattr__(self, verb):
        return getattr(self._storage, verb)

    def export_pool(self, name, *, force):
        self._happens()
        self._storage.export_pool(name, force=force)


def test_where_a_person_works_in_a_pool_no_service_is_stopped(served):
    with served.guest.entered(working_in, "/mnt/tank"):
        with pytest.raises(Busy, match=r"tank is used by process \d+ \(python3\)\. End that"):
            run("pool_export", served.storage, pool="tank", stop_services=True)
        assert not served.guest.path("/tmp/systemctl").exists()
