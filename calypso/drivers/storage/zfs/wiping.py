"""The part of the driver that empties disks."""

import re

from calypso.drivers.storage import (
    DeviceInUse,
    DeviceUnfit,
    Disk,
    OnBytes,
    StorageError,
    WipeMode,
)
from calypso.drivers.storage.disks.lsblk import Block
from calypso.drivers.storage.zfs import errors
from calypso.drivers.storage.zfs.disks import Disks
from calypso.models.jobtype import Plan

STEP_BYTES = 64 << 20  # between two looks at a cancel, and at what is told
_STEP = re.compile(r".*: (?:Zero-filled|Discarded) (\d+) bytes from the offset (\d+)$")


class Wiping(Disks):
    """Making disks empty."""

    def wipe_disk(self, disk: str, mode: WipeMode, *, on_bytes: OnBytes, timeout_s: float) -> None:
        """Make a disk empty; DeviceInUse, and nothing is touched, while anybody uses it."""
        block, found = self._unused(disk)
        for argv in _forgetting(block):
            self._do(*argv)
        if mode is not WipeMode.QUICK:
            self._overwrite(_overwriting(found, mode), found.size_bytes, on_bytes, timeout_s)
        if left := self._read("wipefs", "--noheadings", "--output", "TYPE", found.device).split():
            raise StorageError(f"{disk} is wiped, but still holds {', '.join(left)}.")
        on_bytes(found.size_bytes, found.size_bytes)

    def plan_wipe_disk(self, disk: str, mode: WipeMode) -> Plan:
        """Say what would be lost; DeviceInUse while anybody uses the disk."""
        block, found = self._unused(disk)
        commands = _forgetting(block)
        if mode is not WipeMode.QUICK:
            commands.append(_overwriting(found, mode))
        kind = f"{found.model or 'disk'}, serial {found.serial or 'unknown'}"
        size = f"{found.size_bytes / 1e9:.0f} GB"
        return Plan(
            commands=commands,
            effects=[f"{found.path} ({kind}, {size}) is made empty: {mode.value}."],
            destroys=[found.path, *found.holds],
        )

    def _unused(self, disk: str) -> tuple[Block, Disk]:
        block, found = self._block(disk)
        if found.is_readonly:
            raise DeviceUnfit(f"{disk} is read-only.")
        users = [*found.in_use]
        if not users:
            devices = [one.path for one in (block, *block.partitions)]
            users = list(dict.fromkeys(user.words for user in self._users(*devices)))
        if users:
            raise DeviceInUse(f"{disk} is used: {'; '.join(users[:5])}. Nothing was touched.")
        return block, found

    def _overwrite(
        self, argv: list[str], total_bytes: int, on_bytes: OnBytes, timeout_s: float
    ) -> None:
        def hear(line: str) -> None:
            if told := _STEP.match(line):
                on_bytes(int(told[1]) + int(told[2]), total_bytes)

        ran = self._host.stream(argv, timeout_s=timeout_s, on_line=hear)
        if not ran.ok:
            raise errors.read(ran)


def _forgetting(block: Block) -> list[list[str]]:
    """Return the commands after which nothing on a disk names what it held; partitions first."""
    commands: list[list[str]] = []
    for one in (*block.partitions, block):
        if one.told.get("fstype") == "zfs_member":
            commands.append(["zpool", "labelclear", "-f", one.path])
        commands.append(["wipefs", "--all", one.path])
    return commands


def _overwriting(disk: Disk, mode: WipeMode) -> list[str]:
    zeros = [] if mode is WipeMode.FULL and disk.can_discard else ["--zeroout"]
    # Line by line: else what it tells stays in its buffer until the end.
    told = ["stdbuf", "-oL", "blkdiscard", "--verbose", "--step", str(STEP_BYTES)]
    return [*told, *zeros, disk.device]
