"""Lists of an archive's files: one page out of millions, by an index in the order of the list."""

from hashlib import sha256
from typing import Any
from uuid import UUID

from calypso.models.archive import FRONT_BYTES, FileRecord, Place, to_bytes, to_path
from calypso.models.books import FilePage, MediaReading
from calypso.models.media_refusals import ArchiveMissing
from calypso.store import cursors
from calypso.store.media_asking import NodeAsking

FRONT = f"substr(path, 1, {FRONT_BYTES})"  # as the index has it
FILES = """
SELECT number, path, kind, size_bytes, first_byte, end_byte, modified_at,
       encode(sha256, 'hex') AS sha256
  FROM calypso.archive_files WHERE archive_no = %s AND number < %s"""
# All that is between two paths, behind a place; fronts find it, whole paths decide. One condition
# says where to begin: of two, PostgreSQL may begin at the one that is further away.
BETWEEN = (
    f" AND ({FRONT}, number) > (%s, %s) AND {FRONT} <= %s AND path >= %s AND path < %s"
    f" ORDER BY {FRONT}, number LIMIT %s"
)
LAST = f" AND {FRONT} = %s AND path = %s ORDER BY {FRONT} DESC, number DESC LIMIT 1"
ARCHIVE = """
SELECT no, files FROM calypso.archives WHERE (%s::text IS NULL OR node = %s) AND id = %s"""
END_OF_PATHS = b"\xff" * (FRONT_BYTES + 1)


class FileLists(NodeAsking):
    """The verbs on an archive's files."""

    def files(
        self, archive_id: UUID, *, under: str = "", after: Place | None = None, limit: int = 500
    ) -> list[FileRecord]:
        """List files of an archive in the order of FileRecord.place; ArchiveMissing."""
        known = self._archive(archive_id)
        folder = to_bytes(under.rstrip("/"))
        if not folder:
            return self._between(known, b"", END_OF_PATHS, after, limit)
        # Between a folder and what is in it sorts what only begins like it: a, a-b, a/c.
        itself = self._between(known, folder, folder + b"\0", after, limit)
        below = self._between(known, folder + b"/", folder + b"0", after, limit - len(itself))
        return itself + below

    def file(self, archive_id: UUID, path: str) -> FileRecord | None:
        """Return the last member of a path, which is what a restore leaves."""
        raw = to_bytes(path)
        row = self._row(f"{FILES}{LAST}", *self._archive(archive_id), raw[:FRONT_BYTES], raw)
        return None if row is None else _file(row)

    def _archive(self, archive_id: UUID) -> tuple[int, int]:
        row = self._row(ARCHIVE, self._node, self._node, archive_id)
        if row is None:
            raise ArchiveMissing(f"There is no archive {archive_id} on record.")
        return row.no, row.files

    def _between(
        self, known: tuple[int, int], low: bytes, high: bytes, after: Place | None, limit: int
    ) -> list[FileRecord]:
        rows = self._rows(f"{FILES}{BETWEEN}", *known, *between(low, high, after), limit)
        return [_file(row) for row in rows]


def between(low: bytes, high: bytes, after: Place | None) -> tuple[Any, ...]:
    """Return the values that BETWEEN takes, but for its limit."""
    first = (low[:FRONT_BYTES], -1)
    return *max(first, after or first), high[:FRONT_BYTES], low, high


def page_of(
    books: MediaReading, archive_id: UUID, *, under: str, cursor: str | None, limit: int
) -> FilePage:
    """Return a page of an archive's files, whoever keeps the books; Invalid, ArchiveMissing."""
    archive = books.archive(archive_id)
    order = f"files {archive_id} {sha256(to_bytes(under)).hexdigest()}"
    after = cursors.read_place(cursor, order) if cursor else None
    found = books.files(archive_id, under=under, after=after, limit=limit + 1)
    last = found[limit - 1].place if len(found) > limit else None
    next_cursor = cursors.write_place(order, *last) if last else None
    return FilePage(archive, found[:limit], next_cursor)


def _file(row: Any) -> FileRecord:
    return FileRecord(**{**row._asdict(), "path": to_path(row.path)})
