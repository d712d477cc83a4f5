"""Archives and their parts, and the files that are added to them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from calypso.models import bookkeeping
from calypso.models.archive import (
    ArchivePart,
    ArchiveRecord,
    ArchiveState,
    FileRecord,
    to_bytes,
)
from calypso.models.books import MOST_FILES
from calypso.models.media_refusals import ArchiveIncomplete, ArchiveMissing
from calypso.store.media_asking import NodeAsking, Writing

COLUMNS = (
    "no, id, job_id, pool, set_id, source, snapshot, began_at, ended_at, size_bytes, files, state,"
    " encode(sha256, 'hex') AS sha256"
)
PARTS = """
SELECT archive_no, number, barcode, file, first_byte, size_bytes, encode(sha256, 'hex') AS sha256
  FROM calypso.archive_parts WHERE archive_no = ANY(%s) ORDER BY archive_no, number"""
LIST = f"SELECT {COLUMNS} FROM calypso.archives WHERE (%s::text IS NULL OR node = %s)"  # noqa: S608 - fixed words
LATEST = " ORDER BY began_at DESC, id DESC"
OF_MEDIUM = (
    " AND no IN (SELECT archive_no FROM calypso.archive_parts p"
    " WHERE p.node = archives.node AND p.barcode = %s)"
)
ONE = f"{LIST} AND id = %s"
LOCKED = f"{ONE} FOR UPDATE"
BEGIN = """
INSERT INTO calypso.archives
  (node, id, job_id, pool, set_id, source, snapshot, began_at, size_bytes, state)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, 'writing') ON CONFLICT (id) DO NOTHING"""
PUT_PART = """
INSERT INTO calypso.archive_parts AS p
  (node, archive_no, number, barcode, file, first_byte, size_bytes, sha256)
VALUES (%s, %s, %s, %s, %s, %s, %s, decode(%s, 'hex'))
ON CONFLICT (archive_no, number) DO UPDATE SET barcode = excluded.barcode, file = excluded.file,
  first_byte = excluded.first_byte, size_bytes = excluded.size_bytes, sha256 = excluded.sha256"""
CLEAR = "DELETE FROM calypso.archive_files WHERE archive_no = %s AND number >= %s AND number < %s"
COPY = """
COPY calypso.archive_files
  (archive_no, number, kind, size_bytes, first_byte, end_byte, modified_at, sha256, path)
