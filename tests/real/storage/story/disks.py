"""Disks: of SCSI, on a SATA port and of NVMe; listed, wiped, asked to test themselves."""

import pytest

from calypso.drivers.storage import SmartTest, Unsupported, WipeMode
from tests.real.storage.story.teller import LONG_S, Teller, quiet


class DiskStory(Teller):
    """What happens to disks that no pool has."""

    def tell(self):
        nvme = self.guest.plug_nvme()
        self.zfs.disks()
        for disk in (self.guest.disk(5), self.guest.ata_disk, nvme):
            self.wipe(disk)
        self.test(self.guest.ata_disk)
        for disk in (self.guest.disk(5), nvme):
            with pytest.raises(Unsupported):
                self.zfs.run_smart_test(disk, SmartTest.SHORT, on_smart=quiet, timeout_s=LONG_S)

    def wipe(self, disk):
        for mode in WipeMode:
            self.sh(f"mkfs.ext4 -qF {disk}; udevadm settle")
            self.zfs.wipe_disk(disk, mode, on_bytes=quiet, timeout_s=LONG_S)

    def test(self, disk):
        for test in SmartTest:
            self.zfs.run_smart_test(disk, test, on_smart=quiet, timeout_s=LONG_S)
        self.zfs.stop_smart_test(disk)
