"""What the engine asks about jobs beyond their own row: families, reasons, runs nobody hears of."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol
from uuid import UUID

from calypso.models.job import Job, State
from calypso.models.ledger import Release, RunRecord


class Kinship(Protocol):
    """A part of `ports.JobStore`. Every verb is one transaction, or one look."""

    def explain(self, jobs: Sequence[Job], *, silent_s: float) -> list[Job]:
        """Return the jobs with who is in the way, which slots are taken, how long such runs took.

        A worker not heard of for `silent_s` counts as silent. `get` and `page` tell less, since
        not everybody who reads a job wants to know.
        """

    def park(
        self,
        job_id: UUID,
        epoch: int,
        children: Sequence[UUID] | None,
        *,
        progress: Mapping[str, Any] | None = None,
    ) -> State | None:
        """Let a running parent wait for children, without slot and locks; it then runs again.

        `children` None: all that are unfinished. Returns its state now: `running` when there was
        nothing to wait for. None: fenced, nothing was written.
        """

    def forsaken(self) -> list[tuple[UUID, str]]:
        """Return children that must stop because their parent was asked to: (job, by whom)."""

    def examine(self, job_id: UUID) -> RunRecord | None:
        """Return what is on record about a job's run; None when it is not at hand any more."""

    def release_silent(
        self, job_id: UUID, by: str, *, note: str | None, silence_s: float
    ) -> Release:
        """Call a running job lost and free its locks, if its node has been silent for so long."""
