"""Jobs that start others, and jobs of silent nodes: the verbs that need more than one row."""

from collections.abc import Mapping, Sequence
from typing import Any, cast
from uuid import UUID

from calypso.models.job import State
from calypso.models.ledger import Release, RunRecord
from calypso.store.asking import Asking, as_json

PARK = "SELECT calypso.park(%s, %s, %s::uuid[], %s::jsonb)"
RELEASE = "SELECT calypso.release_silent(%s, %s, %s, make_interval(secs => %s))"


class Family(Asking):
    """The verbs on parents, children and runs that nobody hears of."""

    def park(
        self,
        job_id: UUID,
        epoch: int,
        children: Sequence[UUID] | None,
        *,
        progress: Mapping[str, Any] | None = None,
    ) -> State | None:
        """Let a parent wait for its children, without slot and locks."""
        kids = None if children is None else list(children)
        answer = self._value(PARK, job_id, epoch, kids, as_json(progress))
        return None if answer == "fenced" else State(answer)

    def forsaken(self) -> list[tuple[UUID, str]]:
        """Return children that must stop because their parent was asked to."""
        rows = self._rows("SELECT id, cancel_by FROM calypso.forsaken()")
        return [(row.id, row.cancel_by) for row in rows]

    def examine(self, job_id: UUID) -> RunRecord | None:
        """Return what is on record about an unfinished job's run."""
        row = self._row("SELECT * FROM calypso.examine(%s)", job_id)
        if row is None:
            return None
        return RunRecord(
            epoch=row.epoch, worker=row.worker_id, lease_until=row.lease_until,
            begun_at=row.begun_at, losses=row.losses, node_seen_at=row.node_seen_at,
            last_line=last_line(row.log_tail), looked_at=row.looked_at,
        )  # fmt: skip

    def release_silent(
        self, job_id: UUID, by: str, *, note: str | None, silence_s: float
    ) -> Release:
        """Call a job lost whose node has been silent for so long."""
        return cast(Release, self._value(RELEASE, job_id, by, note, silence_s))


def last_line(tail: bytes | memoryview | None) -> str | None:
    """Return the last line of a log's last piece."""
    lines = bytes(tail or b"").decode("utf-8", "replace").splitlines()
    return lines[-1] if lines else None
