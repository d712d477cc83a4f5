"""What a storage product does with the disks of its node."""

from typing import Protocol

from calypso.drivers.storage.disk_values import (
    Disk,
    OnSmart,
    SmartProgress,
    SmartTest,
    WipeMode,
)
from calypso.drivers.storage.values import OnBytes
from calypso.models.jobtype import Plan


class DiskVerbs(Protocol):
    """Acts on disks, named by any of their paths; DeviceMissing."""

    def disks(self) -> list[Disk]:
        """List every disk, by path, with what it says about itself."""

    def disk_hosts(self) -> list[str]:
        """List the controllers that can look for new disks."""

    def rescan_host(self, host: str) -> None:
        """Let a controller look for new disks."""

    def settle_disks(self) -> None:
        """Wait until every disk found has its names."""

    def wipe_disk(self, disk: str, mode: WipeMode, *, on_bytes: OnBytes, timeout_s: float) -> None:
        """Make a disk empty; DeviceInUse, and nothing is touched, while anybody uses it.

        `quick`: what names its content; `full`: all of it, by discarding where the disk can,
        else by zeros; `zero`: by zeros. Acting twice is as good as once.
        """

    def plan_wipe_disk(self, disk: str, mode: WipeMode) -> Plan:
        """Say what would be lost; DeviceInUse while anybody uses the disk."""

    def run_smart_test(
        self, disk: str, test: SmartTest, *, on_smart: OnSmart, timeout_s: float
    ) -> SmartProgress:
        """Let a disk test itself to the end; one that runs already is followed.

        Unsupported when it cannot; SelfTestFailed; Interrupted when somebody stopped it.
        """

    def stop_smart_test(self, disk: str) -> None:
        """Stop a disk's self-test; nothing happens when none runs."""
