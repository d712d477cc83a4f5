"""What `zpool status` says about a pool, from its text (2.1, 2.2) or its JSON (2.3). Pure.

Source: openzfs cmd/zpool/zpool_main.c, print_status_config().
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from calypso.drivers.storage import (
    Activity,
    Checkpoint,
    Device,
    Pool,
    Scan,
    ScanState,
    StorageError,
)
from calypso.drivers.storage.zfs import activity, json_vdevs, vdevs
from calypso.drivers.storage.zfs import scan as scans
from calypso.drivers.storage.zfs.reading import lines as lines_of
from calypso.drivers.storage.zfs.vdevs import Counters

T = TypeVar("T")

# The pool still calls itself ONLINE then: waiting, failing every write, taken by another host.
SUSPENDED_CODES = {"ZFS-8000-HC", "ZFS-8000-JQ", "ZFS-8000-MM"}
SUSPENDED_WORDS = ("in response to IO failures", "pool is suspended")
SUSPENDED = "SUSPENDED"


@dataclass(frozen=True)
class Status:
    """One pool's status."""

    pool: str
    state: str
    status: str | None = None
    message_code: str | None = None
    counters: Counters = field(default_factory=Counters)
    data_errors: int = 0
    scan: Scan | None = None
    removal: Activity | None = None
    expansion: Activity | None = None
    checkpoint: Checkpoint | None = None
    devices: tuple[Device, ...] = ()

    @property
    def is_suspended(self) -> bool:
        """True when no write to the pool will end, whatever its state says."""
        told = any(words in (self.status or "") for words in SUSPENDED_WORDS)
        return told or self.state == SUSPENDED or self.message_code in SUSPENDED_CODES

    def onto(self, pool: Pool) -> Pool:
        """Return the pool with what its status tells."""
        suspended = self.is_suspended or pool.health == SUSPENDED
        return pool.model_copy(
            update={
                "health": SUSPENDED if suspended else pool.health,
                "is_suspended": suspended,
                "read_errors": self.counters.read,
                "write_errors": self.counters.write,
                "checksum_errors": self.counters.checksum,
                "data_errors": self.data_errors,
                "status": self.status,
                "message_code": self.message_code,
                "scan": self.scan,
                "removal": self.removal,
                "expansion": self.expansion,
                "checkpoint": self.checkpoint,
                "devices": self.devices,
            }
        )


# ---- text

# Widths are exact: `zpool import` prints the same words further to the right.
_KEY = re.compile(
    r"^(?:  (pool|scan)| (state)|   (see)"
    r"|(status|action|remove|checkpoint|expand|config|errors)): ?(?P<text>.*)$"
)


def from_text(text: str) -> list[Status]:
    """Return the status of each pool that `zpool status -ipt` prints."""
    return [_of_fields(fields) for fields in _pools(text)]


def _pools(text: str) -> Iterator[dict[str, list[list[str]]]]:
    """Yield each pool's fields; a field has lines, and `scan` may come several times."""
    fields: dict[str, list[list[str]]] = {}
    lines: list[str] = []
    for line in lines_of(text):
        if (key := _KEY.match(line)) is None:
            lines.append(line)
            continue
        name = next(word for word in key.groups() if word)
        if name == "pool" and fields:
            yield fields
            fields = {}
        lines = [key["text"]]
        fields.setdefault(name, []).append(lines)
    if fields:
        yield fields


def _of_fields(fields: Mapping[str, list[list[str]]]) -> Status:
    see = _joined(fields, "see") or ""
    devices, counters = vdevs.of_table(fields.get("config", [[]])[0])
    return Status(
        pool=_joined(fields, "pool") or "",
        state=_joined(fields, "state") or "UNKNOWN",
        status=_joined(fields, "status"),
        message_code=see.rpartition("/")[2] or None,
        counters=counters,
        data_errors=_data_errors(fields.get("errors", [[]])[0]),
        scan=_latest([scan for lines in fields.get("scan", []) if (scan := scans.of_lines(lines))]),
        removal=_read(activity.removal, fields, "remove"),
        expansion=_read(activity.expansion, fields, "expand"),
        checkpoint=_read(activity.checkpoint, fields, "checkpoint"),
        devices=devices,
    )


def _read(
    read: Callable[[Sequence[str]], T | None], fields: Mapping[str, list[list[str]]], name: str
) -> T | None:
    return read(fields[name][0]) if name in fields else None


def _joined(fields: Mapping[str, list[list[str]]], name: str) -> str | None:
    if name not in fields:
        return None
    return _one_line(" ".join(fields[name][0]))


def _one_line(text: str) -> str | None:
    return " ".join(text.split()) or None


_DATA_ERRORS = re.compile(r"(\d+) data errors")


def _data_errors(lines: list[str]) -> int:
    text = "\n".join(lines)
    if told := _DATA_ERRORS.match(text):
        return int(told[1])
    if text.startswith("Permanent errors"):
        return sum(1 for line in lines if line.startswith(" " * 8))
    return 0


def _latest(told: list[Scan]) -> Scan | None:
    """Return the scan that goes on, or the last one."""
    going = [one for one in told if one.state in (ScanState.RUNNING, ScanState.PAUSED)]
    return next(iter(going or told), None)


# ---- JSON


def from_json(text: str) -> list[Status]:
    """Return the status of each pool that `zpool status -ijpt --json-int` prints."""
    try:
        told = json.loads(text or "{}").get("pools", {})
        return [_of_pool(name, pool) for name, pool in sorted(told.items())]
    except (ValueError, AttributeError) as odd:
        raise StorageError(
            "The JSON of zpool status has another form than is known.", original=text
        ) from odd


def _of_pool(name: str, pool: Mapping[str, Any]) -> Status:
    scan = scans.of_stats(pool.get("scan_stats", {}))
    resilvers = scan is not None and scan.is_resilver_running
    devices, counters = json_vdevs.of_json(pool, resilvers=resilvers)
    return Status(
        pool=name,
        state=str(pool.get("state", "UNKNOWN")),
        status=_one_line(str(pool.get("status", ""))),
        message_code=pool.get("msgid"),
        counters=counters,
        data_errors=int(pool.get("error_count", 0)),
        scan=scan,
        removal=activity.removal_of(pool.get("removal_stats", {})),
        expansion=activity.expansion_of(pool.get("raidz_expand_stats", {})),
        checkpoint=activity.checkpoint_of(pool.get("checkpoint_stats", {})),
        devices=devices,
    )
