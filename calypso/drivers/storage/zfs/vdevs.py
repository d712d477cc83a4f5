"""The devices of a pool, from the table of `zpool status`. Pure.

Source: openzfs cmd/zpool/zpool_main.c, print_status_config(), print_status_initialize(),
print_status_trim().
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

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


def share(done: int, total: int, *, is_over: bool = False) -> float:
    """Return how much of a total is done, in percent; 100 when it is over."""
    if is_over:
        return 100.0
    return min(100.0, round(100 * done / total, 2)) if total else 0.0
