"""The job store in memory: the same rules, by brute force, with nothing clever in it.

It passes the suite of the real one (`tests/contract/store`). Every verb holds one lock, so verbs
are atomic. Time is `clock`, which a test may move. What it leaves out: durability, several
processes, and any bound on what it reads.
"""

import json
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from calypso.engine.ports import (
    Beat,
    Claimed,
    Ending,
    JobQuery,
    NewJob,
    Page,
    Submitted,
    WorkerRecord,
)  # fmt: skip
from calypso.errors import StoreUnavailable
from calypso.models.clock import now
from calypso.models.job import (
    HeldLock,
    Job,
    JobEvent,
    Problem,
    Progress,
    State,
    Wait,
    WaitReason,
    Warning_,
)  # fmt: skip
from calypso.models.lock import CLASHES, Mode, expand
from calypso.store import cursors, logs, reading
from calypso.store.asking import as_json
from calypso.store.events import read_cursor
from calypso.store.lists import SEARCHED

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


class MemoryJobStore:
    """Satisfies `engine.ports.JobStore`. `away`: set it, and every verb raises."""

    def __init__(self, clock: Callable[[], datetime] = now) -> None:
        self._clock = clock
        self._lock = threading.RLock()
        self._rows: dict[UUID, Row] = {}
        self._events: list[JobEvent] = []
        self._workers: dict[UUID, WorkerRecord] = {}
        self.away = False

    # -- the life of a job

    def submit(self, new: NewJob) -> Submitted:
        with self._open():
            if (other := self._clashing(new)) is not None:
                return other
            row = Row(new, len(self._rows) + 1, self._clock(), expand(new.locks))
            row.run_at = new.not_before
            self._rows[new.id] = row
            self._place(row)
            told = {"state": row.state.value, "reason": row.reason and row.reason.value}
            self._note(row, "submitted", told)
            return Submitted(new.id, "created", row.state)

    def replay_of(self, requested_by: str, request_key: str) -> tuple[UUID, str] | None:
        with self._open():
            for row in self._rows.values():
                if (row.new.requested_by, row.new.request_key) == (requested_by, request_key):
                    return row.new.id, row.new.request_hash or ""
            return None

    def claim(self, queue: str, node: str, worker: UUID, *, lease_s: float) -> Claimed | None:
        with self._open():
            queued = [
                row for row in self._rows.values()
                if row.state is State.QUEUED and (row.new.queue, row.new.node) == (queue, node)
            ]  # fmt: skip
            if not queued:
                return None
            row = min(queued, key=lambda one: one.age)
            row.state, row.worker, row.begun, row.progress = State.RUNNING, worker, False, None
            row.epoch, row.attempt = row.epoch + 1, row.attempt + 1
            row.started_at = row.heartbeat_at = self._clock()
            self._note(row, "started", {"worker": str(worker), "attempt": row.attempt})
            return _claimed(row)

    def begin(self, job_id: UUID, epoch: int) -> str:
        with self._open():
            row = self._mine(job_id, epoch)
            if row is None:
                return "fenced"
            row.begun = row.cancel_at is None
            return "ok" if row.begun else "cancel"

    def heartbeat(self, worker: UUID, beats: Sequence[Beat], *, lease_s: float) -> dict[UUID, bool]:
        with self._open():
            if worker in self._workers:
                self._workers[worker] = replace(self._workers[worker], seen_at=self._clock())
            mine = {}
            for beat in beats:
                row = self._mine(beat.job_id, beat.epoch)
                if row is not None and row.worker == worker:
                    row.heartbeat_at = self._clock()
                    row.progress = dict(beat.progress) if beat.progress else row.progress
                    mine[beat.job_id] = row.cancel_at is not None
            return mine

    def finish(self, job_id: UUID, epoch: int, ending: Ending) -> State | None:
        with self._open():
            row = self._mine(job_id, epoch)
            if row is None:
                return None
            state = _after(row, ending)
            row.warnings = [dict(one) for one in ending.warnings]
            row.progress = dict(ending.progress) if ending.progress else row.progress
            if state is State.SUCCEEDED:
                row.result, row.error = _kept(ending.result), None
            elif ending.error is not None:
                row.error = _kept(ending.error)
            if state is State.WAITING:
                self._again_later(row, timedelta(seconds=ending.retry_in_s))
            else:
                self._end(row, state)
            return state

    def finish_and_claim(
        self, job_id: UUID, epoch: int, ending: Ending, *, queue: str, node: str, worker: UUID,
        lease_s: float,
    ) -> tuple[State | None, Claimed | None]:  # fmt: skip
        with self._open():
            state = self.finish(job_id, epoch, ending)
            return state, self.claim(queue, node, worker, lease_s=lease_s)

    def remember(self, job_id: UUID, epoch: int, external: str) -> bool:
        with self._open():
            row = self._mine(job_id, epoch)
            if row is not None:
                row.external = external
            return row is not None

    # -- stopping, loss

    def cancel(self, job_id: UUID, by: str) -> Any:
        with self._open():
            row = self._rows.get(job_id)
            if row is None:
                return "missing"
            if row.state is State.RUNNING:
                if row.cancel_at is None:
                    row.cancel_at, row.cancel_by = self._clock(), by
                    self._note(row, "cancel_requested", {"by": by})
                return "cancelling"
            if not row.state.is_terminal:
                row.cancel_at, row.cancel_by = self._clock(), by
                self._end(row, State.CANCELLED, {"by": by})
                row.epoch += 1
            return row.state

    def reap(self, node: str, dead: UUID) -> tuple[UUID, str] | None:
        with self._open():
            for row in sorted(self._rows.values(), key=lambda one: one.seq):
                if row.state is State.RUNNING and row.worker == dead and row.new.node == node:
                    return row.new.id, self._lose(row, dead)
            return None

    def release(self, job_id: UUID, by: str) -> bool:
        with self._open():
            row = self._rows.get(job_id)
            if row is None or row.state is not State.RUNNING:
                return False
            row.error = {"code": "released", "title": "Given up by an operator", "detail": by}
            self._end(row, State.LOST, {"reason": "released", "by": by})
            row.epoch, row.losses = row.epoch + 1, row.losses + 1
            return True

    def promote(self, node: str) -> int:
        with self._open():
            here = [row for row in self._rows.values() if row.new.node == node]
            here.sort(key=lambda row: (row.run_at or row.created_at, row.seq))
            return sum(self._advance(row) for row in here)

    def nodes(self) -> list[str]:
        with self._open():
            unfinished = {r.new.node for r in self._rows.values() if not r.state.is_terminal}
            return sorted(unfinished | {worker.node for worker in self._workers.values()})

    def starving(self, node: str, *, older_than_s: float) -> dict[str, int]:
        with self._open():
            counts: dict[str, int] = {}
            for row in self._rows.values():
                if row.state is not State.QUEUED or row.new.node != node or row.queued_at is None:
                    continue
                if self._clock() - row.queued_at > timedelta(seconds=older_than_s):
                    counts[row.new.queue] = min(1000, counts.get(row.new.queue, 0) + 1)
            return counts

    # -- reading

    def get(self, job_id: UUID) -> Job | None:
        with self._open():
            row = self._rows.get(job_id)
            return None if row is None else self._job(row)

    def page(self, query: JobQuery) -> Page:
        with self._open():
            name, newest_first = query.sort.removeprefix("-"), query.sort.startswith("-")

            def place(row: Row) -> tuple[datetime, UUID]:
                return getattr(row, name), row.new.id

            rows = [
                row
                for row in self._rows.values()
                if getattr(row, name) and _fits(row, query, self._clock())
            ]
            rows.sort(key=place, reverse=newest_first)
            if query.cursor is not None:
                last = cursors.read_instant(query.cursor, query.sort)
                rows = [r for r in rows if (place(r) < last if newest_first else place(r) > last)]
            items = [self._job(row) for row in rows[: query.limit]]
            if len(rows) <= query.limit:
                return Page(items)
            return Page(items, cursors.write_instant(query.sort, *place(rows[query.limit - 1])))

    def events_of(self, job_id: UUID, *, after: int = 0, limit: int = 100) -> list[JobEvent]:
        with self._open():
            mine = [one for one in self._events if one.job_id == job_id]
            return [one for one in mine if read_cursor(one.cursor)[1] > after][:limit]

    def events_since(self, cursor: str | None, *, limit: int = 500) -> list[JobEvent]:
        with self._open():
            if cursor is None:
                return []
            number = int(read_cursor(cursor)[0])
            return self._events[number:][:limit]

    def last_cursor(self) -> str:
        with self._open():
            return f"{len(self._events)}-{len(self._events)}"

    def append_log(self, job_id: UUID, epoch: int, text: str, *, limit_bytes: int) -> bool:
        with self._open():
            row = self._mine(job_id, epoch)
            if row is None:
                return False
            size = row.log[-1][0] + len(row.log[-1][1]) if row.log else 0
            for piece in logs.cut(text.encode("utf-8", "replace"), max(4, limit_bytes // 8)):
                row.log.append((size, piece))
                size += len(piece)
            half = limit_bytes // 2
            if size > limit_bytes:
                row.log = [(s, d) for s, d in row.log if s + len(d) <= half or s >= size - half]
            return True

    def read_log(self, job_id: UUID, *, offset: int, limit: int) -> tuple[str, int] | None:
        with self._open():
            row = self._rows.get(job_id)
            return None if row is None else logs.window(row.log, offset, limit)

    # -- workers and housekeeping

    def register(self, worker: WorkerRecord) -> None:
        with self._open():
            self._workers[worker.id] = replace(worker, seen_at=self._clock(), running_job=None)

    def set_draining(self, worker: UUID) -> None:
        with self._open():
            if worker in self._workers:
                self._workers[worker] = replace(self._workers[worker], draining=True)

    def forget_worker(self, worker: UUID) -> None:
        with self._open():
            if self._running(worker) is None:
                self._workers.pop(worker, None)

    def workers(self, node: str | None = None) -> list[WorkerRecord]:
        with self._open():
            found = [
                replace(worker, queues=tuple(worker.queues), running_job=self._running(worker.id))
                for worker in self._workers.values() if node in (None, worker.node)
            ]  # fmt: skip
            return sorted(found, key=lambda one: (one.node, one.subsystem, one.id))

    def retire(self, *, before: datetime, drop_before: datetime, batch: int = 1000) -> int:
        with self._open():
            old = [
                row.new.id for row in self._rows.values()
                if row.finished_at is not None and row.finished_at < drop_before
            ]  # fmt: skip
            for job_id in old[:batch]:
                del self._rows[job_id]
            return len(old[:batch])

    def ping(self) -> None:
        with self._open():
            pass

    # -- the rules

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

    def _job(self, row: Row) -> Job:
        new = row.new
        return reading.versioned(
            Job(
                id=new.id, type=new.type, subsystem=new.subsystem, node=new.node, queue=new.queue,
                title=new.title, state=row.state, priority=new.priority, wait=self._wait(row),
                progress=Progress.model_validate(row.progress or {}),
                warnings=[Warning_.model_validate(one) for one in row.warnings],
                error=None if row.error is None else Problem.model_validate(row.error),
                params=dict(new.params), result=row.result,
                locks=[HeldLock(path=one.path, mode=one.mode.word) for one in new.locks],
                requested_by=new.requested_by, source=new.source, parent_id=new.parent_id,
                attempt=row.attempt, max_attempts=new.max_attempts,
                cancellable=reading.is_cancellable(row.state, new.cancel, row.cancel_at),
                cancel_requested_at=row.cancel_at, cancel_requested_by=row.cancel_by,
                external=row.external, created_at=row.created_at, queued_at=row.queued_at,
                started_at=row.started_at, heartbeat_at=row.heartbeat_at,
                finished_at=row.finished_at,
            )
        )  # fmt: skip

    def _wait(self, row: Row) -> Wait | None:
        if row.reason is None or row.wait_since is None:
            return None
        holder: UUID | None = None
        position, resource = None, row.wait_on
        if row.reason is WaitReason.LOCK and row.wait_on is not None:
            blockers = self._blocks(row, row.wait_on)
            holder = blockers[0].new.id if blockers else None
            before = [
                r for r in self._rows.values() if row.wait_on in r.standing and r.age < row.age
            ]
            position = reading.place(1 + min(len(before), reading.COUNTED))
        elif row.reason is WaitReason.AFTER:
            holder = UUID(row.wait_on)
        elif row.run_at is not None:
            resource = row.run_at.isoformat().replace("+00:00", "Z")
        return Wait(
            reason=row.reason, resource=resource, holder_job=holder, since=row.wait_since,
            position=position,
        )  # fmt: skip


def _claimed(row: Row) -> Claimed:
    new = row.new
    return Claimed(
        id=new.id, epoch=row.epoch, type=new.type, subsystem=new.subsystem, node=new.node,
        queue=new.queue, params=dict(new.params), attempt=row.attempt,
        max_attempts=new.max_attempts, external=row.external, plan_hash=new.plan_hash,
        cancel_requested=row.cancel_at is not None, requested_by=new.requested_by,
    )  # fmt: skip


def _kept(value: Any) -> Any:
    text = as_json(value)
    return None if text is None else json.loads(text)


def _after(row: Row, ending: Ending) -> State:
    if ending.outcome != "retry":
        return State(ending.outcome)
    if row.cancel_at is not None:
        return State.CANCELLED
    return State.WAITING if row.attempt < row.new.max_attempts else State.FAILED


def _fate(row: Row) -> str:
    if row.cancel_at is not None:
        return "cancelled"
    if not row.begun and row.losses < MOST_FREE_REQUEUES:
        return "again"
    may_requeue = row.new.on_lost == "requeue" and row.attempt < row.new.max_attempts
    return "backoff" if may_requeue else "lost"


def _fits(row: Row, query: JobQuery, instant: datetime) -> bool:
    new, since = row.new, query.since
    if query.text is not None and since is None:
        since = (query.until or instant) - SEARCHED
    wanted: Iterable[bool] = (
        row.state in query.states or not query.states,
        new.type in query.types if query.types else not new.control,
        query.subsystem in (None, new.subsystem),
        query.node in (None, new.node),
        query.user in (None, new.requested_by),
        query.schedule is None or (new.source.kind, new.source.id) == ("schedule", query.schedule),
        since is None or row.created_at >= since,
        query.until is None or row.created_at < query.until,
        query.text is None or query.text.lower() in new.title.lower(),
    )
    return all(wanted)
