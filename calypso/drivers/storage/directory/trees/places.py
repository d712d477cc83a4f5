"""Names inside a pool's folder, as both the driver and its programs know them."""

from collections.abc import Iterator
from pathlib import Path

FILES = "files"  # what people put there, in a live tree and in a snapshot
LIVE = "live"
SNAPSHOTS = "snapshots"
CHILDREN = "children"
MANIFEST = "manifest.jsonl"
DATASET_ABOUT = "dataset.json"
SNAPSHOT_ABOUT = "snapshot.json"


def datasets(name: str, path: Path) -> Iterator[tuple[str, Path]]:
    """Yield (full name, folder) of a dataset and all below, parents first, names in order."""
    if not (path / DATASET_ABOUT).exists():
        return
    yield name, path
    below = path / CHILDREN
    for child in sorted(below.iterdir()) if below.is_dir() else ():
        yield from datasets(f"{name}/{child.name}", child)


def snapshots(path: Path) -> list[Path]:
    """Return the folders of a dataset's snapshots, in no order that means anything."""
    below = path / SNAPSHOTS
    if not below.is_dir():
        return []
    return [one for one in below.iterdir() if (one / SNAPSHOT_ABOUT).exists()]
