"""Rows of schedules as values."""

from collections.abc import Sequence
from typing import Any

import structlog
from pydantic import ValidationError

from calypso.models.schedule import Fire, Schedule

log = structlog.get_logger()
COLUMNS = """id, name, enabled, spec, retention, owner, version, next_slot, last_slot, trouble,
 created_at, updated_at, updated_by"""


def readable(rows: Sequence[Any]) -> list[Schedule]:
    """Leave out, and log, what this release cannot read: the others must fire all the same."""
    found = []
    for row in rows:
        try:
            found.append(schedule_of(row))
        except ValidationError:
            log.exception("schedule.unreadable", schedule=str(row.id), name=row.name)
    return found


def schedule_of(row: Any) -> Schedule:
    """Return a schedule; ValidationError when this release cannot read it."""
    return Schedule(
        **row.spec,
        id=row.id,
        name=row.name,
        enabled=row.enabled,
        retention=row.retention,
        owner=row.owner,
        version=row.version,
        next_fire_at=row.next_slot,
        last_fire_at=row.last_slot,
        trouble=row.trouble,
        created_at=row.created_at,
        updated_at=row.updated_at,
        updated_by=row.updated_by,
    )


def fire_of(row: Any) -> Fire:
    """Return what became of a slot."""
    return Fire(
        slot=row.slot,
        decision=row.decision,
        reason=row.reason,
        detail=row.detail,
        missed_slots=row.missed_slots,
        job=row.job_id,
        decided_at=row.decided_at,
    )
