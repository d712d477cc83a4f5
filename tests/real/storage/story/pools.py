"""Pools and their devices: switched off and on, replaced, attached, added, removed, moved."""

import pytest

from calypso.drivers.storage import Role, StorageError, Unsupported, Vdev, VdevKind, WipeMode
from tests.lab import inside
from tests.real.storage.story.teller import LONG_S, PARAMETERS, Teller, quiet

SLOW_BYTES_PER_S = 10 << 20


class PoolStory(Teller):
    """What happens to the devices of a pool, and to pools as a whole."""

    def tell(self):
        self.mirror(0, 1)
        self.fill("/mnt/tank/data", 24)
        self.switch()
        self.replace()
        self.attach()
        self.add()
        self.remove()
        self.move()
        self.import_odd()
        self.upgrade_and_wipe()
        self.widen()

    def follow(self):
        self.zfs.follow_resilver("tank", on_scan=quiet, timeout_s=LONG_S)

    def switch(self):
        zfs, (first, second) = self.zfs, self.disks(0, 1)
        zfs.offline_device("tank", first, until_reboot=True)
        zfs.pools()
        with pytest.raises(StorageError):
            zfs.offline_device("tank", second)
        zfs.online_device("tank", first, expand=True)
        zfs.offline_device("tank", first)
        zfs.sign()
        self.fill("/mnt/tank/missed", 8)
        with self.parameter("zfs_scan_suspend_progress", 1):
            zfs.online_device("tank", first)
            zfs.pool("tank")
            with pytest.raises(StorageError):
                zfs.pause_scrub("tank")
        self.follow()
        self.beside("zpool", "offline", "-f", "tank", first)
        zfs.pool("tank")
        self.beside("zpool", "clear", "tank")
        self.follow()

    def replace(self):
        """The first disk by the fourth, which holds a file system."""
        zfs, (old, new) = self.zfs, self.disks(0, 3)
        self.beside("mkfs.ext4", "-q", "-F", new)
        self.beside("udevadm", "settle")
        follow = {"on_scan": quiet, "timeout_s": LONG_S}
        with pytest.raises(StorageError):
            zfs.replace_device("tank", old, new, **follow)
        self.throttle(0, 1, read_bytes_per_s=SLOW_BYTES_PER_S)
        zfs.replace_device("tank", old, new, force=True, **follow)
        self.throttle(0, 1, read_bytes_per_s=0)
        zfs.offline_device("tank", new)
        self.forget(3)
        zfs.replace_device("tank", new, **follow)

    def attach(self):
        zfs, (beside, new) = self.zfs, self.disks(1, 2)
        follow = {"on_progress": quiet, "timeout_s": LONG_S}
        for force in (False, True):
            self.throttle(1, 3, read_bytes_per_s=SLOW_BYTES_PER_S)
            zfs.attach_device("tank", beside, new, force=force, **follow)
            self.throttle(1, 3, read_bytes_per_s=0)
            zfs.detach_device("tank", new)
        self.forget(2)
        with pytest.raises(StorageError):
            zfs.attach_device("tank", beside, "/dev/disk/by-id/nosuch", **follow)

    def add(self):
        zfs = self.zfs
        self.forget(0, 2)
        log, cache, spare = self.disks(0, 2, 4)
        extras = [
            Vdev(role=Role.LOG, devices=(log,)),
            Vdev(role=Role.CACHE, devices=(cache,)),
            Vdev(role=Role.SPARE, devices=(spare,)),
        ]
        zfs.plan_add_vdevs("tank", extras)
        zfs.add_vdevs("tank", extras)
        self.beside("zpool", "replace", "tank", self.guest.disk(3), spare)
        self.follow()
        zfs.pool("tank")
        zfs.detach_device("tank", spare)
        for vdev in (log, cache, spare):
            zfs.remove_vdev("tank", vdev, on_activity=quiet, timeout_s=LONG_S)

    def remove(self):
        zfs = self.zfs
        self.forget(0, 2)
        pair = Vdev(kind=VdevKind.MIRROR, devices=self.disks(0, 2))
        with pytest.raises(StorageError):
            zfs.add_vdevs("tank", [Vdev(devices=self.disks(0))])
        zfs.add_vdevs("tank", [pair])
        self.fill("/mnt/tank/more", 24)
        name = zfs.pool("tank").devices[-1].group
        zfs.plan_remove_vdev("tank", name)
        with self.parameter("zfs_removal_suspend_progress", 1):
            self.beside("zpool", "remove", "tank", name)
            zfs.pool("tank")
            with pytest.raises(StorageError):
                zfs.create_checkpoint("tank")
            zfs.stop_removing("tank")
        zfs.stop_removing("tank")
        zfs.pool("tank")
        zfs.remove_vdev("tank", name, on_activity=quiet, timeout_s=LONG_S)
        zfs.pool("tank")

    def move(self):
        zfs = self.zfs
        with self.guest.entered(inside.working_in, "/mnt/tank"), pytest.raises(StorageError):
            zfs.export_pool("tank")
        zfs.export_pool("tank")
        zfs.plan_import_pool("tank")
        zfs.import_pool("tank", new_name="vault")
        zfs.export_pool("vault", force=True)
        zfs.import_pool("vault", new_name="tank")
        with pytest.raises(StorageError):
            zfs.import_pool("nosuch")
        zfs.destroy_pool("tank")

    def import_odd(self):
        """A pool in files: taken read-only, then without one of them, then without both."""
        zfs = self.zfs
        self.sh("mkdir -p /tmp/odd; truncate -s 100M /tmp/odd/a /tmp/odd/b")
        files = ("/tmp/odd/a", "/tmp/odd/b")
        zfs.create_pool("odd", [Vdev(kind=VdevKind.MIRROR, devices=files)])
        guid = zfs.pool("odd").guid
        zfs.export_pool("odd")
        where = {"search": ["/tmp/odd"]}
        zfs.import_pool(guid, altroot="/mnt/else", readonly=True, force=True, **where)
        with pytest.raises(StorageError):
            zfs.create_dataset("odd/new")
        zfs.export_pool("odd")
        self.sh("rm /tmp/odd/b")
        zfs.plan_import_pool("odd", **where)
        zfs.import_pool("odd", **where)
        zfs.destroy_pool("odd")
        self.sh("truncate -s 100M /tmp/odd/c /tmp/odd/d; zpool create apart /tmp/odd/c /tmp/odd/d")
        self.sh("zpool export apart; rm /tmp/odd/d")
        with pytest.raises(StorageError):
            zfs.import_pool("apart", **where)

    def upgrade_and_wipe(self):
        zfs, disk = self.zfs, self.guest.disk(5)
        self.beside("zpool", "create", "-d", "old", disk)
        zfs.pool("old")
        zfs.upgrade_pool("old", features=["lz4_compress"])
        zfs.upgrade_pool("old")
        zfs.upgrade_pool("old")
        zfs.export_pool("old")
        zfs.wipe_disk(disk, WipeMode.QUICK, on_bytes=quiet, timeout_s=LONG_S)

    def widen(self):
        """A raidz gets a fourth disk, where this OpenZFS can do that."""
        zfs, new = self.zfs, self.guest.disk(3)
        self.forget(0, 1, 2, 3)
        raidz = Vdev(kind=VdevKind.RAIDZ1, devices=self.disks(0, 1, 2))
        zfs.create_pool("rz", [raidz], mountpoint="/mnt/rz")
        self.fill("/mnt/rz/data", 40)
        with pytest.raises(StorageError):
            zfs.detach_device("rz", self.guest.disk(0))
        if self.sh(f"ls {PARAMETERS} | grep raidz_expand; true"):
            self.expand("rz", new)
        else:
            with pytest.raises(Unsupported):
                zfs.attach_device("rz", "raidz1-0", new, on_progress=quiet, timeout_s=LONG_S)
        zfs.destroy_pool("rz")

    def expand(self, pool, new):
        zfs, follow = self.zfs, {"on_progress": quiet, "timeout_s": LONG_S}
        with self.parameter("raidz_expand_max_reflow_bytes", 4 << 20):
            self.beside("zpool", "attach", pool, "raidz1-0", new)
            zfs.pool(pool)
            for refused in (
                lambda: zfs.detach_device(pool, new),
                lambda: zfs.create_checkpoint(pool),
                lambda: zfs.attach_device(pool, "raidz1-0", self.guest.disk(4), **follow),
            ):
                with pytest.raises(StorageError):
                    refused()
            with self.parameter("zfs_scan_suspend_progress", 1):
                zfs.offline_device(pool, self.guest.disk(1))
                self.fill("/mnt/rz/missed", 8)
                zfs.pool(pool)
                zfs.online_device(pool, self.guest.disk(1))
                zfs.pool(pool)
        self.zfs.follow_resilver(pool, on_scan=quiet, timeout_s=LONG_S)
        zfs.pool(pool)
        self.beside("zpool", "clear", pool)  # it may wait for that, though all is resilvered
        zfs.attach_device(pool, "raidz1-0", new, **follow)
        zfs.pool(pool)
