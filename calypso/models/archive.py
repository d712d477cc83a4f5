"""What was written to cartridges: archives, their parts and their files."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from calypso.models.media import MediaPoolName, Noun


class ArchiveState(StrEnum):
    """Whether an archive can be restored."""

    WRITING = "writing"
    WHOLE = "whole"
    BROKEN = "broken"  # its writing ended before its end
    OVERWRITTEN = "overwritten"  # a cartridge of it was given to something else


class ArchivePart(Noun):
    """A stretch of an archive's stream that is one tape file on one cartridge.

    `file` counts the file marks before it. `sha256` is that of its bytes, in hex.
    """

    number: int
    barcode: str
    file: int
    first_byte: int
    size_bytes: int
    sha256: str | None = None

    @property
    def end_byte(self) -> int:
        """The first byte of the stream that is no longer in this part."""
        return self.first_byte + self.size_bytes


class ArchiveRecord(Noun):
    """A stream on cartridges. `files` counts those on record, `parts` are in the stream's order.

    `source`: a directory, or the dataset of `snapshot`, which is the part after the @.
    """

    id: UUID
    job_id: UUID
    pool: MediaPoolName
    set_id: UUID | None = None
    source: str
    snapshot: str | None = None
    began_at: datetime
    ended_at: datetime | None = None
    size_bytes: int = 0
    files: int = 0
    state: ArchiveState = ArchiveState.WRITING
    sha256: str | None = None
    parts: tuple[ArchivePart, ...] = ()

    def barcodes(self) -> list[str]:
        """Return its cartridges in the order in which they are read."""
        return list(dict.fromkeys(part.barcode for part in self.parts))

    def parts_of(self, first_byte: int, end_byte: int) -> list[ArchivePart]:
        """Return the parts that hold a stretch of the stream."""
        return [
            part for part in self.parts if part.first_byte < end_byte and first_byte < part.end_byte
        ]

    def gap(self) -> str | None:
        """Say what is missing for the parts to be the whole stream; None: nothing."""
        expected = 0
        for number, part in enumerate(self.parts):
            if part.number != number:
                return f"part {number} is missing"
            if part.first_byte != expected:
                return f"part {number} begins at byte {part.first_byte}, not at {expected}"
            expected = part.end_byte
        if expected != self.size_bytes:
            return f"the parts have {expected} of {self.size_bytes} bytes"
        return None


Place = tuple[bytes, int]
FRONT_BYTES = 1024  # of a path, that files are sorted by


@dataclass(frozen=True, slots=True)
class FileRecord:
    """A file of an archive: the `number`th member of its stream.

    `path` is as in the archive, without a slash at its end; bytes that are no UTF-8 stand in it as
    surrogates (PEP 383).
    `kind`: file, folder, symlink, hardlink, device, pipe. The member takes the bytes from
    `first_byte` to `end_byte` of the stream, its header with it. `sha256` is of its content.
    """

    number: int
    path: str
    kind: str
    size_bytes: int
    first_byte: int
    end_byte: int
    modified_at: datetime | None = None
    sha256: str | None = None

    @property
    def place(self) -> Place:
        """Where it stands in lists: by the front of its path, as bytes sort, then by number."""
        return to_bytes(self.path)[:FRONT_BYTES], self.number


def to_bytes(path: str) -> bytes:
    """Return a path as its file system has it."""
    return path.encode("utf-8", "surrogateescape")


def to_path(raw: bytes) -> str:
    """Return the path of what a file system has; the reverse of `to_bytes`."""
    return raw.decode("utf-8", "surrogateescape")
