"""One thing in a tree, and lists of them: manifests, kept as JSON lines, folders first."""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

FILE, FOLDER, LINK, FIFO = "file", "folder", "link", "fifo"
KINDS = (FILE, FOLDER, LINK, FIFO)


@dataclass(frozen=True)
class Entry:
    """A file, folder, symbolic link or fifo. `path` is relative; the tree itself is `.`.

    `sha256` is that of a file's content, empty for an empty one; `same_as` the first path of a
    group of hard links (of files, symbolic links or fifos), which alone has the content; `xattrs`
    are name → value in hex. Names that are not UTF-8 carry surrogates.
    """

    path: str
    kind: str
    mode: int
    uid: int
    gid: int
    mtime_ns: int
    size_bytes: int = 0
    sha256: str = ""
    target: str = ""
    same_as: str = ""
    xattrs: dict[str, str] = field(default_factory=dict)

    def line(self) -> str:
        """Return the entry as one line of ASCII JSON; equal entries give equal lines."""
        told = {name: value for name, value in vars(self).items() if value not in ("", {})}
        return json.dumps(told, sort_keys=True, separators=(",", ":"))


class Misplaced(ValueError):
    """A list of entries that cannot be a tree, or leads out of it."""


def from_line(line: str) -> Entry:
    """Read an entry back; ValueError or TypeError when it is none."""
    return Entry(**json.loads(line))


def in_order(entries: Iterable[Entry]) -> list[Entry]:
    """Sort as a walk goes: folders before what is in them, names in byte order."""
    return sorted(entries, key=_place)


def digest(entries: Iterable[Entry]) -> str:
    """Return the digest of a tree, 64 hex digits."""
    total = hashlib.sha256()
    for entry in in_order(entries):
        total.update(entry.line().encode("ascii") + b"\n")
    return total.hexdigest()


def checked(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Yield entries in order as long as they can be a tree; Misplaced.

    Each stands in a folder that came before, never behind a link, so that nothing is written
    outside the tree.
    """
    kinds: dict[str, str] = {}
    for entry in entries:
        if entry.kind not in KINDS or entry.path in kinds or not _has_folder(entry.path, kinds):
            raise Misplaced(f"{entry.path[:80]!r} has no place in the tree")
        if entry.same_as and (entry.kind == FOLDER or kinds.get(entry.same_as) != entry.kind):
            raise Misplaced(f"{entry.path[:80]!r} is linked to nothing of its kind in the tree")
        kinds[entry.path] = entry.kind
        yield entry


def write_manifest(path: Path, entries: Iterable[Entry]) -> None:
    """Write entries in the order they come."""
    with path.open("w", encoding="ascii") as file:
        for entry in entries:
            file.write(entry.line() + "\n")
        file.flush()
        os.fsync(file.fileno())


def read_manifest(path: Path) -> Iterator[Entry]:
    """Yield the entries of a manifest in order."""
    with path.open(encoding="ascii") as file:
        for line in file:
            yield from_line(line)


def _place(entry: Entry) -> list[bytes]:
    return [] if entry.path == "." else os.fsencode(entry.path).split(b"/")


def _has_folder(path: str, kinds: dict[str, str]) -> bool:
    if path == ".":
        return not kinds
    folder, _, name = path.rpartition("/")
    return name not in ("", ".", "..") and "\0" not in name and kinds.get(folder or ".") == FOLDER
