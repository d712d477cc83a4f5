"""The life of a job: submitted, claimed, begun, beating, finished, cancelled, lost."""

from collections.abc import Sequence
from typing import Any, Literal, cast
from uuid import UUID

from sqlalchemy import Connection

from calypso.models.job import State
from calypso.models.ledger import Beat, Claimed, Ending, NewJob, Submitted
from calypso.store import reading, sweeping
from calypso.store.asking import as_json, run
from calypso.store.lists import Lists

REQUEUE_DELAY_S = 5  # before a job whose worker died is tried again
PROMOTE_BATCH = 200
CLAIMED = (
    "{0}id, {0}epoch, {0}type, {0}subsystem, {0}node, {0}queue, {0}params, {0}attempt,"
    " {0}max_attempts, {0}external, {0}plan_hash, {0}cancel_at IS NOT NULL, {0}requested_by,"
    " {0}trace"
)
SUBMIT = "SELECT id, verdict, state FROM calypso.submit(%s::jsonb)"
TAKE_IN = f"""
SELECT t.id AS submitted, t.verdict, t.state AS became, {reading.columns("(t.job).")}
  FROM calypso.take_in(%s::jsonb) t"""  # noqa: S608 - fixed words
CLAIM = (
    f"SELECT {CLAIMED.format('')}"  # noqa: S608 - fixed words
    " FROM calypso.claim(%s, %s, %s, make_interval(secs => %s))"
)
ENDING = "%s, %s, %s, %s::jsonb, %s::jsonb, %s::jsonb, %s::jsonb, make_interval(secs => %s)"
FINISH = f"SELECT calypso.finish({ENDING})"
FINISH_AND_CLAIM = (
    f"SELECT finished, {CLAIMED.format('(next).')}"  # noqa: S608 - fixed words
    f" FROM calypso.finish_and_claim({ENDING}, %s, %s, %s, make_interval(secs => %s))"
)
DISOWN = """
UPDATE calypso.jobs SET begun_at = NULL WHERE worker_id = %s AND state = 'running'"""
# Most processes hold no job, and the function makes its plan anew for each array it is given.
SEEN = "UPDATE calypso.workers SET seen_at = now() WHERE id = %s"
HEARTBEAT = """
SELECT id, cancel FROM calypso.heartbeat(%s, %s::uuid[], %s::bigint[], %s::jsonb[],
                                         make_interval(secs => %s))"""
REPLAY = """
SELECT id, request_hash FROM calypso.jobs WHERE requested_by = %s AND request_key = %s
UNION ALL
SELECT id, request_hash FROM calypso.jobs_history WHERE requested_by = %s AND request_key = %s
LIMIT 1"""


