"""The lock book and the queues, as people read them."""

from collections.abc import Sequence

from calypso.models.line import LockEntry, QueueLength, Unfinished
from calypso.models.lock import Mode
from calypso.store.asking import Asking

LOCKS = """
SELECT * FROM (
  SELECT j.node, l->>0 AS path, l->>1 AS mode, j.id AS job, j.title, j.state::text AS state,
         true AS granted, coalesce(j.started_at, j.queued_at) AS since, -j.priority AS np, j.seq
    FROM calypso.jobs j, jsonb_array_elements(j.locks) l
    WHERE j.state IN ('queued', 'running') AND j.has_locks
  UNION ALL
  SELECT node, wait_on, wait_mode::text, id, title, state::text, false, wait_since, -priority, seq
    FROM calypso.jobs WHERE state = 'waiting' AND wait_reason = 'lock') book
WHERE (%s::text IS NULL OR node = %s) AND (%s::text[] IS NULL OR path = ANY (%s))
ORDER BY node, path, granted DESC, np, seq LIMIT %s"""
QUEUES = """
WITH jobs AS (
  SELECT node, subsystem, queue,
         count(*) FILTER (WHERE state = 'waiting') AS waiting,
         count(*) FILTER (WHERE state = 'queued') AS queued,
         count(*) FILTER (WHERE state = 'running') AS running,
         min(queued_at) FILTER (WHERE state = 'queued') AS oldest_queued_at
    FROM calypso.jobs WHERE state IN ('waiting', 'queued', 'running') GROUP BY 1, 2, 3),
served AS (
  SELECT node, subsystem, queue, count(*) FILTER (WHERE NOT draining) AS slots
    FROM calypso.workers, unnest(queues) AS queue GROUP BY 1, 2, 3)
SELECT node, subsystem, queue, coalesce(waiting, 0) AS waiting, coalesce(queued, 0) AS queued,
       coalesce(running, 0) AS running, oldest_queued_at, coalesce(slots, 0) AS slots
  FROM jobs FULL JOIN served USING (node, subsystem, queue) ORDER BY node, queue"""

UNFINISHED = """
SELECT type, state, count(*) AS jobs FROM (
  SELECT type, state FROM calypso.jobs WHERE state IN ('waiting', 'queued', 'running') LIMIT %s) j
 GROUP BY 1, 2 ORDER BY 1, 2"""


class Lines(Asking):
    """The verbs on what is held and waited for."""

    def locks(
        self,
        node: str | None = None,
        *,
        paths: Sequence[str] | None = None,
        limit: int = 500,
    ) -> list[LockEntry]:
        """List what is held and waited for, path by path, holders first, then as they stand.

        Of all paths, or of some.
        """
        some = None if paths is None else [*paths]
        return [
            LockEntry(
                node=row.node, path=row.path, mode=Mode(row.mode).word, job=row.job,
                title=row.title, state=row.state, granted=row.granted, since=row.since,
            )
            for row in self._rows(LOCKS, node, node, some, some, limit)
        ]  # fmt: skip

    def unfinished(self, *, most: int) -> list[Unfinished]:
        """Count unfinished jobs by type and state, looking at no more than so many."""
        rows = self._rows(UNFINISHED, most)
        return [Unfinished(type=row.type, state=row.state, jobs=row.jobs) for row in rows]

    def queues(self) -> list[QueueLength]:
        """List every queue that has unfinished jobs or workers."""
        return [
            QueueLength(
                node=row.node, subsystem=row.subsystem, queue=row.queue, waiting=row.waiting,
                queued=row.queued, running=row.running, oldest_queued_at=row.oldest_queued_at,
                slots=row.slots,
            )
            for row in self._rows(QUEUES)
        ]  # fmt: skip
