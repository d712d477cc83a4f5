"""The part of the driver that empties disks and lets them test themselves."""

import re
import time

from calypso.drivers.storage import (
    DeviceInUse,
    DeviceUnfit,
    Disk,
    Interrupted,
    OnBytes,
    OnSmart,
    SelfTestFailed,
    SmartProgress,
    SmartTest,
    StorageError,
    Unsupported,
    WipeMode,
)
from calypso.drivers.storage.disks import smart
from calypso.drivers.storage.disks.lsblk import Block
from calypso.drivers.storage.zfs import errors
from calypso.drivers.storage.zfs.disks import NO_SMARTCTL, SMART_TIMEOUT_S, Disks
from calypso.errors import CommandTimedOut
from calypso.models.jobtype import Plan

STEP_BYTES = 64 << 20  # between two looks at a cancel, and at what is told
LOOK_S = 5.0  # a short test takes about two minutes
_STEP = re.compile(r".*: (?:Zero-filled|Discarded) (\d+) bytes from the offset (\d+)$")


class Wiping(Disks):
    """Making disks empty, and seeing whether they are well."""

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
            users = [user for one in (block, *block.partitions) for user in self._users(one.path)]
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

    # -- self-tests

    def run_smart_test(
        self, disk: str, test: SmartTest, *, on_smart: OnSmart, timeout_s: float
    ) -> SmartProgress:
        """Let a disk test itself to the end; one that runs already is followed."""
        device = self._block(disk)[0].path
        deadline = time.monotonic() + timeout_s
        if not self._self_test(device).is_running:
            self._smartctl(device, "-t", test.value)
        while (told := self._self_test(device)).is_running:
            on_smart(told)
            if time.monotonic() >= deadline:
                raise CommandTimedOut(f"The self-test of {disk} did not end in {timeout_s:g} s.")
            self._pause(LOOK_S)
        on_smart(told)
        if told.passed is None:
            raise Interrupted(f"The self-test of {disk} was stopped: {told.words}.")
        if not told.passed:
            raise SelfTestFailed(f"{disk} failed its self-test: {told.words}. Replace it.")
        return told

    def stop_smart_test(self, disk: str) -> None:
        """Stop a disk's self-test; nothing happens when none runs."""
        device = self._block(disk)[0].path
        if self._self_test(device).is_running:
            self._smartctl(device, "-X")
        if self._self_test(device).is_running:
            raise StorageError(f"smartctl says that the test of {disk} is stopped, but it runs.")

    def _self_test(self, device: str) -> SmartProgress:
        text = self._ask_disk(device, "-c", "-l", "selftest")
        if (told := smart.progress(text)) is not None:
            return told
        _refuse_failed(device, text)
        return SmartProgress(is_running=False)

    def _smartctl(self, device: str, *words: str) -> None:
        _refuse_failed(device, self._ask_disk(device, *words))

    def _ask_disk(self, device: str, *words: str) -> str:
        if self._host.which("smartctl") is None:
            raise Unsupported(NO_SMARTCTL)
        argv = ["smartctl", "-j", *words, device]
        return self._host.run(argv, timeout_s=SMART_TIMEOUT_S).stdout


def _refuse_failed(device: str, text: str) -> None:
    if why := smart.complaint(smart.told(text)):
        raise Unsupported(f"{device} makes no self-test: {why}", original=text)


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
