"""What is written down about snapshots: guid, order, size, digest, holds."""

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from calypso.drivers.storage import Snapshot, SnapshotMissing, protecting
from calypso.drivers.storage.directory.layout import Folder, read_json, write_json
from calypso.drivers.storage.directory.trees.places import SNAPSHOT_ABOUT
from calypso.models.clock import now

HOLDS, ORDER = "holds.json", "order.json"
TASK = "calypso:task"


def new_guid() -> str:
    """Return a number as ZFS gives them, 64 bits."""
    return str(uuid.uuid4().int >> 64)


def describe(path: Path, *, order: int, about: Mapping[str, Any]) -> None:
    """Write what a new snapshot is: `about` has bytes and digest, of a copy guid and made too."""
    told = {"guid": new_guid(), "made": now().isoformat(), "properties": {}, **about}
    write_json(path / SNAPSHOT_ABOUT, {**told, "order": order})


def about(path: Path) -> dict[str, Any]:
    """Return what a snapshot is."""
    return read_json(path / SNAPSHOT_ABOUT)


def next_order(pool: Path) -> int:
    """Return the place of the next snapshot of a pool; none is ever given twice.

    Call it under the pool's lock.
    """
    try:
        last = int(read_json(pool / ORDER)["last"])
    except FileNotFoundError:
        last = 0
    write_json(pool / ORDER, {"last": last + 1})
    return last + 1


def holds(path: Path) -> list[str]:
    """Return the tags that hold a snapshot."""
    try:
        return list(read_json(path / HOLDS)["tags"])
    except FileNotFoundError:
        return []


def write_holds(path: Path, tags: Iterable[str]) -> None:
    """Replace the tags; call it under the pool's lock."""
    write_json(path / HOLDS, {"tags": sorted(set(tags))})


def set_property(path: Path, name: str, value: str | None) -> None:
    """Set a property of a snapshot, or take it away; call it under the pool's lock."""
    told = about(path)
    kept = {key: one for key, one in told.get("properties", {}).items() if key != name}
    kept.update({} if value is None else {name: value})
    write_json(path / SNAPSHOT_ABOUT, {**told, "properties": kept})


def listed(folder: Folder) -> list[Snapshot]:
    """Return a dataset's snapshots, oldest first."""
    values = [_value(folder, name) for name in folder.snapshots()]
    return sorted((one for one in values if one is not None), key=lambda one: one.order)


def found(folder: Folder, name: str) -> Snapshot:
    """Return a snapshot by the part after its @; SnapshotMissing."""
    value = _value(folder, name)
    if value is None:
        raise SnapshotMissing(f"There is no snapshot {folder.name}@{name}.")
    return value


def newer(folder: Folder, name: str) -> list[Snapshot]:
    """Return the snapshots taken after that one, oldest first; SnapshotMissing."""
    order = found(folder, name).order
    return [one for one in listed(folder) if one.order > order]


def _value(folder: Folder, name: str) -> Snapshot | None:
    path = folder.snapshot(name)
    try:
        told = about(path)
    except FileNotFoundError:
        return None  # there is none, or it was destroyed this moment
    kept = told.get("properties", {})
    is_protected, protected_until = protecting.told(kept.get(protecting.PROPERTY))
    return Snapshot(
        name=f"{folder.name}@{name}",
        guid=told["guid"],
        order=told["order"],
        used_bytes=told["bytes"],
        referenced_bytes=told["bytes"],
        created_at=datetime.fromisoformat(told["made"]),
        holds=len(holds(path)),
        task=kept.get(TASK),
        is_protected=is_protected,
        protected_until=protected_until,
    )
