"""Alerts; satisfies `engine.alert_ports.AlertStore`."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Engine

from calypso.models.alert import (
    Alert,
    AlertPage,
    AlertQuery,
    AlertState,
    Change,
    Level,
    NewAlert,
    Outcome,
    Outcomes,
    Verdict,
)
from calypso.models.clock import uuid7
from calypso.store import cursors
from calypso.store.asking import Asking, as_json
from calypso.store.events import SINCE

ORDER = "-since"
CURSOR = "jobs"
COLUMNS = (
    "id, key, kind, level, node, subsystem, subject, title, detail, job_id, since, last_seen_at,"
    " count, dismissed_at, dismissed_by, cleared_at"
)
EXPANDED = f"verdict, {', '.join(f'(alert).{name}' for name in COLUMNS.split(', '))}"
RAISE = f"SELECT {EXPANDED} FROM calypso.raise_alert(%s::jsonb)"  # noqa: S608 - fixed words
CLEAR = f"SELECT {EXPANDED} FROM calypso.clear_alert(%s)"  # noqa: S608 - fixed words
FOLLOW = f"""
SELECT {EXPANDED}
  FROM calypso.follow_alerts(%s, %s::text::xid8, %s, %s::text::xid8, %s, %s::jsonb)"""  # noqa: S608 - fixed words
# A job is looked up where its end matters: it went wrong, or it may clear what did before.
OUTCOMES = f"""
WITH e AS MATERIALIZED ({SINCE}),
  w AS (SELECT e.*, CASE WHEN type IN ('failed', 'lost') OR (type = 'succeeded' AND (
    SELECT EXISTS (SELECT 1 FROM e WHERE type IN ('failed', 'lost')) OR EXISTS (
      SELECT 1 FROM calypso.alerts
       WHERE kind IN ('job_failed', 'job_lost') AND cleared_at IS NULL)))
    THEN job_id END AS wanted
    FROM e)
SELECT w.xact::text AS xact, w.id AS number, w.job_id, w.type AS ended, w.at,
       j.type, j.title, j.node, j.subsystem, j.error, j.control
  FROM w LEFT JOIN LATERAL (
    SELECT type, title, node, subsystem, error, control FROM calypso.jobs WHERE id = w.wanted
    UNION ALL
    SELECT type, title, node, subsystem, error, control FROM calypso.jobs_history
     WHERE id = w.wanted
    LIMIT 1) j ON true
 WHERE NOT j.control
    OR (w.xact, w.id) = (SELECT xact, id FROM w ORDER BY xact DESC, id DESC LIMIT 1)
 ORDER BY w.xact, w.id"""  # noqa: S608 - fixed words
# Looked at first: a conflict locks the row, which is a write, and most who ask come too early.
TURN = """
INSERT INTO calypso.alert_turns AS t (name, due)
SELECT %s, now() + make_interval(secs => %s)
 WHERE NOT EXISTS (SELECT 1 FROM calypso.alert_turns a WHERE a.name = %s AND a.due > now())
