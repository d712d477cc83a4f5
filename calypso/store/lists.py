"""Jobs as people look at them: one, or a page of a list over today and history alike."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import product
from typing import Any
from uuid import UUID

from calypso.models.clock import now
from calypso.models.job import UNFINISHED, Job, State
from calypso.models.listing import JobQuery, Page
from calypso.store import cursors, reading
from calypso.store.asking import Asking

SEARCHED = timedelta(days=90)  # a search without dates looks this far back
GET = f"""
SELECT {reading.HOT} FROM calypso.jobs WHERE id = %s
UNION ALL
SELECT {reading.ENDED} FROM calypso.jobs_history WHERE id = %s"""  # noqa: S608 - fixed words
LINES = "SELECT id, holder, place FROM calypso.lines(%s::uuid[])"


class Lists(Asking):
    """The verbs that read jobs."""

    def get(self, job_id: UUID) -> Job | None:
        """Return a job, wherever it is kept."""
        found = self._read(self._rows(GET, job_id, job_id))
        return found[0] if found else None

    def page(self, query: JobQuery) -> Page:
        """List jobs; Invalid for a cursor that is not of this list."""
        statement, values = listing(query)
        rows = self._rows(statement, *values) if statement else ()
        items = self._read(rows[: query.limit])
        if len(rows) <= query.limit:
            return Page(items)
        at = getattr(rows[query.limit - 1], _column(query))
        return Page(items, cursors.write_instant(query.sort, at, items[-1].id))

    def _read(self, rows: Sequence[Any]) -> list[Job]:
        waiting = [row.id for row in rows if row.wait_reason == "lock"]
        lines = {
            row.id: (row.holder, row.place)
            for row in (self._rows(LINES, waiting) if waiting else ())
        }
        return [reading.job(row, lines) for row in rows]


def listing(query: JobQuery) -> tuple[str, list[Any]]:
    """Return the statement of a page and its values, or "" when nothing can be in it.

    It reads one row more than the page has.

    One limited branch for each state, type and place (today's unfinished and ended jobs, history),
    each in the order of an index, so that merging them reads no more rows than are shown and one
    of each branch. Only of unfinished jobs all of a state may be read: they are few, and each
    index on them would be written at every step of every job.
    """
    branches: list[str] = []
    values: list[Any] = []
    for state, kind in product(query.states or (None,), query.types or (None,)):
        conditions, given = _conditions(query, kind)
        for source, among in _sources(query, state):
            where = " AND ".join([*among, *conditions])
            branches.append(f"(SELECT {source} WHERE {where} {_end(query)})")
            values.extend(given)
    if not branches:
        return "", []
    union = "\nUNION ALL\n".join(branches)
    return f"SELECT * FROM (\n{union}\n) listed {_end(query)}", values  # noqa: S608 - fixed words


def _sources(query: JobQuery, state: State | None) -> list[tuple[str, list[str]]]:
    """Return where to look for jobs of a state, and what an index there asks to hear literally."""
    today = f"{reading.HOT} FROM calypso.jobs"
    history = f"{reading.ENDED} FROM calypso.jobs_history"
    unfinished = [
        (today, [f"state = '{one.value}'", "finished_at IS NULL"])
        for one in sorted(UNFINISHED)
        if state in (None, one) and query.sort != "-finished_at"
    ]
    if state in UNFINISHED:
        return unfinished
    among = [] if state is None else [f"state = '{state.value}'"]
    if among and state is not State.SUCCEEDED:
        among.append("state <> 'succeeded'")
    return [*unfinished, (today, [*among, "finished_at IS NOT NULL"]), (history, among)]


def _conditions(query: JobQuery, kind: str | None) -> tuple[list[str], list[Any]]:
    equal = {
        "type": kind,
        "subsystem": query.subsystem,
        "node": query.node,
        "requested_by": query.user,
        "source_id": query.schedule,
        "parent_id": query.parent,
    }
    conditions = ["true", *(f"{name} = %s" for name, value in equal.items() if value is not None)]
    values: list[Any] = [value for value in equal.values() if value is not None]
    if query.schedule is not None:
        conditions.append("source_kind = 'schedule'")
    if kind is None:
        conditions.append("NOT control")
    for condition, value in _bounds(query):
        conditions.append(condition)
        values.extend(value)
    return conditions, values


def _bounds(query: JobQuery) -> list[tuple[str, list[Any]]]:
    since = query.since
    bounds: list[tuple[str, list[Any]]] = []
    if query.text is not None:
        since = since or (query.until or now()) - SEARCHED
        bounds.append(("title ILIKE %s", [f"%{_literal(query.text)}%"]))
    if since is not None:
        bounds.append((f"{_column(query)} >= %s", [since]))
    if query.until is not None:
        bounds.append((f"{_column(query)} < %s", [query.until]))
    if query.cursor is not None:
        than = ">" if query.sort == "created_at" else "<"
        at, job_id = cursors.read_instant(query.cursor, query.sort)
        bounds.append((f"({_column(query)}, id) {than} (%s, %s)", [at, job_id]))
    return bounds


def _literal(text: str) -> str:
    """Return a pattern of LIKE that means just this text."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_").replace("\0", "")


def _column(query: JobQuery) -> str:
    return query.sort.removeprefix("-")


def _end(query: JobQuery) -> str:
    direction = "DESC" if query.sort.startswith("-") else "ASC"
    column = _column(query)
    return f"ORDER BY {column} {direction}, id {direction} LIMIT {query.limit + 1:d}"
