"""What running jobs say, kept as chunks under absolute byte offsets."""

from collections.abc import Iterable
from uuid import UUID

from calypso.store.asking import Asking

MAX_PIECE_BYTES = 16384  # of a chunk too; the SQL that joins pieces knows it
READ_AHEAD_BYTES = MAX_PIECE_BYTES
CONTINUATION = 0b1000_0000  # the first two bits of a byte inside a character
APPEND = "SELECT calypso.append_log(%s, %s, %s::bytea[], %s)"
READ = """
SELECT start, data FROM (
  SELECT start, data, sum(bytes) OVER (ORDER BY start) - bytes AS before FROM (
    SELECT start, bytes, data FROM calypso.job_log WHERE job_id = %s AND start > %s
    UNION ALL
    SELECT start, bytes, data FROM calypso.job_log_history WHERE job_id = %s AND start > %s) l) l
WHERE before <= %s ORDER BY start"""
EXISTS = """
SELECT 1 FROM calypso.jobs WHERE id = %s
UNION ALL SELECT 1 FROM calypso.jobs_history WHERE id = %s"""


class Logs(Asking):
    """The verbs on logs."""

    def append_log(self, job_id: UUID, epoch: int, text: str, *, limit_bytes: int) -> bool:
        """Add to a running job's log."""
        most = max(4, min(MAX_PIECE_BYTES, limit_bytes // 8))
        pieces = cut(text.encode("utf-8", "replace"), most)
        return bool(self._value(APPEND, job_id, epoch, pieces, limit_bytes))

    def read_log(self, job_id: UUID, *, offset: int, limit: int) -> tuple[str, int] | None:
        """Return (text, next offset)."""
        first = offset - MAX_PIECE_BYTES  # no chunk that starts here or before reaches the offset
        rows = self._rows(READ, job_id, first, job_id, first, limit + READ_AHEAD_BYTES)
        if not rows and self._row(EXISTS, job_id, job_id) is None:
            return None
        return window(((row.start, bytes(row.data)) for row in rows), offset, limit)


def cut(data: bytes, most: int) -> list[bytes]:
    """Cut text into pieces of at most `most` bytes (4 or more), between characters."""
    pieces = []
    while len(data) > most:
        end = boundary(data, most)
        pieces.append(data[:end])
        data = data[end:]
    return [*pieces, data] if data else pieces


def boundary(data: bytes, most: int) -> int:
    """Return the largest end at or before `most` that cuts no character."""
    while 0 < most < len(data) and data[most] & 0b1100_0000 == CONTINUATION:
        most -= 1
    return most


def window(chunks: Iterable[tuple[int, bytes]], offset: int, limit: int) -> tuple[str, int]:
    """Return (text, next offset) of what the chunks, in order, have from `offset` on.

    Where bytes were dropped stands a line that says so; it counts for the limit, not for offsets.
    A limit smaller than the next character yields that character all the same.
    """
    taken, room = b"", limit
    for start, data in chunks:
        if start + len(data) <= offset:
            continue
        if start > offset:
            told = _gap(start - offset)
            if taken and len(told) > room:
                break
            taken, room, offset = taken + told, room - len(told), start
        piece = _from(data, offset - start)
        offset = start + len(data) - len(piece)
        end = boundary(piece, room) if room < len(piece) else len(piece)
        if room <= 0 or end == 0:
            if taken:
                break
            end = _first_character(piece)
        taken, room, offset = taken + piece[:end], room - end, offset + end
        if end < len(piece):
            break
    return taken.decode("utf-8", "replace"), offset


def _gap(size: int) -> bytes:
    return f"[... {size} bytes left out ...]\n".encode()


def _from(data: bytes, at: int) -> bytes:
    while 0 < at < len(data) and data[at] & 0b1100_0000 == CONTINUATION:
        at += 1
    return data[at:]


def _first_character(piece: bytes) -> int:
    end = 1
    while end < len(piece) and piece[end] & 0b1100_0000 == CONTINUATION:
        end += 1
    return end
