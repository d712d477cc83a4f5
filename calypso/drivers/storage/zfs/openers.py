"""The program that tells who uses devices and datasets: `python -S openers.py NAME…`.

ZFS itself says no names, and of a volume it says so too late: `zfs destroy -r` of an open one
destroys its snapshots first and fails then. Changes nothing, and touches no filesystem it is asked
about: one without its disks would hold it up.

What begins with a slash is a device, all else a dataset. Prints a line of JSON for each user of
each, `{"of", "words", "service", "is_sure"}`; nothing when all are idle.

Users of a device are processes that have it open and the kernel's own (a mount, swap, md). Users
of a dataset are, wherever it is mounted, processes that have files of it open or mapped, or work or
are rooted in it, and what is mounted right on it. Users of both are exports by LIO, SCST, NVMe and
NFS, loop devices and swap files. `service`: the system's unit that a process is of. Not sure is an
export by NFS, which ZFS may have made and can take away. Fails where it may not look: unseen is
not unused. Only the standard library: it runs by its path.
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
_NFS, _SWAPS = "exports", "swaps"  # many lines; the others hold one path on the first
_MAPPED = re.compile(r"^\S+ \S+ \S+ ([0-9a-f]+):([0-9a-f]+) ", re.MULTILINE)
# A unit of this system: not one of a user's own manager, nor of a container's.
_SERVICE = re.compile(
    r"^\d+:[^:\n]*:(?:/(?!user\.slice/)[^/\n]+\.slice)+/([^/\n]+\.service)(?=/|$)", re.MULTILINE
)
_SHOWN = 5  # paths in a message


class Thing(NamedTuple):
    """What something is by: the number of a device, or that of a filesystem."""

    is_device: bool
    number: int


class User(NamedTuple):
    """Who uses a device or dataset, in words, and the service of systemd that it belongs to."""

    of: str
    words: str
    service: str | None = None
    is_sure: bool = True


class Mount(NamedTuple):
    """A row of the kernel's table of mounts. `dataset`: of ZFS."""

    id: str
    parent: str
    number: int
    place: str
    dataset: str | None


def users(devices: Sequence[Path], datasets: Collection[str], root: Path) -> Iterator[User]:
    """Yield who uses any of them; `root` is where `proc` and `sys` are."""
    mounts = list(_mounts(root)) if datasets else []
    wanted = {thing: str(path) for path in devices for thing in _of_device(path, root)}
    for mount in mounts:
        if mount.dataset in datasets:
            wanted[Thing(is_device=False, number=mount.number)] = str(mount.dataset)
    for process in sorted(root.glob("proc/[0-9]*")):
        for used in sorted(_used(process, wanted)):
            yield _process(used, process)
    yield from _exports(wanted, root)
    yield from _on_top(mounts, datasets)
    for path in devices:
        if _is_claimed(path):
            yield User(str(path), "the kernel (mounted, swap, or part of another device)")


def _of_device(path: Path, root: Path) -> Iterator[Thing]:
    for number in (path.stat().st_rdev, *_partitions(path, root)):
        yield Thing(is_device=True, number=number)


def _partitions(device: Path, root: Path) -> Iterator[int]:
    for told in root.glob(f"sys/block/{device.resolve().name}/*/dev"):
        yield _number(told.read_text(encoding="ascii").strip())


def _number(told: str, base: int = 10) -> int:
    major, _, minor = told.partition(":")
    return os.makedev(int(major, base), int(minor, base))


# ---- processes


def _used(process: Path, wanted: Mapping[Thing, str]) -> set[str]:
    """Return what of the wanted a process uses."""
    things = list(_opened(_descriptors(process)))
    if any(not thing.is_device for thing in wanted):
        things += _opened([process / name for name in ("cwd", "root", "exe")])
        mapped = {":".join(told) for told in _MAPPED.findall(_text(process / "maps"))}
        things += [Thing(is_device=False, number=_number(told, 16)) for told in mapped]
    return {wanted[thing] for thing in things if thing in wanted}


