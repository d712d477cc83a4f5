"""From a row to a job as everybody sees it. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from calypso.models.job import (
    HeldLock,
    Job,
    JobEvent,
    Problem,
    Progress,
    Source,
    State,
    Wait,
    WaitReason,
    Warning_,
)
from calypso.models.lock import Mode

BOTH = (
    "id, type, subsystem, node, queue, title, priority, params, locks, requested_by, source_kind,"
    " source_id, parent_id, external, cancel_class, state, attempt, max_attempts, cancel_at,"
    " cancel_by, progress, result, error, warnings, created_at, queued_at, started_at,"
    " heartbeat_at, finished_at, slot"
)
HOT = f"{BOTH}, wait_reason, wait_on, wait_since, run_at"
ENDED = (
    f'{BOTH}, NULL::text AS wait_reason, NULL::text COLLATE "C" AS wait_on,'
    " NULL::timestamptz AS wait_since, NULL::timestamptz AS run_at"
)
COUNTED = 100  # a place in line beyond this is said as "100+"
Line = tuple[UUID | None, int]  # who is in the way, place in line from 1


def columns(of: str) -> str:
    """Return the columns of HOT of a row that a function answered, such as `(t.job).`."""
    return ", ".join(of + name for name in HOT.split(", "))


def job(row: Any, lines: Mapping[UUID, Line]) -> Job:
    """Return the job of a row with the columns of HOT or ENDED; `lines`: of those that wait."""
    return Job(
        id=row.id,
        type=row.type,
        subsystem=row.subsystem,
        node=row.node,
        queue=row.queue,
        title=row.title,
        state=State(row.state),
        priority=row.priority,
        wait=_wait(row, lines),
        progress=Progress() if row.progress is None else Progress.model_validate(row.progress),
        warnings=[Warning_.model_validate(one) for one in row.warnings],
        error=None if row.error is None else problem(row.error),
        params=row.params,
        result=row.result,
        locks=[HeldLock(path=path, mode=_word(mode)) for path, mode in row.locks],
        requested_by=row.requested_by,
        source=Source(kind=row.source_kind, id=row.source_id, slot=row.slot),
        parent_id=row.parent_id,
        attempt=row.attempt,
        max_attempts=row.max_attempts,
        cancellable=is_cancellable(State(row.state), row.cancel_class, row.cancel_at),
        cancel_requested_at=row.cancel_at,
        cancel_requested_by=row.cancel_by,
        external=row.external,
        created_at=row.created_at,
        queued_at=row.queued_at,
        started_at=row.started_at,
        heartbeat_at=row.heartbeat_at,
        finished_at=row.finished_at,
    )


def is_cancellable(state: State, cancel_class: str, cancel_at: datetime | None) -> bool:
    """Tell whether a cancel would do anything now."""
    if state is State.RUNNING:
        return cancel_class != "before_start" and cancel_at is None
    return not state.is_terminal


def place(position: int) -> str:
    """Return a place in line as people read it."""
    return str(position) if position <= COUNTED else f"{COUNTED}+"


def problem(error: Mapping[str, Any]) -> Problem:
    """Return an error as stored; whatever lacks a part still tells what it has."""
    return Problem(
        code=str(error.get("code", "error")),
        title=str(error.get("title", "Failed")),
        detail=str(error.get("detail", "")),
        original=error.get("original"),
    )


def event(row: Any) -> JobEvent:
    """Return the event of a row."""
    return JobEvent(
        cursor=f"{row.xact}-{row.id}",
        job_id=row.job_id,
        at=row.at,
        type=row.type,
        epoch=row.epoch,
        data=row.data,
    )


def _wait(row: Any, lines: Mapping[UUID, Line]) -> Wait | None:
    if row.wait_reason is None:
        return None
    reason = WaitReason(row.wait_reason)
    holder, position = lines.get(row.id, (None, 0))
    resource = row.wait_on
    if reason is WaitReason.AFTER:
        holder = UUID(row.wait_on)
    until = row.run_at if reason in (WaitReason.RUN_AT, WaitReason.BACKOFF) else None
    if until is not None:
        resource = until.isoformat().replace("+00:00", "Z")
    return Wait(
        reason=reason,
        resource=resource,
        holder_job=holder,
        since=row.wait_since,
        position=place(position) if position else None,
        until=until,
    )


def _word(mode: str) -> Any:
    return Mode(mode).word
