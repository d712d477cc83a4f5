"""Trees at rest: take one, bring one back, measure, check against its manifest."""

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from calypso.drivers.storage.directory.trees.build import (
    Builder,
    bring,
    copy_hashed,
    sync_file_system,
)
from calypso.drivers.storage.directory.trees.manifest import (
    FILE,
    Entry,
    digest,
    read_manifest,
    write_manifest,
)
from calypso.drivers.storage.directory.trees.places import (
    FILES,
    LIVE,
    MANIFEST,
    SNAPSHOT_ABOUT,
    datasets,
    snapshots,
)
from calypso.drivers.storage.directory.trees.report import (
    Meter,
    PausableMeter,
    Refusal,
    note,
    say,
)
from calypso.drivers.storage.directory.trees.walk import Walk, hash_of, hashed, open_plain


def take(source: Path, to: Path, name: str) -> dict[str, object]:
    """Copy a tree into the new snapshot folder `to`, sealed, with its manifest.

    A file that vanishes meanwhile is left out and noted; one that cannot be read is a refusal.
    """
    to.mkdir()
    builder = Builder(to / FILES, sealed=True)
    meter = Meter(name)
    try:
        entries = list(_copied(source, to / FILES, builder, meter))
    except PermissionError as refused:
        message = f"{refused.filename} cannot be read; a snapshot must not leave it out"
        raise Refusal("not_permitted", message) from refused
    builder.finish()
    write_manifest(to / MANIFEST, entries)
    sync_file_system(to)
    return {"bytes": sum(entry.size_bytes for entry in entries), "digest": digest(entries)}


def bring_back(snapshot: Path, to: Path) -> dict[str, object]:
    """Build a writable tree in the new folder `to` from a snapshot folder."""
    to.mkdir()
    builder = Builder(to / FILES, sealed=False)
    count = 0
    for entry in read_manifest(snapshot / MANIFEST):
        builder.add(entry, partial(bring, snapshot / FILES / entry.path, entry))
        count += 1
    builder.finish()
    sync_file_system(to)
    return {"entries": count}


def checksum(tree: Path, manifest: Path | None) -> dict[str, object]:
    """Return the digest of a tree as it stands.

    With a manifest (of a sealed tree) modes, owners and attributes are taken from there, since
    sealing changed them; contents, names, links and times are always read anew.
    """
    known = {} if manifest is None else {one.path: one for one in read_manifest(manifest)}
    return {"digest": digest(_as_told(entry, known) for entry in hashed(tree))}


def usage(dataset: Path) -> dict[str, object]:
    """Return how much each live tree takes on disk: folder of the dataset → bytes."""
    return {str(path): _allocated(path / LIVE / FILES) for _, path in datasets("", dataset)}


def scrub(root: Path, name: str, pause: Path) -> dict[str, object]:
    """Read every file of every snapshot again; says each that is not as its manifest has it.

    It stands still as long as there is a file `pause`.
    """
    work = [
        (f"{dataset}@{snapshot.name}", snapshot)
        for dataset, path in datasets(name, root)
        for snapshot in sorted(snapshots(path))
    ]
    say("size", str(sum(_told_bytes(snapshot) for _, snapshot in work)))
    meter, damaged = PausableMeter(name, pause), 0
    for full_name, snapshot in work:
        meter.wait()
        for path in _damaged(snapshot, meter):
            if snapshot.exists():  # else it was destroyed meanwhile
                damaged += 1
                say("damaged", f"{full_name}: {path}")
    meter.say()
    return {"damaged": damaged, "bytes": meter.done_bytes}


def _copied(source: Path, to: Path, builder: Builder, meter: Meter) -> Iterator[Entry]:
    walk = Walk(source)
    for entry in walk:
        if entry.kind != FILE or entry.same_as:
            builder.add(entry)
            yield entry
            continue
        try:
            sha256, size_bytes = copy_hashed(source / entry.path, to / entry.path, meter.add)
        except FileNotFoundError:
            note(f"gone while it was read: {entry.path}")
            walk.forget(entry.path)
            continue
        # What counts is what was read, should somebody write meanwhile.
        copied = replace(entry, sha256=sha256 if size_bytes else "", size_bytes=size_bytes)
        builder.dress(copied)
        yield copied


def _as_told(entry: Entry, known: dict[str, Entry]) -> Entry:
    told = known.get(entry.path)
    if told is None:
        return entry
    return replace(entry, mode=told.mode, uid=told.uid, gid=told.gid, xattrs=told.xattrs)


def _allocated(tree: Path) -> int:
    total = 0
    for folder, _, files in os.walk(tree):
        for name in files:
            try:
                total += Path(folder, name).lstat().st_blocks * 512
            except FileNotFoundError:
                continue
    return total


def _told_bytes(snapshot: Path) -> int:
    try:
        return int(json.loads((snapshot / SNAPSHOT_ABOUT).read_text(encoding="utf-8"))["bytes"])
    except (OSError, ValueError, KeyError):
        return 0  # it is reported as damaged when its turn comes


def _damaged(snapshot: Path, meter: Meter) -> Iterator[str]:
    try:
        told = json.loads((snapshot / SNAPSHOT_ABOUT).read_text(encoding="utf-8"))
        entries = list(read_manifest(snapshot / MANIFEST))
        if told["digest"] != digest(entries):
            yield MANIFEST
    except (OSError, ValueError, TypeError, KeyError):
        yield MANIFEST
        return
    for entry in entries:
        path = snapshot / FILES / entry.path
        if not (_is_intact(path, entry, meter) if entry.sha256 else os.path.lexists(path)):
            yield entry.path


def _is_intact(path: Path, entry: Entry, meter: Meter) -> bool:
    try:
        with open_plain(path) as file:
            return hash_of(file, meter.add) == entry.sha256
    except OSError:
        return False