def _opened(links: Sequence[Path]) -> Iterator[Thing]:
    for link in links:
        try:
            yield from _meant(link.stat())
        except OSError:  # closed meanwhile, or a file where nobody may look (FUSE): not ours
            continue


def _meant(found: os.stat_result) -> Iterator[Thing]:
    yield Thing(is_device=False, number=found.st_dev)
    if stat.S_ISBLK(found.st_mode) or stat.S_ISCHR(found.st_mode):
        yield Thing(is_device=True, number=found.st_rdev)


def _descriptors(process: Path) -> list[Path]:
    try:
        return list((process / "fd").iterdir())
    except (FileNotFoundError, ProcessLookupError):  # it ended meanwhile
        return []


def _process(of: str, process: Path) -> User:
    name = _text(process / "comm").strip()
    service = _SERVICE.search(_text(process / "cgroup"))
    about = [one for one in (name, f"of {service[1]}" if service else "") if one]
    told = f"process {process.name}" + (f" ({', '.join(about)})" if about else "")
    return User(of, told, service[1] if service else None)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:  # it ended meanwhile; who may look at the descriptors may read these
        return ""


# ---- the kernel's own


def _exports(wanted: Mapping[Thing, str], root: Path) -> Iterator[User]:
    for pattern in EXPORTS:
        for told in sorted(root.glob(pattern)):
            lines = _text(told).splitlines()
            if told.name not in (_NFS, _SWAPS):
                words = f"the export {told.parent}"
                yield from _export(wanted, "".join(lines[:1]).strip(), words)
                continue
            for first in (line.split()[0] for line in lines if line.split()):
                words = f"{told}: {first}"
                yield from _export(wanted, first, words, is_sure=told.name != _NFS)


def _export(
    wanted: Mapping[Thing, str], exported: str, words: str, *, is_sure: bool = True
) -> Iterator[User]:
    try:
        things = list(_meant(Path(_plain(exported)).stat())) if exported else []
    except (OSError, ValueError):  # a comment, or what is exported is gone
        return
    for thing in things:
        if thing in wanted:
            yield User(wanted[thing], words, is_sure=is_sure)


def _mounts(root: Path) -> Iterator[Mount]:
    table = (root / "proc/self/mountinfo").read_text(encoding="utf-8", errors="replace")
    for line in table.splitlines():
        front, _, back = line.partition(" - ")
        own, parent, number, _, place, *_ = front.split()
        kind, source, *_ = back.split()
        dataset = _plain(source) if kind == "zfs" else None
        yield Mount(own, parent, _number(number), _plain(place), dataset)


def _on_top(mounts: Sequence[Mount], datasets: Collection[str]) -> Iterator[User]:
    """What is mounted right on a filesystem keeps it from being unmounted.

    Not what is asked for itself, and not a snapshot: ZFS has mounted that by itself, and will
    unmount it.
    """
    known = {mount.id: mount.dataset for mount in mounts}
    for mount in mounts:
        below = known.get(mount.parent)
        is_own = mount.dataset is not None and (mount.dataset in datasets or "@" in mount.dataset)
        if below in datasets and not is_own:
            yield User(str(below), f"the mount {mount.place}")


def _plain(escaped: str) -> str:
    """Return a path of the kernel's tables, where odd characters are in octal."""
    return re.sub(r"\\(\d{3})", lambda told: chr(int(told[1], 8)), escaped)


def _is_claimed(device: Path) -> bool:
    try:
        os.close(os.open(device, os.O_RDONLY | os.O_EXCL))
    except OSError as refused:
        return refused.errno == errno.EBUSY
    return False


def main(names: Sequence[str]) -> int:
    """Print who uses what is named; a device that is not there is used by nobody."""
    devices = [Path(name) for name in names if name.startswith("/") and Path(name).exists()]
    datasets = {name for name in names if not name.startswith("/")}
    try:
        found = list(users(devices, datasets, Path("/")))
    except OSError as refused:
        more = ", …" if len(names) > _SHOWN else ""
        sys.stderr.write(f"cannot see who uses {', '.join(names[:_SHOWN])}{more}: {refused}\n")
        return 1
    for user in found:
        sys.stdout.write(json.dumps(user._asdict()) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