FROM STDIN (FORMAT BINARY)"""
COPIED = ("int4", "int4", "text", "int8", "int8", "int8", "timestamptz", "bytea", "bytea")
COUNTED = "UPDATE calypso.archives SET files = %s WHERE no = %s"
END = """
UPDATE calypso.archives SET state = %s, ended_at = %s, size_bytes = %s, sha256 = decode(%s, 'hex')
 WHERE no = %s"""
LEFT_OVER = """
SELECT no, files FROM calypso.archives WHERE state = 'overwritten' AND files > 0
 ORDER BY no LIMIT 1 FOR UPDATE SKIP LOCKED"""
FORGET = "DELETE FROM calypso.archive_files WHERE archive_no = %s AND number >= %s"


class ArchiveVerbs(NodeAsking):
    """The verbs on archives."""

    def archives(self, *, barcode: str | None = None) -> list[ArchiveRecord]:
        """List the archives on record, the latest first; of one cartridge if that is named."""
        if barcode is None:
            rows = self._rows(f"{LIST}{LATEST}", self._node, self._node)
        else:
            rows = self._rows(f"{LIST}{OF_MEDIUM}{LATEST}", self._node, self._node, barcode)
        return _archives(rows, self._rows(PARTS, [row.no for row in rows]))

    def archive(self, archive_id: UUID) -> ArchiveRecord:
        """Return an archive; ArchiveMissing."""
        row = _there(self._row(ONE, self._node, self._node, archive_id), archive_id)
        return _archives([row], self._rows(PARTS, [row.no]))[0]

    def begin_archive(self, archive: ArchiveRecord) -> ArchiveRecord:
        """Put an archive on record as `writing`; returns what is there if it was before."""
        with self._writing() as books:
            books.do(
                BEGIN, self._node, archive.id, archive.job_id, archive.pool, archive.set_id,
                archive.source, archive.snapshot, archive.began_at, archive.size_bytes,
            )  # fmt: skip
            return self._locked(books, archive.id)[1]

    def put_part(self, archive_id: UUID, part: ArchivePart) -> None:
        """Note a part, when it is on the tape up to its file mark. Its number again replaces it."""
        with self._writing() as books:
            no = self._being_written(books, archive_id)[0]
            books.do(
                PUT_PART, self._node, no, part.number, part.barcode, part.file, part.first_byte,
                part.size_bytes, part.sha256,
            )  # fmt: skip

    def add_files(self, archive_id: UUID, files: Sequence[FileRecord]) -> None:
        """Note files, each numbered one more than the one before; ArchiveIncomplete."""
        with self._writing() as books:
            no, archive = self._being_written(books, archive_id)
            total = bookkeeping.numbered(archive, files, most=MOST_FILES)
            books.do(CLEAR, no, total - len(files), total)
            _copy(books, no, files)
            books.do(COUNTED, total, no)

    def end_archive(
        self,
        archive_id: UUID,
        state: ArchiveState,
        *,
        at: datetime,
        size_bytes: int,
        files: int,
        sha256: str | None = None,
    ) -> ArchiveRecord:
        """End an archive as `whole` or `broken`; ArchiveIncomplete."""
        with self._writing() as books:
            no, archive = self._locked(books, archive_id)
            done = bookkeeping.ended(
                archive, state, at=at, size_bytes=size_bytes, files=files, sha256=sha256
            )
            books.do(END, done.state.value, done.ended_at, done.size_bytes, done.sha256, no)
            return done

    def forget_files(self) -> bool:
        """Remove some files of archives that are overwritten; True while there may be more."""
        with self._writing() as books:
            left = books.row(LEFT_OVER)
            if left is None:
                return False
            first = max(0, left.files - MOST_FILES)
            books.do(FORGET, left.no, first)
            books.do(COUNTED, first, left.no)
            return True

    # -- inside a transaction

    def _locked(self, books: Writing, archive_id: UUID) -> tuple[int, ArchiveRecord]:
        row = _there(books.row(LOCKED, self._node, self._node, archive_id), archive_id)
        return row.no, _archives([row], books.rows(PARTS, [row.no]))[0]

    def _being_written(self, books: Writing, archive_id: UUID) -> tuple[int, ArchiveRecord]:
        no, archive = self._locked(books, archive_id)
        if archive.state is not ArchiveState.WRITING:
            raise ArchiveIncomplete(f"Archive {archive_id} has ended as {archive.state}.")
        return no, archive


def _copy(books: Writing, no: int, files: Sequence[FileRecord]) -> None:
    with books.cursor.copy(COPY) as copy:
        copy.set_types(COPIED)
        for one in files:
            copy.write_row(
                (
                    no, one.number, one.kind, one.size_bytes, one.first_byte, one.end_byte,
                    one.modified_at, one.sha256 and bytes.fromhex(one.sha256), to_bytes(one.path),
                )
            )  # fmt: skip


def _there(row: Any, archive_id: UUID) -> Any:
    if row is None:
        raise ArchiveMissing(f"There is no archive {archive_id} on record.")
    return row


def _archives(rows: Sequence[Any], parts: Sequence[Any]) -> list[ArchiveRecord]:
    known: dict[int, list[ArchivePart]] = {row.no: [] for row in rows}
    for part in parts:
        plain = part._asdict()
        known[plain.pop("archive_no")].append(ArchivePart(**plain))
    found = []
    for row in rows:
        plain = row._asdict()
        parts_of_it = known[plain.pop("no")]
        found.append(ArchiveRecord(**plain, parts=tuple(parts_of_it)))
    return found
