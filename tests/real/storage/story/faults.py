"""Faults: data that is damaged, a disk that is pulled, a pool that has lost all of them."""

import time

import pytest

from calypso.drivers.storage import StorageError, Vdev
from tests.real.storage.story.teller import LONG_S, Teller, quiet

NOTICED_S = 60.0


class FaultStory(Teller):
    """What goes wrong; the guest is of no use afterwards."""

    def tell(self):
        self.damage()
        self.mirror(0, 1)
        self.fill("/mnt/tank/data", 24)
        self.repair()
        self.pull()
        self.suspend()

    def damage(self):
        """A pool in one file, of which no second copy knows better."""
        zfs = self.zfs
        self.sh("truncate -s 100M /tmp/bad")
        zfs.create_pool("bad", [Vdev(devices=("/tmp/bad",))], mountpoint="/mnt/bad")
        self.fill("/mnt/bad/file", 32)
        self.sh("dd if=/dev/urandom of=/tmp/bad bs=1M seek=8 count=60 conv=notrunc 2>/dev/null")
        zfs.run_scrub("bad", on_scan=quiet, timeout_s=LONG_S)
        zfs.pool("bad")
        zfs.destroy_pool("bad")

    def repair(self):
        disk = self.guest.disk(0)
        self.sh(f"dd if=/dev/urandom of={disk}-part1 bs=1M seek=8 count=200 2>/dev/null")
        self.zfs.run_scrub("tank", on_scan=quiet, timeout_s=LONG_S)
        self.zfs.sign()

    def pull(self):
        self.guest.pull(0)
        self.sh("sleep 1; dd if=/dev/urandom of=/mnt/tank/more bs=1M count=4; zpool sync tank")
        self.until(lambda pool: pool.health == "DEGRADED")

    def until(self, holds):
        deadline = time.monotonic() + NOTICED_S
        while not holds(self.zfs.pool("tank")):
            assert time.monotonic() < deadline, "never seen"

    def suspend(self):
        """The last disk is gone as well: nothing is written any more."""
        zfs, disk = self.zfs, self.guest.disk(1)
        self.sh(
            f"echo offline >/sys/block/$(basename $(readlink -f {disk}))/device/state;"
            "dd if=/dev/urandom of=/mnt/tank/late bs=1M count=4 oflag=direct >/dev/null 2>&1 &"
        )
        self.until(lambda pool: pool.is_suspended)
        for refused in (
            lambda: zfs.destroy_pool("tank"),
            lambda: zfs.datasets("tank"),
            lambda: zfs.create_dataset("tank/new"),
            lambda: zfs.create_snapshot("tank", "new"),
            lambda: zfs.run_scrub("tank", on_scan=quiet, timeout_s=LONG_S),
        ):
            with pytest.raises(StorageError):
                refused()
        zfs.pools()
        zfs.sign()
