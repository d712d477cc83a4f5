"""Keep a snapshot from being pruned."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import AwareDatetime, Field

from calypso.drivers.storage import Storage
from calypso.jobs.storage._holding import SnapshotParams, walk
from calypso.models.jobtype import Cancel, JobResult, OnLost, job
from calypso.models.lock import Lock, exclusive
from calypso.models.running import RunningJob


class Params(SnapshotParams):
    """Which snapshot, and until when."""

    until: AwareDatetime | None = Field(
        default=None, description="Until when it is protected; for good when empty."
    )

    def locks(self) -> Sequence[Lock]:
        # Not while a pruning has looked at it and not yet destroyed it.
        return [*super().locks(), exclusive("retention")]

    def title(self) -> str:
        return f"Protect {self.snapshot}{told(self.until)}"


class Result(JobResult):
    """Which snapshots are protected."""

    protected: tuple[str, ...]


@job(
    "storage.snapshot_protect",
    driver=Storage,
    permission="storage:operate",
    timeout_s=3600,
    cancel=Cancel.CHECKPOINT,
    on_lost=OnLost.REQUEUE,
)
def protect(params: Params, storage: Storage, running: RunningJob) -> Result:
    """Keep a snapshot from being pruned, for good or until an instant.

    Whatever the policies of its tasks say. It can still be destroyed on purpose: a hold forbids
    that too. What it was protected until before counts no more.
    """
    names = walk(
        params, storage, running, lambda name: storage.protect(name, params.until), "protecting"
    )
    return Result(protected=names)


def told(until: datetime | None) -> str:
    """Return until when, for a title."""
    return "" if until is None else f" until {until:%Y-%m-%d %H:%M%z}"
