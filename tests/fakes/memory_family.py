"""Parents and children, reasons, and silent runs, in the store in memory."""

from collections import defaultdict
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from calypso.models.estimate import MOST_RUNS, kind_of
from calypso.models.job import State, WaitReason
from calypso.models.ledger import RunRecord
from calypso.store.explained import MOST_SHOWN, Around, Needs, Served, explained
from calypso.store.family import last_line
from tests.fakes.memory_reading import Shown
from tests.fakes.memory_rules import Row

LEASE_S = 60.0


class Family(Shown):
    """The verbs on more than one job."""

    # -- children

    def park(self, job_id, epoch, children, *, progress=None):
        with self._open():
            row = self._mine(job_id, epoch)
            if row is None:
                return None
            kids = self._children(job_id) if children is None else list(children)
            if not kids:
                return State.RUNNING
            row.progress = dict(progress) if progress else row.progress
            self._await(row, kids)
            self._advance(row)
            return row.state

    def forsaken(self):
        with self._open():
            return [
                (child, row.cancel_by)
                for row in self._rows.values() if row.cancel_at is not None
                for child in self._children(row.new.id) if self._rows[child].cancel_at is None
            ]  # fmt: skip

    def _children(self, parent: UUID) -> list[UUID]:
        return sorted(
            row.new.id for row in self._rows.values()
            if row.new.parent_id == parent and row.new.source.kind == "job"
            and not row.state.is_terminal
        )  # fmt: skip

    def _cancel_with_children(self, row: Row, by: str) -> bool:
        """Note the wish and wait for its children; False: it has none."""
        kids = self._children(row.new.id)
        if kids and row.cancel_at is None:
            row.cancel_at, row.cancel_by = self._clock(), by
            self._note(row, "cancel_requested", {"by": by})
            self._await(row, kids)
            self._advance(row)
        return bool(kids)

    def _await(self, row: Row, kids: list[UUID]) -> None:
        row.attempt -= row.state is State.RUNNING
        self._leave(row)
        row.state, row.reason, row.run_at = State.WAITING, WaitReason.AFTER, None
        row.wait_on, row.wait_since = str(kids[0]), self._clock()
        row.new = replace(row.new, after=(*row.new.after, *kids), run_even_if_failed=True)
        self._note(row, "waiting", {"reason": "after", "children": len(kids)})
        self._settle()

    def _advance_after(self, row: Row) -> bool:
        over = all(state.is_terminal for state in self._needed(row).values())
        if over and row.cancel_at is not None:
            row.epoch += 1
            self._end(row, State.CANCELLED, {"by": row.cancel_by})
            return True
        return super()._advance_after(row)

    def _lose(self, row: Row, dead: UUID) -> str:
        kids = self._children(row.new.id)
        if row.cancel_at is None or not kids:
            return super()._lose(row, dead)
        row.epoch, row.losses = row.epoch + 1, row.losses + 1
        self._await(row, kids)
        self._advance(row)
        return "parked"

    # -- reasons

    def explain(self, jobs, *, silent_s):
        with self._open():
            around = Around(
                holders={row.new.id: self._job(row) for row in self._rows.values()},
                needs={job.id: self._needs(job.id) for job in jobs if job.wait},
                served=self._served(silent_s),
                places=self._places(),
            )
            return [explained(job, around, self._run_times()) for job in jobs]

    def _needs(self, job_id: UUID) -> Needs:
        row = self._rows[job_id]
        needed = [self._rows[one] for one in dict.fromkeys(row.new.after) if one in self._rows]
        unfinished = [one for one in needed if not one.state.is_terminal]
        unfinished.sort(key=lambda one: one.new.id)
        unfinished.sort(key=lambda one: one.state is not State.RUNNING)
        unfinished.sort(key=lambda one: str(one.new.id) != row.wait_on)
        shares = [(one.progress or {}).get("percent")
                  for one in unfinished if one.state is State.RUNNING]  # fmt: skip
        return Needs(
            total=len(set(row.new.after)),
            ended=len(set(row.new.after)) - len(unfinished),
            percents=sum(share for share in shares if share is not None),
            unknown=shares.count(None),
            open=[self._job(one) for one in unfinished[:MOST_SHOWN]],
        )

    def _served(self, silent_s: float) -> dict[tuple[str, str], list[Served]]:
        found = defaultdict(list)
        for worker in self.workers():
            job = None if worker.running_job is None else self._job(self._rows[worker.running_job])
            silent = self._clock() - worker.seen_at > timedelta(seconds=silent_s)
            for queue in worker.queues:
                found[worker.node, queue].append(Served(worker.draining, silent, job))
        return found

    def _places(self) -> dict[UUID, int]:
        lines = defaultdict(list)
        for row in sorted(self._rows.values(), key=lambda one: one.age):
            if row.state is State.QUEUED:
                lines[row.new.node, row.new.queue].append(row.new.id)
        return {one: place for line in lines.values() for place, one in enumerate(line, start=1)}

    def _run_times(self) -> dict[tuple[str, str, str], list[float]]:
        times = defaultdict(list)
        ended = [row for row in self._rows.values() if row.state is State.SUCCEEDED]
        for row in sorted(ended, key=lambda one: one.finished_at, reverse=True):
            took = (row.finished_at - row.started_at).total_seconds()
            times[kind_of(self._job(row))].append(took)
        return {kind: took[:MOST_RUNS] for kind, took in times.items()}

    # -- runs nobody hears of

    def examine(self, job_id):
        with self._open():
            row = self._rows.get(job_id)
            if row is None:
                return None
            beat = row.heartbeat_at
            return RunRecord(
                epoch=row.epoch, worker=row.worker, begun_at=beat if row.begun else None,
                lease_until=None if row.worker is None else beat + timedelta(seconds=LEASE_S),
                losses=row.losses, node_seen_at=self._node_seen_at(row),
                last_line=last_line(row.log[-1][1] if row.log else None), looked_at=self._clock(),
            )  # fmt: skip

    def release_silent(self, job_id, by, *, note, silence_s):
        with self._open():
            row = self._rows.get(job_id)
            if row is None:
                return "missing"
            if row.state is not State.RUNNING:
                return "not_running"
            seen_at = self._node_seen_at(row)
            if seen_at > self._clock() - timedelta(seconds=silence_s):
                return "not_silent"
            told = {"state": "running", "by": by, "note": note, "node": row.new.node}
            self._note(row, "released", told)
            self.release(job_id, by)
            return "released"

    def _node_seen_at(self, row: Row) -> datetime | None:
        seen = [one.seen_at for one in self._workers.values() if one.node == row.new.node]
        return max([*seen, *([row.heartbeat_at] if row.heartbeat_at else [])], default=None)
