"""The rules of jobs and locks, by brute force: the inside of the store in memory."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from calypso.errors import StoreUnavailable
from calypso.models.clock import now
from calypso.models.job import (
    JobEvent,
    State,
    WaitReason,
)  # fmt: skip
from calypso.models.ledger import NewJob, Submitted
from calypso.models.lock import CLASHES, Mode
from calypso.models.worker import WorkerRecord

REQUEUE_DELAY = timedelta(seconds=5)
MOST_FREE_REQUEUES = 5
PLACES_KEPT_FROM = 3
SUCCEEDED_OR_OPEN = {State.SUCCEEDED, State.WAITING, State.QUEUED, State.RUNNING}


@dataclass
class Row:
    """One job and what the store knows of it besides."""

    new: NewJob
    seq: int
    created_at: datetime
    locks: dict[str, Mode]
    state: State = State.WAITING
    reason: WaitReason | None = None
    wait_on: str | None = None
    wait_since: datetime | None = None
    run_at: datetime | None = None
    held: bool = False
    standing: set[str] = field(default_factory=set)
    moves: int = 0
    epoch: int = 0
    attempt: int = 0
    losses: int = 0
    worker: UUID | None = None
    begun: bool = False
    external: str | None = None
    progress: dict[str, Any] | None = None
    result: dict[str, Any] | None = None
    error: dict[str, Any] | None = None
    warnings: list[dict[str, Any]] = field(default_factory=list)
    cancel_at: datetime | None = None
    cancel_by: str | None = None
    queued_at: datetime | None = None
    started_at: datetime | None = None
    heartbeat_at: datetime | None = None
    finished_at: datetime | None = None
    log: list[tuple[int, bytes]] = field(default_factory=list)

    @property
    def age(self) -> tuple[int, int]:
        """Sorts the older, or more urgent, first."""
        return (-self.new.priority, self.seq)


class Rules:
    """The rows, and what may become of them."""

    def __init__(self, clock: Callable[[], datetime] = now) -> None:
        self._clock = clock
        self._lock = threading.RLock()
        self._rows: dict[UUID, Row] = {}
        self._events: list[JobEvent] = []
        self._workers: dict[UUID, WorkerRecord] = {}
        self.away = False

    def _open(self) -> threading.RLock:
        if self.away:
            raise StoreUnavailable("The memory was told to be away.")
        return self._lock

    def _clashing(self, new: NewJob) -> Submitted | None:
        for row in self._rows.values():
            if new.request_key and (row.new.requested_by, row.new.request_key) == (
                new.requested_by,
                new.request_key,
            ):
                same = row.new.request_hash == new.request_hash
                return Submitted(row.new.id, "same" if same else "conflict", row.state)
        if new.id in self._rows:
            return Submitted(new.id, "same", self._rows[new.id].state)
        for row in self._rows.values():
            if (
                new.dedupe_key
                and row.new.dedupe_key == new.dedupe_key
                and not row.state.is_terminal
            ):
                return Submitted(row.new.id, "duplicate", row.state)
        return None

    def _place(self, row: Row) -> None:
        """Find the first thing a new job must wait for."""
        row.wait_since = self._clock()
        states = self._needed(row)
        if any(not state.is_terminal for state in states.values()) or self._bad(row):
            row.reason = WaitReason.AFTER
            row.wait_on = str(
                next((i for i, s in states.items() if not s.is_terminal), row.new.after[0])
            )
        elif row.run_at is not None and row.run_at > self._clock():
            row.reason = WaitReason.RUN_AT
        else:
            self._ask(row, tell=False)

    def _needed(self, row: Row) -> dict[UUID, State]:
        """State of each needed job; one that does not exist counts as lost."""
        return {i: self._rows[i].state if i in self._rows else State.LOST for i in row.new.after}

    def _bad(self, row: Row) -> UUID | None:
        if row.new.run_even_if_failed:
            return None
        return next((i for i, s in self._needed(row).items() if s not in SUCCEEDED_OR_OPEN), None)

    def _advance(self, row: Row) -> bool:
        if row.reason is WaitReason.AFTER:
            return self._advance_after(row)
        is_due = row.reason in (WaitReason.RUN_AT, WaitReason.BACKOFF) and row.run_at is not None
        if not is_due or row.run_at > self._clock():
            return False
        self._ask(row)
        return True

    def _advance_after(self, row: Row) -> bool:
        states, bad = self._needed(row), self._bad(row)
        still_open = [str(i) for i, state in states.items() if not state.is_terminal]
        if bad is not None:
            row.error = {
                "code": "needed_job_failed",
                "title": "A needed job did not succeed",
                "detail": str(bad),
            }
            self._end(row, State.FAILED, {"error": row.error})
        elif still_open:
            row.wait_on = row.wait_on if row.wait_on in still_open else min(still_open)
            return False
        elif row.run_at is not None and row.run_at > self._clock():
            row.reason, row.wait_on = WaitReason.RUN_AT, None
            self._note(row, "waiting", {"reason": "run_at"})
        else:
            self._ask(row)
        return True

    def _ask(self, row: Row, *, tell: bool = True) -> None:
        blocked = next((path for path in sorted(row.locks) if self._blocks(row, path)), None)
        if blocked is None:
            row.held, row.standing, row.moves = bool(row.locks), set(), 0
            row.state, row.queued_at = State.QUEUED, self._clock()
            row.reason = row.wait_on = row.wait_since = None
            if tell:
                self._note(row, "queued")
            return
        row.standing = ({blocked} | row.standing) if row.moves >= PLACES_KEPT_FROM else {blocked}
        if row.reason is not WaitReason.LOCK:
            row.wait_since = self._clock()
            if tell:
                self._note(row, "waiting", {"reason": "lock", "resource": blocked})
        row.reason, row.wait_on, row.moves = WaitReason.LOCK, blocked, row.moves + 1

    def _blocks(self, row: Row, path: str) -> list[Row]:
        """Who keeps this job from this path: holders first, then the older that stand there."""
        others = [
            other for other in self._rows.values()
            if other is not row and other.new.node == row.new.node
            and other.locks.get(path) in CLASHES[row.locks[path]]
        ]  # fmt: skip
        holders = [other for other in others if other.held]
        older = [other for other in others if path in other.standing and other.age < row.age]
        return holders + sorted(older, key=lambda one: one.age)

    def _settle(self) -> None:
        """The oldest that is no longer blocked where it stands asks again, until nobody is left."""
        while True:
            free = [
                row for row in self._rows.values()
                if row.reason is WaitReason.LOCK and not self._blocks(row, row.wait_on or "")
            ]  # fmt: skip
            if not free:
                return
            self._ask(min(free, key=lambda one: one.age))

    def _leave(self, row: Row) -> None:
        row.worker, row.held, row.standing = None, False, set()
        row.reason = row.wait_on = row.wait_since = None

    def _end(self, row: Row, state: State, told: dict[str, Any] | None = None) -> None:
        self._leave(row)
        row.state, row.finished_at = state, self._clock()
        self._note(row, state.value, told)
        self._settle()

    def _again_later(self, row: Row, pause: timedelta) -> None:
        self._leave(row)
        row.state, row.reason = State.WAITING, WaitReason.BACKOFF
        row.wait_since, row.run_at = self._clock(), self._clock() + pause
        self._note(row, "waiting", {"reason": "backoff"})
        self._settle()

    def _lose(self, row: Row, dead: UUID) -> str:
        fate = _fate(row)
        row.epoch, row.losses = row.epoch + 1, row.losses + 1
        if fate in ("lost", "backoff"):
            row.error = {"code": "worker_lost", "title": "The worker was lost", "detail": str(dead)}
        if fate == "again":
            row.attempt -= 1
            self._leave(row)
            row.state, row.reason, row.wait_since = State.WAITING, WaitReason.BACKOFF, self._clock()
            self._note(row, "waiting", {"reason": "worker_lost"})
            self._ask(row)
            self._settle()
        elif fate == "backoff":
            self._again_later(row, REQUEUE_DELAY)
        else:
            self._end(row, State(fate), {"reason": "worker_lost", "worker": str(dead)})
        return fate

    def _mine(self, job_id: UUID, epoch: int) -> Row | None:
        row = self._rows.get(job_id)
        fits = row is not None and row.state is State.RUNNING and row.epoch == epoch
        return row if fits else None

    def _running(self, worker: UUID) -> UUID | None:
        ids = (r.new.id for r in self._rows.values() if r.worker == worker)
        return next(ids, None)

    def _note(self, row: Row, kind: str, data: dict[str, Any] | None = None) -> None:
        number = len(self._events) + 1
        self._events.append(
            JobEvent(cursor=f"{number}-{number}", job_id=row.new.id, at=self._clock(), type=kind,
                     epoch=row.epoch, data=data)
        )  # fmt: skip


def _fate(row: Row) -> str:
    if row.cancel_at is not None:
        return "cancelled"
    if not row.begun and row.losses < MOST_FREE_REQUEUES:
        return "again"
    may_requeue = row.new.on_lost == "requeue" and row.attempt < row.new.max_attempts
    return "backoff" if may_requeue else "lost"
