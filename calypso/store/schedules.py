"""Schedules and what became of their slots; satisfies `engine.ports.ScheduleStore`."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.errors import UniqueViolation

from calypso.errors import Conflict, NotFound, PreconditionFailed
from calypso.models.clock import uuid7
from calypso.models.firing import Turn
from calypso.models.job import State
from calypso.models.ledger import NewJob
from calypso.models.schedule import (
    Decided,
    Decision,
    FirePage,
    Schedule,
    SchedulePage,
    ScheduleSpec,
)
from calypso.store import cursors
from calypso.store.asking import as_json
from calypso.store.clocks import Clocks
from calypso.store.life import told
from calypso.store.schedule_rows import COLUMNS, fire_of, readable, schedule_of

ADD = f"""
INSERT INTO calypso.schedules (id, name, enabled, spec, retention, owner, next_slot, updated_by)
VALUES (%s, %s, %s, %s::jsonb, %s::jsonb, %s, %s, %s) RETURNING {COLUMNS}"""  # noqa: S608 - fixed words
REPLACE = f"""
UPDATE calypso.schedules SET name = %s, enabled = %s, spec = %s::jsonb, retention = %s::jsonb,
       owner = %s, next_slot = %s, updated_by = %s, updated_at = now(), version = version + 1
 WHERE id = %s AND version = %s RETURNING {COLUMNS}"""  # noqa: S608 - fixed words
ONE = f"SELECT {COLUMNS} FROM calypso.schedules WHERE id = %s"  # noqa: S608 - fixed words
PAGE = f"""
SELECT {COLUMNS} FROM calypso.schedules
 WHERE (%s::text IS NULL OR name > %s) AND (%s::text IS NULL OR spec->>'type' = %s)
   AND (%s::boolean IS NULL OR enabled = %s)
 ORDER BY name LIMIT %s"""  # noqa: S608 - fixed words
# now() is a constant to the planner; over clock_timestamp() it would read every schedule.
DUE = f"""
SELECT now() AS at, {COLUMNS} FROM calypso.schedules
 WHERE next_slot <= now() AND (next_slot, id) > (%s, %s) ORDER BY next_slot, id LIMIT %s"""  # noqa: S608 - fixed words
FIRE = """
SELECT decision, reason, job_id, job_state, cancelled
  FROM calypso.fire(%s, %s, %s, %s, %s, %s::jsonb, %s::jsonb)"""
FIRES = """
SELECT slot, decision, reason, detail, missed_slots, job_id, decided_at
  FROM calypso.schedule_fires WHERE schedule_id = %s AND slot < %s
 ORDER BY slot DESC LIMIT %s"""
OVERDUE = f"""
SELECT {COLUMNS} FROM calypso.schedules
 WHERE next_slot < now() - make_interval(secs => %s)
   AND next_slot < now() - make_interval(secs => %s + (spec->>'misfire_grace_s')::int)
 ORDER BY next_slot LIMIT 500"""  # noqa: S608 - fixed words
TROUBLED = f"""
SELECT {COLUMNS} FROM calypso.schedules WHERE trouble IS NOT NULL AND enabled
 ORDER BY id LIMIT 500"""  # noqa: S608 - fixed words
# Newest slots first, so that of most schedules the one job of the latest slot is looked at.
FRUITLESS = f"""
SELECT {COLUMNS} FROM calypso.schedules s
 WHERE enabled
   AND (SELECT count(*) FROM (SELECT FROM calypso.schedule_fires f
         WHERE f.schedule_id = s.id LIMIT %s) decided) = %s
   AND NOT EXISTS (
     SELECT FROM (SELECT f.job_id FROM calypso.schedule_fires f
       WHERE f.schedule_id = s.id ORDER BY f.slot DESC LIMIT %s) latest
      WHERE EXISTS (SELECT FROM calypso.jobs j
               WHERE j.id = latest.job_id AND j.state = 'succeeded')
         OR EXISTS (SELECT FROM calypso.jobs_history h
               WHERE h.id = latest.job_id AND h.state = 'succeeded'))
 ORDER BY id LIMIT 500"""  # noqa: S608 - fixed words
FORGET = """
DELETE FROM calypso.schedule_fires WHERE (schedule_id, slot) IN (
  SELECT schedule_id, slot FROM calypso.schedule_fires
   WHERE decided_at < %s ORDER BY decided_at LIMIT %s)"""
KEPT_APART = {"name", "enabled", "retention"}

LATENESS = """
SELECT greatest(0, extract(epoch FROM now() - min(next_slot))) FROM calypso.schedules
 WHERE next_slot IS NOT NULL"""


class PostgresScheduleStore(Clocks):
    """All verbs on schedules. Each is one transaction; StoreUnavailable when away."""

    def add_schedule(
        self, spec: ScheduleSpec, *, owner: str, next_slot: datetime | None
    ) -> Schedule:
        """Add a schedule; Conflict when the name is taken."""
        return self._write(
            spec.name, ADD, uuid7(), spec.name, spec.enabled, *_kept(spec), owner, next_slot, owner
        )

    def replace_schedule(
        self,
        schedule_id: UUID,
        spec: ScheduleSpec,
        *,
        version: int,
        owner: str,
        by: str,
        next_slot: datetime | None,
    ) -> Schedule:
        """Replace what is said about a schedule; Conflict, PreconditionFailed, NotFound."""
        given = (spec.name, spec.enabled, *_kept(spec), owner, next_slot, by, schedule_id, version)
        return self._write(spec.name, REPLACE, *given)

    def schedule(self, schedule_id: UUID) -> Schedule:
        """Return a schedule; NotFound."""
        row = self._row(ONE, schedule_id)
        if row is None:
            raise NotFound(f"There is no schedule {schedule_id}.")
        return schedule_of(row)

    def schedules(
        self,
        *,
        type_name: str | None = None,
        enabled: bool | None = None,
        limit: int = 100,
        cursor: str | None = None,
    ) -> SchedulePage:
        """List schedules by name."""
        after = None if cursor is None else cursors.read(cursor, "name", 1)[0]
        rows = self._rows(PAGE, after, after, type_name, type_name, enabled, enabled, limit + 1)
        items = [schedule_of(row) for row in rows[:limit]]
        further = cursors.write("name", (items[-1].name,)) if len(rows) > limit else None
        return SchedulePage(items=items, next_cursor=further)

    def remove_schedule(self, schedule_id: UUID, *, version: int | None = None) -> None:
        """Remove a schedule and its slots; its jobs stay. NotFound, PreconditionFailed."""
        gone = self._row(
            "DELETE FROM calypso.schedules WHERE id = %s AND version = coalesce(%s, version)"
            " RETURNING id",
            schedule_id, version,
        )  # fmt: skip
        if gone is None:
            self.schedule(schedule_id)
            raise _changed()

    def due(
        self, *, after: Schedule | None = None, limit: int = 100
    ) -> tuple[datetime | None, list[Schedule]]:
        """Return (the store's clock, those whose next slot has come); the clock only with some."""
        past = ("-infinity", UUID(int=0)) if after is None else (after.next_fire_at, after.id)
        rows = self._rows(DUE, *past, limit)
        return rows[0].at if rows else None, readable(rows)

    def fire(
        self, schedule: Schedule, turn: Turn, said: Mapping[str, Any], job: NewJob | None
    ) -> Decided | None:
        """Decide about a slot, once; None: somebody else did, or the schedule was edited."""
        row = self._row(
            FIRE, schedule.id, schedule.version, schedule.next_fire_at, turn.slot, turn.following,
            as_json(said), None if job is None else as_json(told(job)),
        )  # fmt: skip
        if row.decision == "taken":
            return None
        return Decided(
            decision=Decision(row.decision),
            reason=row.reason,
            job=row.job_id,
            state=None if row.job_state is None else State(row.job_state),
            cancelled=tuple(row.cancelled),
        )

    def fires(self, schedule_id: UUID, *, limit: int = 100, cursor: str | None = None) -> FirePage:
        """List what became of a schedule's slots, the latest first."""
        before = "infinity" if cursor is None else cursors.read_time(cursor, "-slot").isoformat()
        rows = self._rows(FIRES, schedule_id, before, limit + 1)
        items = [fire_of(row) for row in rows[:limit]]
        further = cursors.write("-slot", (items[-1].slot.isoformat(),)) if rows[limit:] else None
        return FirePage(items=items, next_cursor=further)

    def overdue(self, *, by_s: float) -> list[Schedule]:
        """Return those whose slot is late by more than its grace and `by_s`, undecided."""
        return readable(self._rows(OVERDUE, by_s, by_s))

    def lateness_s(self) -> float:
        """Return how late the latest schedule is."""
        return float(self._value(LATENESS) or 0.0)

    def troubled(self) -> list[Schedule]:
        """Return those whose last slot was missed or refused."""
        return readable(self._rows(TROUBLED))

    def fruitless(self, *, slots: int) -> list[Schedule]:
        """Return enabled ones of whose last so many slots none brought a success yet."""
        return readable(self._rows(FRUITLESS, slots, slots, slots))

    def forget_fires(self, *, before: datetime, batch: int = 1000) -> int:
        """Forget decisions that are older; how many, at most a batch."""
        return self._count(FORGET, before, batch)

    def _write(self, name: str, statement: str, *values: Any) -> Schedule:
        try:
            row = self._row(statement, *values)
        except UniqueViolation as taken:
            raise Conflict(f"There is a schedule {name!r} already. Choose another name.") from taken
        if row is None:
            raise _changed()
        return schedule_of(row)


def _changed() -> PreconditionFailed:
    return PreconditionFailed("The schedule was changed meanwhile. Read it again, then change it.")


def _kept(spec: ScheduleSpec) -> tuple[str, str | None]:
    """Return what is said, and the retention beside it: the release before reads no more."""
    said = spec.model_dump(mode="json", include=set(ScheduleSpec.model_fields) - KEPT_APART)
    kept = spec.retention
    return json.dumps(said), None if kept is None else kept.model_dump_json(exclude_none=True)