class Life(Lists):
    """The verbs that change jobs. What each promises is written in the migration's SQL."""

    def submit(self, new: NewJob) -> Submitted:
        """Store a job and ask for its locks."""
        row = self._row(TAKE_IN, as_json(told(new)))
        stored = self._read([row])[0] if row.verdict == "created" else None
        return Submitted(row.submitted, row.verdict, State(row.became), stored)

    def replay_of(self, requested_by: str, request_key: str) -> tuple[UUID, str] | None:
        """Return (job id, request hash) of the job an idempotency key made."""
        row = self._row(REPLAY, requested_by, request_key, requested_by, request_key)
        return None if row is None else (row[0], row[1] or "")

    def claim(self, queue: str, node: str, worker: UUID, *, lease_s: float) -> Claimed | None:
        """Take the best queued job."""
        row = self._row(CLAIM, node, queue, worker, lease_s)
        return None if row is None else Claimed(*row)

    def begin(self, job_id: UUID, epoch: int) -> Literal["ok", "cancel", "fenced"]:
        """Note that effects start now."""
        answer = self._value("SELECT calypso.begin(%s, %s)", job_id, epoch)
        return cast(Literal["ok", "cancel", "fenced"], answer)

    def heartbeat(self, worker: UUID, beats: Sequence[Beat], *, lease_s: float) -> dict[UUID, bool]:
        """Renew leases; returns the jobs still mine."""
        if not beats:
            self._do(SEEN, worker)
            return {}
        ids, epochs = [beat.job_id for beat in beats], [beat.epoch for beat in beats]
        progress = [as_json(beat.progress) for beat in beats]
        rows = self._rows(HEARTBEAT, worker, ids, epochs, progress, lease_s)
        return {row.id: row.cancel for row in rows}

    def finish(self, job_id: UUID, epoch: int, ending: Ending) -> State | None:
        """End a run."""
        return _state(self._value(FINISH, *_ending(job_id, epoch, ending)))

    def finish_and_claim(
        self,
        job_id: UUID,
        epoch: int,
        ending: Ending,
        *,
        queue: str,
        node: str,
        worker: UUID,
        lease_s: float,
    ) -> tuple[State | None, Claimed | None]:
        """Finish, then claim the next."""
        given = (*_ending(job_id, epoch, ending), node, queue, worker, lease_s)
        finished, *claimed = self._row(FINISH_AND_CLAIM, *given)
        return _state(finished), None if claimed[0] is None else Claimed(*claimed)

    def cancel(self, job_id: UUID, by: str) -> State | Literal["cancelling", "missing"]:
        """Cancel a job, or ask a running one to stop."""
        answer = self._value("SELECT calypso.cancel(%s, %s)", job_id, by)
        if answer in ("cancelling", "missing"):
            return cast(Literal["cancelling", "missing"], answer)
        return State(answer)

    def disown(self, worker: UUID) -> None:
        """Note that nothing has begun of what a worker was given."""
        self._do(DISOWN, worker)

    def reap(self, node: str, dead: UUID) -> tuple[UUID, str] | None:
        """Take one job from a dead worker."""
        row = self._row(
            "SELECT id, fate FROM calypso.reap(%s, %s, make_interval(secs => %s))",
            node, dead, REQUEUE_DELAY_S,
        )  # fmt: skip
        return None if row is None else (row.id, row.fate)

    def release(self, job_id: UUID, by: str) -> bool:
        """Call a running job lost and free its locks."""
        return bool(self._value("SELECT calypso.release(%s, %s)", job_id, by))

    def promote(self, node: str) -> int:
        """Move on what came due."""
        return int(self._value("SELECT calypso.promote(%s, %s)", node, PROMOTE_BATCH))

    def due_nodes(self) -> list[str]:
        """Nodes where something came due."""
        return [row.node for row in self._rows(sweeping.DUE)]

    def starving(self, node: str | None, *, older_than_s: float) -> dict[str, int]:
        """Queues with jobs nobody fetched."""
        if node is None:
            rows = self._rows(sweeping.STARVING, older_than_s)
        else:
            rows = self._rows(sweeping.STARVING_HERE, node, older_than_s)
        return {row.queue: row.jobs for row in rows}

    def remember(self, job_id: UUID, epoch: int, external: str) -> bool:
        """Note what lives outside."""
        return bool(self._value("SELECT calypso.remember(%s, %s, %s)", job_id, epoch, external))


def submit_on(connection: Connection, new: NewJob) -> Submitted:
    """Store a job inside the caller's transaction, which must be READ COMMITTED.

    Only one in a transaction, unless the caller opened the lock books of all nodes first, sorted.
    """
    row = run(connection, SUBMIT, as_json(told(new))).one()
    return Submitted(row.id, row.verdict, State(row.state))


def told(new: NewJob) -> dict[str, Any]:
    """Return a job as the SQL of submit() takes it."""
    return {
        "id": str(new.id),
        "type": new.type,
        "subsystem": new.subsystem,
        "node": new.node,
        "queue": new.queue,
        "title": new.title,
        "params": dict(new.params),
        "locks": [[lock.path, lock.mode.value] for lock in new.locks],
        "requested_by": new.requested_by,
        "source_kind": new.source.kind,
        "source_id": new.source.id,
        "priority": new.priority,
        "not_before": None if new.not_before is None else new.not_before.isoformat(),
        "after": [str(needed) for needed in new.after],
        "run_even_if_failed": new.run_even_if_failed,
        "request_key": new.request_key,
        "request_hash": new.request_hash,
        "dedupe_key": new.dedupe_key,
        "max_attempts": new.max_attempts,
        "on_lost": new.on_lost,
        "parent_id": None if new.parent_id is None else str(new.parent_id),
        "plan_hash": new.plan_hash,
        "cancel": str(new.cancel),
        "control": new.control,
        "trace": None if new.trace is None else dict(new.trace),
    }


def _ending(job_id: UUID, epoch: int, ending: Ending) -> tuple[Any, ...]:
    return (
        job_id,
        epoch,
        ending.outcome,
        as_json(ending.result),
        as_json(ending.error),
        as_json([dict(warning) for warning in ending.warnings]),
        as_json(ending.progress),
        ending.retry_in_s,
    )


def _state(answer: str) -> State | None:
    return None if answer == "fenced" else State(answer)