ON CONFLICT (name) DO UPDATE SET due = excluded.due WHERE t.due <= now() RETURNING now()"""
TAKEN = """
SELECT EXISTS (SELECT 1 FROM calypso.alert_turns
                WHERE name = %s AND due > now() - make_interval(secs => %s))"""
DISMISS = f"""
UPDATE calypso.alerts SET dismissed_at = now(), dismissed_by = %s
 WHERE id = %s AND cleared_at IS NULL AND dismissed_at IS NULL RETURNING {COLUMNS}"""  # noqa: S608 - fixed words
GET = f"SELECT {COLUMNS} FROM calypso.alerts WHERE id = %s"  # noqa: S608 - fixed words
OPEN = f"""
SELECT {COLUMNS} FROM calypso.alerts WHERE kind = %s AND cleared_at IS NULL ORDER BY since, id"""  # noqa: S608 - fixed words
COUNTS = """
SELECT level, count(*) FROM calypso.alerts
 WHERE cleared_at IS NULL AND dismissed_at IS NULL GROUP BY level"""
STATES: Mapping[AlertState, str] = {
    AlertState.ACTIVE: "cleared_at IS NULL AND dismissed_at IS NULL",
    AlertState.DISMISSED: "cleared_at IS NULL AND dismissed_at IS NOT NULL",
    AlertState.CLEARED: "cleared_at IS NOT NULL",
}
Tell = Callable[[str, Mapping[str, Any]], None]


class PostgresAlertStore(Asking):
    """All verbs on alerts. `tell` is called after a commit with what people should see at once."""

    def __init__(self, engine: Engine, *, tell: Tell = lambda _event, _data: None) -> None:
        super().__init__(engine)
        self._tell = tell

    def raise_(self, new: NewAlert) -> Verdict:
        """Say that something is wrong."""
        row = self._row(RAISE, as_json(_told(new)))
        self._announce([row])
        verdict: Verdict = row.verdict
        return verdict

    def clear(self, key: str) -> bool:
        """Say that it is so no more."""
        rows = self._rows(CLEAR, key)
        self._announce(rows)
        return bool(rows)

    def open_of(self, kind: str) -> list[Alert]:
        """Return the alerts of a kind that are not cleared."""
        return [alert(row) for row in self._rows(OPEN, kind)]

    def outcomes(self, *, limit: int = 500) -> Outcomes:
        """Return how jobs ended among the next events."""
        place = self._row(
            "SELECT xact::text, number FROM calypso.alert_cursors WHERE name = %s", CURSOR
        )
        before = f"{place.xact}-{place.number}"
        xact, number = place
        rows = self._rows(OUTCOMES, xact, number, limit, xact, number, xact, limit, limit)
        after = f"{rows[-1].xact}-{rows[-1].number}" if rows else before
        return Outcomes(before, after, [_outcome(row) for row in rows if row.control is False])

    def follow(self, seen: Outcomes, changes: Sequence[Change]) -> bool:
        """Make what followed from `seen` so, once."""
        asked = [
            {"raise": _told(one)} if isinstance(one, NewAlert) else {"clear": one.key}
            for one in changes
        ]
        places = [*seen.before.split("-"), *seen.after.split("-")]
        rows = self._rows(FOLLOW, CURSOR, *places, as_json(asked))
        self._announce(rows[1:])
        return bool(rows)

    def turn(self, name: str, *, every_s: float) -> datetime | None:
        """Take the turn at something."""
        at: datetime | None = self._value(TURN, name, every_s, name)
        return at

    def is_taken(self, name: str, *, late_s: float) -> bool:
        """Tell whether somebody took the turn."""
        return bool(self._value(TAKEN, name, late_s))

    def get(self, alert_id: UUID) -> Alert | None:
        """Return an alert."""
        row = self._row(GET, alert_id)
        return None if row is None else alert(row)

    def page(self, query: AlertQuery) -> AlertPage:
        """List alerts, newest first."""
        statement, values = _listing(query)
        rows = self._rows(statement, *values)
        items = [alert(row) for row in rows[: query.limit]]
        if len(rows) <= query.limit:
            return AlertPage(items)
        return AlertPage(items, cursors.write_instant(ORDER, items[-1].since, items[-1].id))

    def dismiss(self, alert_id: UUID, by: str) -> Alert | None:
        """Note that somebody has seen it."""
        row = self._row(DISMISS, by, alert_id)
        if row is None:
            return self.get(alert_id)
        found = alert(row)
        self._tell("alert", found.told("dismissed"))
        return found

    def counts(self) -> dict[Level, int]:
        """Return how many alerts of each level are active."""
        found = {Level(row[0]): int(row[1]) for row in self._rows(COUNTS)}
        return {level: found.get(level, 0) for level in Level}

    def retire(self, *, before: datetime, batch: int = 1000) -> int:
        """Drop alerts that were cleared before a time."""
        return int(self._value("SELECT calypso.retire_alerts(%s, %s)", before, batch))

    def _announce(self, rows: Sequence[Any]) -> None:
        for row in rows:
            if row.verdict != "again":
                self._tell("alert", alert(row).told(row.verdict))


def alert(row: Any) -> Alert:
    """Return the alert of a row with COLUMNS."""
    return Alert.model_validate({name: getattr(row, name) for name in COLUMNS.split(", ")})


def _told(new: NewAlert) -> dict[str, Any]:
    return {
        "id": str(uuid7()),
        "key": new.key,
        "kind": new.kind,
        "level": new.level.value,
        "node": new.node,
        "subsystem": new.subsystem,
        "subject": new.subject,
        "title": new.title,
        "detail": new.detail,
        "job_id": None if new.job_id is None else str(new.job_id),
    }


def _outcome(row: Any) -> Outcome:
    return Outcome(
        job_id=row.job_id,
        ended=row.ended,
        type=row.type,
        title=row.title,
        node=row.node,
        subsystem=row.subsystem,
        error=None if row.error is None else str(row.error.get("detail", "")),
        at=row.at,
    )


def _listing(query: AlertQuery) -> tuple[str, list[Any]]:
    conditions, values = ["true"], list[Any]()
    if query.state is not None:
        conditions.append(STATES[query.state])
    if query.levels:
        conditions.append("level = ANY (%s::calypso.alert_level[])")
        values.append([level.value for level in query.levels])
    for column, value in (("kind", query.kind), ("node", query.node)):
        if value is not None:
            conditions.append(f"{column} = %s")
            values.append(value)
    if query.cursor is not None:
        conditions.append("(since, id) < (%s, %s)")
        values.extend(cursors.read_instant(query.cursor, ORDER))
    where = " AND ".join(conditions)
    statement = f"SELECT {COLUMNS} FROM calypso.alerts WHERE {where}"  # noqa: S608 - fixed words
    return f"{statement} ORDER BY since DESC, id DESC LIMIT {query.limit + 1:d}", values
