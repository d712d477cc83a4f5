"""What goes over a whole pool: scrubs, trims, initializings, and a checkpoint to go back to."""

import pytest

from calypso.drivers.storage import StorageError, Vdev, VdevKind
from tests.real.storage.story.teller import LONG_S, Teller, quiet

SLOW_BYTES_PER_S = 4 << 20
FILES = ("/tmp/work-a", "/tmp/work-b")


class WorkStory(Teller):
    """What goes on in two pools: one on disks, one in files."""

    def tell(self):
        self.mirror(0, 1)
        self.fill("/mnt/tank/data", 48)
        self.sh(f"truncate -s 160M {' '.join(FILES)}")
        self.zfs.create_pool("files", [Vdev(kind=VdevKind.MIRROR, devices=FILES)])
        self.scrub()
        self.trim()
        self.initialize()
        self.checkpoint()
        self.zfs.pools()

    def scrub(self):
        zfs = self.zfs
        self.throttle(0, 1, read_bytes_per_s=SLOW_BYTES_PER_S)
        zfs.run_scrub("tank", on_scan=quiet, timeout_s=LONG_S)
        self.beside("zpool", "scrub", "tank")
        zfs.pool("tank")
        zfs.pause_scrub("tank")
        zfs.pause_scrub("tank")
        zfs.pool("tank")
        zfs.stop_scrub("tank")
        zfs.stop_scrub("tank")
        zfs.pool("tank")
        self.throttle(0, 1, read_bytes_per_s=0)

    def trim(self):
        zfs = self.zfs
        with self.parameter("zfs_trim_extent_bytes_max", 1 << 20):  # a rate counts between extents
            self.beside("zpool", "trim", "-r", "1M", "tank")
            zfs.pool("tank")
            self.beside("zpool", "trim", "-s", "tank")
            zfs.pool("tank")
            zfs.stop_trim("tank")
            zfs.stop_trim("tank")
            zfs.pool("tank")
            fast = {"rate_bytes_per_s": 256 << 20, "on_activity": quiet, "timeout_s": LONG_S}
            zfs.run_trim("tank", **fast)
        zfs.run_trim("tank", [self.guest.disk(0)], on_activity=quiet, timeout_s=LONG_S)
        zfs.run_trim("tank", on_activity=quiet, timeout_s=LONG_S)

    def initialize(self):
        zfs = self.zfs
        self.sh("zpool initialize files; zpool initialize -s files")
        zfs.pool("files")
        self.beside("zpool", "initialize", "files")
        zfs.pool("files")
        zfs.stop_initialize("files", FILES[:1])
        zfs.stop_initialize("files")
        zfs.stop_initialize("files")
        zfs.pool("files")
        zfs.run_initialize("files", FILES[:1], on_activity=quiet, timeout_s=LONG_S)
        zfs.run_initialize("files", on_activity=quiet, timeout_s=LONG_S)

    def checkpoint(self):
        zfs = self.zfs
        zfs.create_checkpoint("tank")
        self.sh("rm /mnt/tank/data; zpool sync tank")
        zfs.pool("tank")
        with pytest.raises(StorageError):
            zfs.detach_device("tank", self.guest.disk(0))
        zfs.discard_checkpoint("tank", on_activity=quiet, timeout_s=LONG_S)
        zfs.pool("tank")
