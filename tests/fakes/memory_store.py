"""The job store in memory: the same rules, by brute force, with nothing clever in it.

It passes the suite of the real one (`tests/contract/store`). Every verb holds one lock, so verbs
are atomic. Time is `clock`, which a test may move. What it leaves out: durability, several
processes, and any bound on what it reads.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from calypso.models.job import (
    State,
    WaitReason,
)  # fmt: skip
from calypso.models.ledger import Beat, Claimed, Ending, NewJob, Submitted
from calypso.models.lock import expand
from calypso.models.worker import WorkerRecord
from calypso.store.asking import as_json
from tests.fakes.memory_family import Family
from tests.fakes.memory_rules import Row


class MemoryJobStore(Family):
    """Satisfies `engine.ports.JobStore`. `away`: set it, and every verb raises."""

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
            return Submitted(new.id, "created", row.state, self.get(new.id))

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
            row.state, row.worker, row.progress = State.RUNNING, worker, None
            row.begun = row.new.on_lost == "requeue" and row.cancel_at is None
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
                if self._cancel_with_children(row, by):
                    return "cancelling"
                row.cancel_at, row.cancel_by = self._clock(), by
                self._end(row, State.CANCELLED, {"by": by})
                row.epoch += 1
            return row.state

    def disown(self, worker: UUID) -> None:
        with self._open():
            for row in self._rows.values():
                row.begun = row.begun and row.worker != worker

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

    def due_nodes(self) -> list[str]:
        with self._open():
            return sorted({row.new.node for row in self._rows.values() if self._is_due(row)})

    def _is_due(self, row: Row) -> bool:
        if row.reason is WaitReason.AFTER:
            ended = all(state.is_terminal for state in self._needed(row).values())
            return ended or self._bad(row) is not None
        is_timed = row.reason in (WaitReason.RUN_AT, WaitReason.BACKOFF) and row.run_at is not None
        return is_timed and row.run_at <= self._clock()

    def starving(self, node: str | None, *, older_than_s: float) -> dict[str, int]:
        with self._open():
            counts: dict[str, int] = {}
            for row in self._rows.values():
                if row.state is not State.QUEUED or node not in (None, row.new.node):
                    continue
                if row.queued_at and self._clock() - row.queued_at > timedelta(
                    seconds=older_than_s
                ):
                    counts[row.new.queue] = min(1000, counts.get(row.new.queue, 0) + 1)
            return counts

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


def _claimed(row: Row) -> Claimed:
    new = row.new
    return Claimed(
        id=new.id, epoch=row.epoch, type=new.type, subsystem=new.subsystem, node=new.node,
        queue=new.queue, params=dict(new.params), attempt=row.attempt,
        max_attempts=new.max_attempts, external=row.external, plan_hash=new.plan_hash,
        cancel_requested=row.cancel_at is not None, requested_by=new.requested_by,
        trace=new.trace,
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
