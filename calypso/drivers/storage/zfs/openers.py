"""The program that tells who uses a volume: `python -S openers.py DEVICE`. Changes nothing.

ZFS itself tells only when it is too late: `zfs destroy -r` of an open volume destroys its
snapshots first and fails then. Prints one line for each user; nothing when it is idle. Users
are processes that have it open, the kernel's own (a mount, swap, md), and exports by LIO, SCST
and NVMe. Fails where it may not look: unseen is not unused. Only the standard library: it runs
by its path.
"""

import errno
import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

# Each holds the path of an exported device on its first line.
EXPORTS = (
    "sys/kernel/config/target/core/*/*/udev_path",
    "sys/kernel/scst_tgt/devices/*/filename",
    "sys/kernel/config/nvmet/subsystems/*/namespaces/*/device_path",
    "sys/block/loop*/loop/backing_file",
)


def users(device: Path, root: Path) -> Iterator[str]:
    """Yield who uses a device; `root` is where `proc` and `sys` are."""
    numbers = {device.stat().st_rdev, *_partitions(device, root)}
    yield from _processes(numbers, root)
    yield from _exports(device, root)
    if _is_claimed(device):
        yield "the kernel (mounted, swap, or part of another device)"


def _partitions(device: Path, root: Path) -> Iterator[int]:
    for told in root.glob(f"sys/block/{device.resolve().name}/*/dev"):
        major, _, minor = told.read_text(encoding="ascii").strip().partition(":")
        yield os.makedev(int(major), int(minor))


def _processes(numbers: set[int], root: Path) -> Iterator[str]:
    for process in sorted(root.glob("proc/[0-9]*")):
        if any(_opens(link, numbers) for link in _descriptors(process)):
            yield f"process {process.name}"


def _descriptors(process: Path) -> list[Path]:
    try:
        return list((process / "fd").iterdir())
    except (FileNotFoundError, ProcessLookupError):  # it ended meanwhile
        return []


def _opens(link: Path, numbers: set[int]) -> bool:
    try:
        found = link.stat()
    except OSError:  # closed meanwhile, or a file where nobody may look (FUSE): no device
        return False
    return not stat.S_ISREG(found.st_mode) and found.st_rdev in numbers - {0}


def _exports(device: Path, root: Path) -> Iterator[str]:
    for pattern in EXPORTS:
        for told in sorted(root.glob(pattern)):
            lines = told.read_text(encoding="utf-8", errors="replace").splitlines()
            if lines and os.path.realpath(lines[0].strip()) == os.path.realpath(device):
                yield f"the export {told.parent}"


def _is_claimed(device: Path) -> bool:
    try:
        os.close(os.open(device, os.O_RDONLY | os.O_EXCL))
    except OSError as refused:
        return refused.errno == errno.EBUSY
    return False


def main(device: str) -> int:
    """Print who uses a device; one that is not there is used by nobody."""
    if not Path(device).exists():
        return 0
    try:
        found = list(users(Path(device), Path("/")))
    except OSError as refused:
        sys.stderr.write(f"cannot see who uses {device}: {refused}\n")
        return 1
    for user in found:
        sys.stdout.write(f"{user}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
