"""By which names a device goes: as a pool shows it, its paths, its kernel name. Pure.

A pool shows a disk by the last part of the path it was given, without the partition that ZFS made
on it, and any other device by its whole path; one that is gone by its guid, with `was PATH`.
"""

import re
from pathlib import PurePosixPath

from calypso.drivers.storage import Device

# Every name of every block device: path, TAB, what it points to.
LIST = ("find", "/dev", "-type", "l", "-printf", r"%p\t%l\n")
# A name by serial number stays the same in another slot; one by WWN too, but says less to people.
_STEADY = ("/dev/disk/by-vdev/", "/dev/disk/by-id/", "/dev/disk/by-path/")
_FOLDERS = ("/dev", "/dev/mapper", *(one.removesuffix("/") for one in _STEADY))
_WWN = "/dev/disk/by-id/wwn-"
_PARTITION = re.compile(r"(/dev/disk/.+)-part\d+|(/dev/\w*\d)p\d+|(/dev/(?:sd|vd|xvd|hd)[a-z]+)\d+")


def is_named(device: Device, given: str) -> bool:
    """Tell whether a device of a pool goes by a name or path."""
    was = re.sub(r"^was ", "", device.note or "")
    return any(goes_by(path, given) for path in (device.name, was) if path)


def goes_by(path: str, given: str) -> bool:
    """Tell whether what is shown as `path` goes by another name or path."""
    return bool({given, _whole(given)} & _names(path))


def paths(shown: str) -> list[str]:
    """Return the absolute paths that a device may have which a pool shows by this name."""
    if shown.startswith("/"):
        return [shown]
    return [f"{folder}/{shown}" for folder in _FOLDERS]


def _names(path: str) -> set[str]:
    """Return a path, the disk it is a partition of, and the last parts of both."""
    names = {path, _whole(path)}
    if "/" not in path:
        names |= {*paths(path)}
    return names | {PurePosixPath(one).name for one in names if one.startswith("/dev/")}


def _whole(path: str) -> str:
    """Return the disk of a partition; any other path as it is."""
    told = _PARTITION.fullmatch(path)
    return next(part for part in told.groups() if part) if told else path


def targets(text: str) -> dict[str, str]:
    """Return path → kernel name, such as `/dev/disk/by-id/ata-X` → `sda`, of `find` as in LIST."""
    rows = [line.partition("\t") for line in text.split("\n") if line]
    return {path: PurePosixPath(target).name for path, _, target in rows}


def has_only_missed_some(complaints: str) -> bool:
    """Tell whether all that `find` says is that names went before it could look at them."""
    lines = complaints.splitlines()
    return bool(lines) and all(line.endswith(": No such file or directory") for line in lines)


def other_names(given: str, text: str) -> list[str]:
    """Return every path of the device that `given` is a path of."""
    known = targets(text)
    kernel = known.get(given, PurePosixPath(given).name)
    return [f"/dev/{kernel}", *(path for path, name in known.items() if name == kernel)]


def aliases(kernel: str, known: dict[str, str]) -> list[str]:
    """Return the paths of a device, the one that stays the same the longest first."""
    paths = [path for path, name in known.items() if name == kernel]
    return sorted(paths, key=lambda path: (_steadiness(path), path))


def is_steady(path: str) -> bool:
    """Tell whether a path stays that of the same disk."""
    return path.startswith(_STEADY)


def _steadiness(path: str) -> int:
    found = [at for at, start in enumerate(_STEADY) if path.startswith(start)]
    return len(_STEADY) if path.startswith(_WWN) or not found else found[0]
