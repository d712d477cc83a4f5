"""What the store in memory shows: jobs, lists, events, logs."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

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
from calypso.models.line import LockEntry, QueueLength, Unfinished
from calypso.models.listing import JobQuery, Page
from calypso.models.worker import WorkerRecord
from calypso.store import cursors, logs, reading
from calypso.store.events import read_cursor
from calypso.store.lists import SEARCHED
from tests.fakes.memory_rules import Row, Rules


class Shown(Rules):
    """The verbs that read, and the log."""

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

    def locks(self, node=None, *, paths=None, limit: int = 500) -> list[LockEntry]:
        with self._open():
            entries = [
                (entry.node, entry.path, not entry.granted, row.age, entry)
                for row in self._rows.values()
                for entry in _locks_of(row)
                if node in (None, entry.node) and (paths is None or entry.path in paths)
            ]
            return [one[-1] for one in sorted(entries, key=lambda one: one[:-1])][:limit]

    def unfinished(self, *, most: int) -> list[Unfinished]:
        with self._open():
            rows = [row for row in self._rows.values() if not row.state.is_terminal][:most]
            found = Counter((row.new.type, row.state) for row in rows)
            return [Unfinished(type=t, state=s, jobs=n) for (t, s), n in sorted(found.items())]

    def queues(self) -> list[QueueLength]:
        with self._open():
            open_rows = [row for row in self._rows.values() if not row.state.is_terminal]
            names = {(row.new.node, row.new.subsystem, row.new.queue) for row in open_rows}
            served = [(w, queue) for w in self._workers.values() for queue in w.queues]
            names |= {(worker.node, worker.subsystem, queue) for worker, queue in served}
            return [
                self._length(name, [r for r in open_rows if r.new.queue == name[2]], served)
                for name in sorted(names, key=lambda one: (one[0], one[2]))
            ]

    @staticmethod
    def _length(
        name: tuple[str, str, str], rows: list[Row], served: list[tuple[WorkerRecord, str]]
    ) -> QueueLength:
        node, subsystem, queue = name
        states = [row.state for row in rows]
        return QueueLength(
            node=node,
            subsystem=subsystem,
            queue=queue,
            waiting=states.count(State.WAITING),
            queued=states.count(State.QUEUED),
            running=states.count(State.RUNNING),
            oldest_queued_at=min(
                (r.queued_at for r in rows if r.state is State.QUEUED and r.queued_at), default=None
            ),
            slots=sum(one == queue and not worker.draining for worker, one in served),
        )

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

    def _job(self, row: Row) -> Job:
        new = row.new
        return Job(
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
        )  # fmt: skip

    def _wait(self, row: Row) -> Wait | None:
        if row.reason is None or row.wait_since is None:
            return None
        holder: UUID | None = None
        position, resource, until = None, row.wait_on, None
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
            until = row.run_at
            resource = until.isoformat().replace("+00:00", "Z")
        return Wait(
            reason=row.reason, resource=resource, holder_job=holder, since=row.wait_since,
            position=position, until=until,
        )  # fmt: skip


def _locks_of(row: Row) -> list[LockEntry]:
    told = {"node": row.new.node, "job": row.new.id, "title": row.new.title, "state": row.state}
    if row.state in (State.QUEUED, State.RUNNING):
        since = row.started_at or row.queued_at
        return [
            LockEntry(path=one.path, mode=one.mode.word, granted=True, since=since, **told)
            for one in row.new.locks
        ]
    if row.reason is WaitReason.LOCK and row.wait_on is not None:
        mode = row.locks[row.wait_on].word
        return [LockEntry(path=row.wait_on, mode=mode, granted=False, since=row.wait_since, **told)]
    return []


def _fits(row: Row, query: JobQuery, instant: datetime) -> bool:
    new, since = row.new, query.since
    if query.text is not None and since is None:
        since = (query.until or instant) - SEARCHED
    at = row.finished_at if query.sort == "-finished_at" else row.created_at
    wanted: Iterable[bool] = (
        row.state in query.states or not query.states,
        new.type in query.types if query.types else not new.control,
        query.subsystem in (None, new.subsystem),
        query.node in (None, new.node),
        query.user in (None, new.requested_by),
        query.parent in (None, new.parent_id),
        query.schedule is None or (new.source.kind, new.source.id) == ("schedule", query.schedule),
        since is None or (at is not None and at >= since),
        query.until is None or (at is not None and at < query.until),
        query.text is None or query.text.lower() in new.title.lower(),
    )
    return all(wanted)
