"""The program that tells who uses volumes and filesystems: `python -S openers.py PATH…`.

ZFS itself says no names, and of a volume it says so too late: `zfs destroy -r` of an open one
destroys its snapshots first and fails then. Changes nothing. Prints a line of JSON for each user
of each path, `{"path", "words", "service"}`; nothing when all are idle.

Users of a device are processes that have it open and the kernel's own (a mount, swap, md). Users
of a folder where a filesystem is mounted are processes that have files of it open or mapped, or
work or are rooted in it, and what is mounted right on it. Users of both are exports by LIO, SCST,
NVMe and NFS, loop devices and swap files. Fails where it may not look: unseen is not unused. Only
the standard library: it runs by its path.
"""

import errno
import json
import os
import re
import stat
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

# Each holds the path of what is exported, or used as a device or as swap, at the start of a line.
EXPORTS = (
    "sys/kernel/config/target/core/*/*/udev_path",
    "sys/kernel/scst_tgt/devices/*/filename",
    "sys/kernel/config/nvmet/subsystems/*/namespaces/*/device_path",
    "sys/block/loop*/loop/backing_file",
    "proc/fs/nfsd/exports",
    "proc/swaps",
)
_LISTS = ("exports", "swaps")  # many lines; the others hold one path on the first
_MAPPED = re.compile(r"^\S+ \S+ \S+ ([0-9a-f]+):([0-9a-f]+) ", re.MULTILINE)
_SERVICE = re.compile(r"/([^/\n]+\.service)(?=/|$)", re.MULTILINE)


class Thing(NamedTuple):
    """What something is by: the number of a device, or that of a filesystem."""

    is_device: bool
    number: int


class User(NamedTuple):
    """Who uses a path, in words, and the service of systemd that it belongs to."""

    path: str
    words: str
    service: str | None = None


def users(paths: Sequence[Path], root: Path) -> Iterator[User]:
    """Yield who uses any of the paths; `root` is where `proc` and `sys` are."""
    wanted = {thing: str(path) for path in paths for thing in _things(path, root)}
    for process in sorted(root.glob("proc/[0-9]*")):
        for used in sorted({wanted[thing] for thing in _used(process) if thing in wanted}):
            yield _process(used, process)
    yield from _exports(wanted, root)
    yield from _mounts({str(path) for path in paths}, root)
    for path in paths:
        if not path.is_dir() and _is_claimed(path):
            yield User(str(path), "the kernel (mounted, swap, or part of another device)")


def _things(path: Path, root: Path) -> Iterator[Thing]:
    found = path.stat()
    if stat.S_ISDIR(found.st_mode):
        yield Thing(is_device=False, number=found.st_dev)
        return
    for number in (found.st_rdev, *_partitions(path, root)):
        yield Thing(is_device=True, number=number)


def _partitions(device: Path, root: Path) -> Iterator[int]:
    for told in root.glob(f"sys/block/{device.resolve().name}/*/dev"):
        major, _, minor = told.read_text(encoding="ascii").strip().partition(":")
        yield os.makedev(int(major), int(minor))


# ---- processes


def _used(process: Path) -> Iterator[Thing]:
    for link in (*_descriptors(process), *(process / name for name in ("cwd", "root", "exe"))):
        try:
            found = link.stat()
        except OSError:  # closed meanwhile, or a file where nobody may look (FUSE): not ours
            continue
        yield from _meant(found)
    for major, minor in _MAPPED.findall(_text(process / "maps")):
        yield Thing(is_device=False, number=os.makedev(int(major, 16), int(minor, 16)))


def _meant(found: os.stat_result) -> Iterator[Thing]:
    yield Thing(is_device=False, number=found.st_dev)
    if stat.S_ISBLK(found.st_mode) or stat.S_ISCHR(found.st_mode):
        yield Thing(is_device=True, number=found.st_rdev)


def _descriptors(process: Path) -> list[Path]:
    try:
        return list((process / "fd").iterdir())
    except (FileNotFoundError, ProcessLookupError):  # it ended meanwhile
        return []


def _process(path: str, process: Path) -> User:
    name = _text(process / "comm").strip()
    service = _SERVICE.search(_text(process / "cgroup"))
    about = [one for one in (name, f"of {service[1]}" if service else "") if one]
    told = f"process {process.name}" + (f" ({', '.join(about)})" if about else "")
    return User(path, told, service[1] if service else None)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:  # it ended meanwhile; who may look at the descriptors may read these
        return ""


# ---- the kernel's own


def _exports(wanted: Mapping[Thing, str], root: Path) -> Iterator[User]:
    for pattern in EXPORTS:
        for told in sorted(root.glob(pattern)):
            lines = told.read_text(encoding="utf-8", errors="replace").splitlines()
            is_list = told.name in _LISTS
            for line in lines if is_list else lines[:1]:
                words = f"{told}: {line.split()[0]}" if is_list else f"the export {told.parent}"
                yield from _export(wanted, line.split()[0] if is_list else line.strip(), words)


def _export(wanted: Mapping[Thing, str], exported: str, words: str) -> Iterator[User]:
    try:
        things = list(_meant(Path(_plain(exported)).stat()))
    except (OSError, ValueError):  # a comment, or what is exported is gone
        return
    for thing in things:
        if thing in wanted:
            yield User(wanted[thing], words)


def _mounts(paths: Collection[str], root: Path) -> Iterator[User]:
    """What is mounted right on a filesystem keeps it from being unmounted.

    Not what is asked for itself, and not a snapshot: ZFS has mounted that by itself, and will
    unmount it.
    """
    rows = [line.split() for line in _text(root / "proc/self/mountinfo").splitlines()]
    known = {row[0]: _plain(row[4]) for row in rows}
    for row in rows:
        below, place = known.get(row[1], ""), known[row[0]]
        if below in paths and place not in paths and "/.zfs/snapshot/" not in place:
            yield User(below, f"the mount {place}")


def _plain(escaped: str) -> str:
    """Return a path of the kernel's tables, where odd characters are in octal."""
    return re.sub(r"\\(\d{3})", lambda told: chr(int(told[1], 8)), escaped)


def _is_claimed(device: Path) -> bool:
    try:
        os.close(os.open(device, os.O_RDONLY | os.O_EXCL))
    except OSError as refused:
        return refused.errno == errno.EBUSY
    return False


def main(paths: Sequence[str]) -> int:
    """Print who uses the paths; one that is not there is used by nobody."""
    there = [Path(path) for path in paths if Path(path).exists()]
    try:
        found = list(users(there, Path("/")))
    except OSError as refused:
        sys.stderr.write(f"cannot see who uses {', '.join(paths)}: {refused}\n")
        return 1
    for user in found:
        sys.stdout.write(json.dumps(user._asdict()) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
