"""Where things lie in a pool's folder, and the small files that describe them.

POOL/pool.json  order.json  scan.json  intent.json  lock  scan.lock
POOL/work/ID  work/ID.lock      work of the moment, worth nothing once nobody holds its lock
POOL/root/                      the pool's root dataset, laid out as every dataset:
    dataset.json                what it is
    live/files/                 what people put there
    snapshots/NAME/{files,manifest.jsonl,snapshot.json,holds.json}
    children/NAME/              the datasets below
"""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from calypso.drivers.storage import BadName, BadProperty
from calypso.drivers.storage.directory.trees.moves import sync_folder
from calypso.drivers.storage.directory.trees.places import (
    CHILDREN,
    DATASET_ABOUT,
    FILES,
    LIVE,
    SNAPSHOTS,
    datasets,
    snapshots,
)
from calypso.models.names import DatasetName, PoolName, SnapshotName

WORK = "work"
# What nobody notices the lack of: kept, so that what is tried here means the same on ZFS.
TUNING = frozenset(
    (
        "acltype",
        "atime",
        "checksum",
        "compression",
        "copies",
        "dnodesize",
        "logbias",
        "primarycache",
        "recordsize",
        "redundant_metadata",
        "relatime",
        "secondarycache",
        "snapdir",
        "sync",
        "xattr",
    )
)
_DATASET: TypeAdapter[str] = TypeAdapter(DatasetName)
_POOL: TypeAdapter[str] = TypeAdapter(PoolName)
_SNAPSHOT: TypeAdapter[str] = TypeAdapter(SnapshotName)


class Folder:
    """One dataset's folder in the pool at `pool`, there or not; BadName."""

    def __init__(self, pool: Path, name: str) -> None:
        _, *parts = dataset_name(name).split("/")
        self.pool, self.name = pool, name
        self.path = pool.joinpath("root", *(step for part in parts for step in (CHILDREN, part)))

    @property
    def exists(self) -> bool:
        """True once the dataset is made."""
        return self.about.exists()

    @property
    def live(self) -> Path:
        """What a rollback swaps; a folder of ours, so that it can be renamed whatever is in it."""
        return self.path / LIVE

    @property
    def files(self) -> Path:
        """The live tree."""
        return self.live / FILES

    @property
    def about(self) -> Path:
        """The file that describes the dataset; it exists when the dataset does."""
        return self.path / DATASET_ABOUT

    def above(self) -> "Folder | None":
        """The dataset above, or None for the root of a pool."""
        head, _, _ = self.name.rpartition("/")
        return Folder(self.pool, head) if head else None

    def snapshot(self, name: str) -> Path:
        """The folder of a snapshot, there or not; BadName."""
        return self.path / SNAPSHOTS / snapshot_name(name)

    def snapshots(self) -> list[str]:
        """Names of its snapshots, in no order that means anything."""
        return [path.name for path in snapshots(self.path)]

    def all_below(self) -> list["Folder"]:
        """Itself and every dataset below, parents first."""
        return [Folder(self.pool, name) for name, _ in datasets(self.name, self.path)]


def make(path: Path, told: Mapping[str, Any]) -> None:
    """Make an empty dataset at a path that is worth nothing yet."""
    (path / LIVE / FILES).mkdir(parents=True)
    (path / SNAPSHOTS).mkdir(mode=0o700)
    write_json(path / DATASET_ABOUT, told)


def dataset_name(name: str) -> str:
    """Return a name that is safe as a path; BadName."""
    return _named(_DATASET, name, "dataset")


def pool_name(name: str) -> str:
    """Return a name that is safe; BadName."""
    return _named(_POOL, name, "pool")


def snapshot_name(name: str) -> str:
    """Return the part after the @ when it is safe as a file's name; BadName."""
    return _named(_SNAPSHOT, name, "snapshot")


def kept_properties(properties: Mapping[str, str] | None) -> dict[str, str]:
    """Return properties that are merely kept; BadProperty for those that would have to act."""
    for name in properties or {}:
        if ":" not in name and name not in TUNING:
            raise BadProperty(
                f"The directory product has no property {name}; it keeps those of yours, with a "
                "colon in their name, and those that only tune, such as compression."
            )
    return dict(properties or {})


def read_json(path: Path) -> dict[str, Any]:
    """Read a description."""
    told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return told


def write_json(path: Path, told: Mapping[str, Any]) -> None:
    """Write a description atomically: aside, flushed, renamed. One writer at a time."""
    aside = path.with_name(f"{path.name}.new")
    with aside.open("w", encoding="utf-8") as file:
        json.dump(told, file)
        file.flush()
        os.fsync(file.fileno())
    aside.rename(path)
    sync_folder(path.parent)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock that all processes respect, for a moment; a dead one's is free."""
    handle = _open(path)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


@contextmanager
def tried(path: Path) -> Iterator[bool]:
    """Hold a lock if nobody has it; tells whether."""
    handle = _open(path)
    try:
        yield _take(handle)
    finally:
        os.close(handle)


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _take(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _named(kind: TypeAdapter[str], name: str, what: str) -> str:
    try:
        return kind.validate_python(name)
    except ValidationError as wrong:
        raise BadName(f"{name[:80]!r} is no name of a {what}.") from wrong
