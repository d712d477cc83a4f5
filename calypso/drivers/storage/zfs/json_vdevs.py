"""The devices of a pool, from the JSON of `zpool status` (OpenZFS 2.3). Pure.

Source: openzfs cmd/zpool/zpool_main.c, vdev_stats_nvlist(), print_status_config().
"""

from collections.abc import Iterator, Mapping
from typing import Any

from calypso.drivers.storage import Activity, Device, Role, ScanState
from calypso.drivers.storage.zfs.vdevs import Counters, share

# Beside `vdevs` a pool has a table of its own for each other class of device.
_CLASSES = {
    "vdevs": Role.DATA,
    "special": Role.SPECIAL,
    "dedup": Role.DEDUP,
    "logs": Role.LOG,
    "l2cache": Role.CACHE,
    "spares": Role.SPARE,
}


def of_json(pool: Mapping[str, Any], *, resilvers: bool) -> tuple[tuple[Device, ...], Counters]:
    """Return the devices of a pool, and the errors they saw together.

    `resilvers`: a resilver runs; what a device took of an earlier one stays told.
    """
    devices: list[Device] = []
    tops: list[Mapping[str, Any]] = []
    for kind, role in _CLASSES.items():
        for vdev in pool.get(kind, {}).values():
            tops.append(vdev)
            devices += _leaves(vdev, role, (), resilvers)
    read, write, checksum = (
        sum(_seen(vdev, f"{kind}_errors") for vdev in tops)
        for kind in ("read", "write", "checksum")
    )
    return tuple(devices), Counters(read, write, checksum)


def _seen(vdev: Mapping[str, Any], name: str) -> int:
    below = sum(_seen(one, name) for one in vdev.get("vdevs", {}).values())
    return max(int(vdev.get(name, 0)), below)


def _leaves(
    vdev: Mapping[str, Any], role: Role, groups: tuple[str, ...], resilvers: bool
) -> Iterator[Device]:
    below = vdev.get("vdevs", {})
    if not below:
        yield _of_json(vdev, role, groups, resilvers)
        return
    inside = groups if vdev.get("vdev_type") == "root" else (*groups, str(vdev["name"]))
    for one in below.values():
        yield from _leaves(one, role, inside, resilvers)


# What the JSON has of its own; in the text it is one of the usual states.
_STATES = {"CANT_OPEN": "UNAVAIL", "CLOSED": "OFFLINE", "HEALTHY": "ONLINE"}
_BROKEN = ("CORRUPT_DATA", "BAD_LOG")  # these cannot be opened either, and count as faulted
# Why, in the words of the text; seen are the first two.
_AUX = {
    "EXTERNAL": "external device fault",
    "SPARED": "currently in use",
    "OPEN_FAILED": "cannot open",
    "BAD_GUID_SUM": "missing device",
    "NO_REPLICAS": "insufficient replicas",
    "ERR_EXCEEDED": "too many errors",
    "IO_FAILURE": "experienced I/O failures",
    "BAD_LOG": "bad intent log",
    "BAD_LABEL": "invalid label",
    "CHILDREN_OFFLINE": "all children offline",
}


def _of_json(
    vdev: Mapping[str, Any], role: Role, groups: tuple[str, ...], resilvers: bool
) -> Device:
    return Device(
        name=str(vdev["name"]),
        state=_state(vdev),
        role=role,
        group=groups[0] if groups else None,
        note=f"was {vdev['was']}" if vdev.get("was") else _note(vdev),
        is_resilvering=(resilvers and int(vdev.get("scan_processed", 0)) > 0)
        or int(vdev.get("resilver_deferred", 0)) > 0,
        is_replacing=any(one.startswith("replacing-") for one in groups),
        read_errors=int(vdev.get("read_errors", 0)),
        write_errors=int(vdev.get("write_errors", 0)),
        checksum_errors=int(vdev.get("checksum_errors", 0)),
        trim=_json_step(vdev, "trim_state", "trimmed", "to_trim"),
        can_trim=not int(vdev.get("trim_notsup", 0)),
        initialize=_json_step(vdev, "init_state", "initialized", "to_initialize"),
    )


def _state(vdev: Mapping[str, Any]) -> str:
    told = str(vdev.get("state", "UNKNOWN"))
    if told == "CANT_OPEN" and vdev.get("aux") in _BROKEN:
        return "FAULTED"
    return _STATES.get(told, told)


def _note(vdev: Mapping[str, Any]) -> str | None:
    """Return why a device is as it is, in the words of the text."""
    aux = vdev.get("aux")
    return None if aux is None else _AUX.get(aux, str(aux).lower().replace("_", " "))


_JSON_STEPS = {
    "ACTIVE": ScanState.RUNNING,
    "SUSPENDED": ScanState.PAUSED,
    "COMPLETE": ScanState.FINISHED,
    "CANCELED": ScanState.CANCELED,
}


def _json_step(vdev: Mapping[str, Any], state: str, done: str, total: str) -> Activity | None:
    known = _JSON_STEPS.get(str(vdev.get(state)))
    if known is None:
        return None
    done_bytes, total_bytes = int(vdev.get(done, 0)), int(vdev.get(total, 0))
    return Activity(
        state=known,
        done_bytes=done_bytes,
        total_bytes=total_bytes,
        percent=share(done_bytes, total_bytes, is_over=known is ScanState.FINISHED),
    )
