"""The devices of a pool, from the table of `zpool status` or its JSON. Pure.

Source: openzfs cmd/zpool/zpool_main.c, print_status_config(), print_status_initialize(),
print_status_trim().
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from calypso.drivers.storage import Activity, Device, Role, ScanState
from calypso.drivers.storage.zfs.scan import quantity


@dataclass(frozen=True)
class Counters:
    """Errors seen by devices."""

    read: int = 0
    write: int = 0
    checksum: int = 0


# ---- text

_COUNT = r"(-|[\d.]+[KMGTPE]?)"
_ROW = re.compile(
    rf"^\t(?P<indent> *)(?P<name>\S.*?)\s+(?P<state>[A-Z]+)"
    rf"(?:\s+{_COUNT}\s+{_COUNT}\s+{_COUNT})?\s*(?P<rest>.*)$"
)
_SECTIONS = {
    "logs": Role.LOG,
    "cache": Role.CACHE,
    "spares": Role.SPARE,
    "special": Role.SPECIAL,
    "dedup": Role.DEDUP,
}
_REMARK = re.compile(r"\(([^)]*)\)")
_STEP = re.compile(r"(\d+)% (trimmed|initialized)(?:, (suspended|started|completed))?")
# What `-i` and `-t` say of a device on which nothing was begun.
_UNTOUCHED = ("uninitialized", "untrimmed", "trim unsupported")


@dataclass(frozen=True)
class Row:
    """One line of the table: a device, or a group of such."""

    depth: int
    name: str
    state: str
    role: Role
    counters: Counters
    rest: str


def of_table(lines: Sequence[str]) -> tuple[tuple[Device, ...], Counters]:
    """Return the devices of a pool, and the errors they saw together.

    A raidz group counts what its devices together could not repair; a single device does not.
    So where a group saw more than its devices, its number counts.
    """
    rows = list(_rows(lines))
    leaves = [
        row
        for row, below in pairwise([*rows, None])
        if row is not None and row.depth and (below is None or below.depth <= row.depth)
    ]
    devices = tuple(_device(row, _above(rows, row)) for row in leaves)
    return devices, _most([row.counters for row in leaves], [row.counters for row in rows])


def _rows(lines: Sequence[str]) -> Iterator[Row]:
    role = Role.DATA
    for line in lines:
        if (section := _SECTIONS.get(line.strip())) is not None:
            role = section
        elif (told := _ROW.match(line)) and told["state"] != "STATE":
            counts = [
                quantity(told[at].replace("-", "0")) or 0 if told[at] else 0 for at in (4, 5, 6)
            ]
            yield Row(
                depth=len(told["indent"]),
                name=told["name"],
                state=told["state"],
                role=role,
                counters=Counters(*counts),
                rest=told["rest"],
            )


def _above(rows: Sequence[Row], leaf: Row) -> list[str]:
    """Return the names of the groups a device is in, outermost first, without the pool."""
    found: list[str] = []
    depth = leaf.depth
    for row in reversed(rows[: rows.index(leaf)]):
        if 0 < row.depth < depth and row.role is leaf.role:
            found.insert(0, row.name)
            depth = row.depth
        elif not row.depth:
            break
    return found


def _device(row: Row, groups: Sequence[str]) -> Device:
    remarks = _REMARK.findall(row.rest)
    words = _REMARK.sub("", row.rest).strip()
    plain = [one for one in remarks if not _STEP.match(one) and one not in _UNTOUCHED]
    return Device(
        name=row.name,
        state=row.state,
        role=row.role,
        group=groups[0] if groups else None,
        note=", ".join([*([words] if words else []), *plain]) or None,
        is_resilvering="resilvering" in remarks or "awaiting resilver" in remarks,
        is_replacing=any(one.startswith("replacing-") for one in groups),
        read_errors=row.counters.read,
        write_errors=row.counters.write,
        checksum_errors=row.counters.checksum,
        trim=_step(remarks, "trimmed"),
        can_trim="trim unsupported" not in remarks,
        initialize=_step(remarks, "initialized"),
    )


_STEPS = {
    None: ScanState.RUNNING,
    "started": ScanState.RUNNING,
    "suspended": ScanState.PAUSED,
    "completed": ScanState.FINISHED,
}


def _step(remarks: Sequence[str], what: str) -> Activity | None:
    for remark in remarks:
        if (told := _STEP.match(remark)) and told[2] == what:
            state = _STEPS[told[3]]
            percent = 100.0 if state is ScanState.FINISHED else min(float(told[1]), 100.0)
            return Activity(state=state, percent=percent)
    return None


def _most(leaves: Sequence[Counters], rows: Sequence[Counters]) -> Counters:
    read, write, checksum = (
        max([sum(getattr(one, name) for one in leaves), *(getattr(one, name) for one in rows)])
        for name in ("read", "write", "checksum")
    )
    return Counters(read, write, checksum)


# ---- JSON

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


def _of_json(
    vdev: Mapping[str, Any], role: Role, groups: tuple[str, ...], resilvers: bool
) -> Device:
    return Device(
        name=str(vdev["name"]),
        state=str(vdev.get("state", "UNKNOWN")),
        role=role,
        group=groups[0] if groups else None,
        note=f"was {vdev['was']}" if vdev.get("was") else vdev.get("aux"),
        is_resilvering=resilvers and int(vdev.get("scan_processed", 0)) > 0,
        is_replacing=any(one.startswith("replacing-") for one in groups),
        read_errors=int(vdev.get("read_errors", 0)),
        write_errors=int(vdev.get("write_errors", 0)),
        checksum_errors=int(vdev.get("checksum_errors", 0)),
        trim=_json_step(vdev, "trim_state", "trimmed", "to_trim"),
        can_trim=not int(vdev.get("trim_notsup", 0)),
        initialize=_json_step(vdev, "init_state", "initialized", "to_initialize"),
    )


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


def share(done: int, total: int, *, is_over: bool = False) -> float:
    """Return how much of a total is done, in percent; 100 when it is over."""
    if is_over:
        return 100.0
    return min(100.0, round(100 * done / total, 2)) if total else 0.0
