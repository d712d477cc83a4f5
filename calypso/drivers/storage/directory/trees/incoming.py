"""A snapshot from a tar stream: the receiving end. It trusts nothing.

Every content is hashed as it comes, no entry may lead out of the tree, and without a matching end
there is no snapshot.
"""

import hashlib
import json
import re
import tarfile
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import IO

from calypso.drivers.storage.directory.trees.build import Builder, bring, sync_file_system
from calypso.drivers.storage.directory.trees.manifest import (
    Entry,
    checked,
    digest,
    from_line,
    in_order,
    read_manifest,
    write_manifest,
)
from calypso.drivers.storage.directory.trees.outgoing import CHANGES, CONTENT, END, FORMAT, HEAD
from calypso.drivers.storage.directory.trees.places import FILES, LIVE, MANIFEST
from calypso.drivers.storage.directory.trees.report import Refusal
from calypso.drivers.storage.directory.trees.walk import CHUNK_BYTES

MAX_CHANGES_BYTES = 4 << 30
SNAPSHOT = "snapshot"
_SHA256 = re.compile("[0-9a-f]{64}")
_UNREADABLE = (tarfile.TarError, EOFError, zlib.error, ValueError, KeyError, TypeError)


@dataclass
class _Read:
    """What was read of a stream so far."""

    head: dict[str, str] = field(default_factory=dict)
    changes: str = ""
    digest: str = ""
    received_bytes: int = 0


def receive(staging: Path, base: Path | None, source: IO[bytes]) -> dict[str, object]:
    """Build a snapshot folder and a live tree in the new folder `staging`; nothing else.

    Refuses with kind `broken` a stream that ends early or does not pass its checks.
    """
    contents = staging / "contents"
    contents.mkdir(parents=True)
    known = [] if base is None else list(read_manifest(base / MANIFEST))
    try:
        read = _read(contents, source)
        _refuse_other_base(read, None if base is None else digest(known))
        entries = list(checked(in_order(_applied(read.changes, known))))
    except _UNREADABLE as wrong:
        raise Refusal("broken", f"the stream cannot be read: {wrong}") from wrong
    if read.digest != digest(entries):
        raise Refusal("broken", "the stream ended early or was changed on its way")
    snapshot = staging / SNAPSHOT
    snapshot.mkdir()
    _build(snapshot / FILES, entries, _Contents(contents, base, known))
    write_manifest(snapshot / MANIFEST, entries)
    _copy_live(snapshot / FILES, entries, staging / LIVE)
    sync_file_system(staging)
    total = sum(entry.size_bytes for entry in entries)
    return {"digest": read.digest, "bytes": total, "received": read.received_bytes}


def _read(contents: Path, source: IO[bytes]) -> _Read:
    read = _Read()
    with tarfile.open(fileobj=source, mode="r|") as tar:
        for member in tar:
            data = tar.extractfile(member)
            if data is None:
                raise ValueError(f"unexpected part {member.name[:80]}")
            read.received_bytes += member.size
            _take(read, contents, member.name, data)
    return read


def _take(read: _Read, contents: Path, name: str, data: IO[bytes]) -> None:
    if name == HEAD:
        read.head = json.loads(data.read())
    elif name == CHANGES:
        packed = zlib.decompressobj()
        read.changes = packed.decompress(data.read(), MAX_CHANGES_BYTES).decode("ascii")
    elif name == END:
        read.digest = str(json.loads(data.read())["digest"])
    else:
        _keep(contents, name, data)


def _keep(contents: Path, name: str, data: IO[bytes]) -> None:
    """Keep a content under its hash, once it is seen to be right."""
    sha256 = name.removeprefix(CONTENT)
    if not name.startswith(CONTENT) or not _SHA256.fullmatch(sha256):
        raise ValueError(f"unexpected part {name[:80]}")
    total = hashlib.sha256()
    with (contents / sha256).open("xb") as file:
        while chunk := data.read(CHUNK_BYTES):
            total.update(chunk)
            file.write(chunk)
    if total.hexdigest() != sha256:
        raise Refusal("broken", "a content of the stream does not match its checksum")


def _refuse_other_base(read: _Read, here: str | None) -> None:
    if read.head.get("format") != FORMAT:
        raise Refusal("broken", "the stream ended before it began, or is of another kind")
    if read.head.get("base") != here:
        raise Refusal("base", "the stream builds on another snapshot than the one here")


def _applied(changes: str, known: Iterable[Entry]) -> Iterable[Entry]:
    entries = {one.path: one for one in known}
    for line in changes.splitlines():
        if line.startswith("-"):
            del entries[json.loads(line[1:])]
        else:
            entry = from_line(line.removeprefix("+"))
            entries[entry.path] = entry
    return entries.values()


class _Contents:
    """Finds the content of an entry: received, or that of the base."""

    def __init__(self, received: Path, base: Path | None, known: Iterable[Entry]) -> None:
        self._received = received
        self._there = {} if base is None else {one.sha256: base / FILES / one.path for one in known}

    def filler(self, entry: Entry, to: Path) -> Callable[[Path], object]:
        """Return what makes a file with this content; `to` has it from then on."""
        if not entry.sha256:
            return Path.touch
        if (there := self._there.get(entry.sha256)) is not None:
            return partial(bring, there, entry)
        received = self._received / entry.sha256
        if not _SHA256.fullmatch(entry.sha256) or not received.exists():
            raise Refusal("broken", f"the stream lacks the content of {entry.path}")
        self._there[entry.sha256] = to
        return received.rename


def _build(to: Path, entries: Iterable[Entry], contents: _Contents) -> None:
    builder = Builder(to, sealed=True)
    for entry in entries:
        builder.add(entry, contents.filler(entry, to / entry.path))
    builder.finish()


def _copy_live(snapshot: Path, entries: Iterable[Entry], live: Path) -> None:
    live.mkdir()
    builder = Builder(live / FILES, sealed=False)
    for entry in entries:
        builder.add(entry, partial(bring, snapshot / entry.path, entry))
    builder.finish()
