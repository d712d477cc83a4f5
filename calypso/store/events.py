"""What happened to jobs: of one in order, of all in the order of commits."""

from uuid import UUID

from calypso.errors import FieldError, Invalid
from calypso.models.job import JobEvent
from calypso.store import reading
from calypso.store.asking import Asking

COLUMNS = "id, xact, job_id, at, epoch, type, data"
OF_ONE = f"""
SELECT {COLUMNS} FROM calypso.job_events WHERE job_id = %s AND id > %s
UNION ALL
SELECT {COLUMNS} FROM calypso.job_events_history WHERE job_id = %s AND id > %s
ORDER BY id LIMIT %s"""  # noqa: S608 - fixed words
# A number is drawn before its transaction commits, so numbers appear out of order. What is older
# than every transaction still under way is complete: no event can appear there any more.
# History is read only by whom its latest event concerns.
SINCE = f"""
SELECT * FROM (
  (SELECT {COLUMNS} FROM calypso.job_events
    WHERE (xact, id) > (%s::text::xid8, %s) AND xact < pg_snapshot_xmin(pg_current_snapshot())
    ORDER BY xact, id LIMIT %s)
  UNION ALL
  (SELECT {COLUMNS} FROM calypso.job_events_history
    WHERE (xact, id) > (%s::text::xid8, %s) AND xact < pg_snapshot_xmin(pg_current_snapshot())
      AND EXISTS (SELECT 1 FROM calypso.retired r WHERE r.xact >= %s::text::xid8)
    ORDER BY xact, id LIMIT %s)
) e ORDER BY xact, id LIMIT %s"""  # noqa: S608 - fixed words
NOW = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text"
LARGEST = 2**63 - 1


class Events(Asking):
    """The verbs that read events."""

    def events_of(self, job_id: UUID, *, after: int = 0, limit: int = 100) -> list[JobEvent]:
        """Return a job's history, oldest first."""
        rows = self._rows(OF_ONE, job_id, after, job_id, after, limit)
        return [reading.event(row) for row in rows]

    def events_since(self, cursor: str | None, *, limit: int = 500) -> list[JobEvent]:
        """Return events of all jobs after `cursor`; Invalid for a made-up one."""
        if cursor is None:
            return []
        xact, number = read_cursor(cursor)
        rows = self._rows(SINCE, xact, number, limit, xact, number, xact, limit, limit)
        return [reading.event(row) for row in rows]

    def last_cursor(self) -> str:
        """Return the cursor of now.

        Transactions under way now come after it, the last finished ones may come again.
        """
        return f"{int(self._value(NOW)) - 1}-{LARGEST}"


def read_cursor(cursor: str) -> tuple[str, int]:
    """Return (transaction, number) of a cursor "<transaction>-<number>"; Invalid."""
    xact, _, number = cursor.partition("-")
    if _is_number(xact) and _is_number(number):
        return xact, int(number)
    wrong = FieldError("/cursor", "cursor", "not an event's id")
    raise Invalid("The cursor is not an event's id. Start again without it.", [wrong])


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and int(text[:20]) <= LARGEST and len(text) <= 19  # noqa: PLR2004 - digits of LARGEST
