"""What is in a tar stream: found as it passes, whatever pieces it comes in. Standard library only.

Reads what GNU tar writes as POSIX (pax), GNU and v7 headers. Offsets count bytes of the stream from
its start; a member begins with the first header that is about it, and ends where the next begins.
"""

import tarfile
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

RECORD = 512
ABOUT_NEXT = b"xgLKX"  # headers that say something about the member behind them
MOST_ABOUT_BYTES = 16 << 20  # longer ones are no headers, but data that look like some
KINDS = {
    b"0": "file",
    b"\0": "file",
    b"7": "file",
    b"S": "file",
    b"1": "hardlink",
    b"2": "symlink",
    b"3": "device",
    b"4": "device",
    b"5": "folder",
    b"6": "pipe",
}
HAS_DATA = b"07S\0xgLKX"


class Entry:
    """A member of the archive. `path`, `link`: raw bytes; `size_bytes`: of the file, unpacked."""

    __slots__ = ("end", "kind", "link", "mtime", "path", "size_bytes", "start")

    def __init__(self, start: int) -> None:
        self.start, self.end = start, start
        self.path, self.link, self.kind = b"", b"", ""
        self.size_bytes, self.mtime = 0, Decimal(0)


class Entries:
    """Finds the members of one stream. `state` is all it must know to go on elsewhere."""

    def __init__(self) -> None:
        self.at = 0  # of the stream, up to where it was fed
        self.is_broken = False  # what should be a header is none: nothing more is found
        self._held = bytearray()  # of a header that did not come whole yet
        self._wanted = RECORD
        self._skip = 0
        self._about: dict[str, bytes] = {}
        self._start = 0  # of the member whose headers are being read
        self._reads_about = b""  # kind of the header whose text is being read

    def feed(self, data: memoryview) -> Iterator[Entry]:
        """Yield the members whose headers became whole."""
        place, size = 0, len(data)
        while place < size:
            if self._skip or self.is_broken:
                step = size - place if self.is_broken else min(self._skip, size - place)
                self._skip = max(0, self._skip - step)
            else:
                step = min(self._wanted - len(self._held), size - place)
                self._held += data[place : place + step]
            place += step
            self.at += step
            if len(self._held) == self._wanted:
                yield from self._take()

    def _take(self) -> Iterator[Entry]:
        held, self._held = bytes(self._held), bytearray()
        self._wanted = RECORD
        if self._reads_about:
            self._read_about(held)
            return
        if held == bytes(RECORD):
            self._start = self.at
            return
        try:
            header = tarfile.TarInfo.frombuf(held, "utf-8", "surrogateescape")
        except tarfile.HeaderError:
            self.is_broken = True
            return
        yield from self._read_header(header)

    def _read_header(self, header: tarfile.TarInfo) -> Iterator[Entry]:
        kind = header.type
        if kind in ABOUT_NEXT and header.size <= MOST_ABOUT_BYTES:
            self._wanted = _whole(header.size)
            self._reads_about = kind + str(header.size).encode()
            if not header.size:
                self._reads_about, self._wanted = b"", RECORD
            return
        entry = self._entry(header)
        self._about, self._start = {}, entry.end
        yield entry

    def _entry(self, header: tarfile.TarInfo) -> Entry:
        about = self._about
        entry = Entry(self._start)
        size = _number(about.get("size"), header.size) if header.type in HAS_DATA else 0
        self._skip = _whole(size)
        entry.end = self.at + self._skip
        entry.kind = KINDS.get(header.type, "file")
        entry.path = about.get("GNU.sparse.name", about.get("path", _bytes(header.name)))
        entry.link = about.get("linkpath", _bytes(header.linkname))
        entry.size_bytes = _number(
            about.get("GNU.sparse.realsize", about.get("GNU.sparse.size")), size
        )
        entry.mtime = _time(about.get("mtime"), header.mtime)
        if header.type == b"0" and entry.path.endswith(b"/"):
            entry.kind = "folder"  # as v7 wrote them
        return entry

    def _read_about(self, held: bytes) -> None:
        kind, size = self._reads_about[:1], int(self._reads_about[1:])
        self._reads_about = b""
        text = held[:size]
        if kind == b"g":
            self._start = self.at  # it is about all that follow, and goes with none
        elif kind == b"L":
            self._about["path"] = text.rstrip(b"\0")
        elif kind == b"K":
            self._about["linkpath"] = text.rstrip(b"\0")
        else:
            self._about.update(_records(text))

    @property
    def state(self) -> dict[str, object]:
        """What a later `from_state` needs to go on from here; plain JSON."""
        return {
            "at": self.at,
            "start": self._start,
            "skip": self._skip,
            "wanted": self._wanted,
            "held": bytes(self._held).hex(),
            "reads_about": self._reads_about.decode("latin-1"),
            "about": {name: value.hex() for name, value in self._about.items()},
            "is_broken": self.is_broken,
        }

    @classmethod
    def from_state(cls, told: dict[str, object]) -> "Entries":
        """Go on where another was."""
        entries = cls()
        about = told["about"]
        assert isinstance(about, dict)  # noqa: S101 - as `state` wrote it
        entries.at, entries._start = _whole_number(told["at"]), _whole_number(told["start"])
        entries._skip, entries._wanted = _whole_number(told["skip"]), _whole_number(told["wanted"])
        entries._held = bytearray.fromhex(str(told["held"]))
        entries._reads_about = str(told["reads_about"]).encode("latin-1")
        entries._about = {str(name): bytes.fromhex(str(value)) for name, value in about.items()}
        entries.is_broken = bool(told["is_broken"])
        return entries


def _records(text: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield the records of a pax header: `LENGTH NAME=VALUE`, a newline behind each."""
    place = 0
    while place < len(text):
        length, space, _ = text[place : place + 24].partition(b" ")
        if not space or not length.isdigit() or int(length) <= len(length):
            return
        record = text[place + len(length) + 1 : place + int(length) - 1]
        name, _, value = record.partition(b"=")
        yield name.decode("utf-8", "replace"), value
        place += int(length)


def _whole(size: int) -> int:
    return -(-size // RECORD) * RECORD


def _number(text: bytes | None, otherwise: int) -> int:
    return int(text) if text is not None and text.isdigit() else otherwise


def _whole_number(told: object) -> int:
    return int(str(told))


def _time(text: bytes | None, otherwise: float) -> Decimal:
    try:
        return Decimal(otherwise if text is None else text.decode("ascii"))
    except (InvalidOperation, UnicodeDecodeError):
        return Decimal(otherwise)


def _bytes(name: str) -> bytes:
    return name.encode("utf-8", "surrogateescape")
