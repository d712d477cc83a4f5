"""A snapshot as a tar stream, whole or as the difference from another: the sending end.

Members, in this order: `head` (JSON), `changes` (zlib; lines `+ENTRY` and `-"path"`), one
`content/<sha256>` for each content the base lacks, `end` with the digest of the whole snapshot.
GNU tar can read it.
"""

import hashlib
import io
import json
import tarfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

from calypso.drivers.storage.directory.trees.manifest import Entry, digest, read_manifest
from calypso.drivers.storage.directory.trees.places import FILES, MANIFEST
from calypso.drivers.storage.directory.trees.report import Meter, Refusal, say
from calypso.drivers.storage.directory.trees.walk import open_plain

FORMAT = "calypso-tree-1"
HEAD, CHANGES, CONTENT, END = "head", "changes", "content/", "end"


def send(name: str, snapshot: Path, base: Path | None, out: IO[bytes]) -> None:
    """Write a snapshot, or what `base` lacks of it."""
    entries = list(read_manifest(snapshot / MANIFEST))
    known = [] if base is None else list(read_manifest(base / MANIFEST))
    needed = _needed(entries, known)
    changes = zlib.compress("".join(_changes(entries, known)).encode("ascii"), 9)
    head = {"format": FORMAT, "base": None if base is None else digest(known)}
    total = len(changes) + sum(entry.size_bytes for entry in needed.values())
    _announce(name, base, total)
    meter = Meter(name)
    with tarfile.open(fileobj=out, mode="w|", format=tarfile.PAX_FORMAT) as tar:
        _add(tar, HEAD, json.dumps(head).encode())
        _add(tar, CHANGES, changes)
        meter.add(len(changes))
        for sha256, entry in needed.items():
            _add_file(tar, CONTENT + sha256, snapshot / FILES / entry.path, entry, meter)
        _add(tar, END, json.dumps({"digest": digest(entries)}).encode())
    meter.say()


def _announce(name: str, base: Path | None, total_bytes: int) -> None:
    if base is None:
        say("full", name, str(total_bytes))
    else:
        say("incremental", base.name, name, str(total_bytes))
    say("size", str(total_bytes))


def _needed(entries: Iterable[Entry], known: Iterable[Entry]) -> dict[str, Entry]:
    """Return the contents the base lacks, each once: hash → an entry that has it."""
    there = {one.sha256 for one in known}
    needed: dict[str, Entry] = {}
    for entry in entries:
        if entry.sha256 and entry.sha256 not in there:
            needed.setdefault(entry.sha256, entry)
    return needed


def _changes(entries: Iterable[Entry], known: Iterable[Entry]) -> Iterator[str]:
    before = {one.path: one for one in known}
    for entry in entries:
        if before.pop(entry.path, None) != entry:
            yield f"+{entry.line()}\n"
    for path in before:
        yield f"-{json.dumps(path)}\n"


def _add(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(data)
    tar.addfile(member, io.BytesIO(data))


def _add_file(tar: tarfile.TarFile, name: str, path: Path, entry: Entry, meter: Meter) -> None:
    member = tarfile.TarInfo(name)
    member.size = entry.size_bytes
    with open_plain(path) as file:
        if path.stat().st_size != entry.size_bytes:
            raise Refusal("damaged", f"{path} has not the size it had; scrub the pool")
        counting = _Counting(file, meter)
        tar.addfile(member, counting)
    if counting.sha256 != entry.sha256:
        raise Refusal("damaged", f"{path} does not match its checksum any more; scrub the pool")


class _Counting(io.RawIOBase):
    """Counts and hashes what is read."""

    def __init__(self, file: IO[bytes], meter: Meter) -> None:
        super().__init__()
        self._file, self._meter, self._total = file, meter, hashlib.sha256()

    @property
    def sha256(self) -> str:
        return self._total.hexdigest()

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self._total.update(data)
        self._meter.add(len(data))
        return data
