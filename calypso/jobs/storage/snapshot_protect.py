"""Keep a snapshot from being pruned."""

from collections.abc import Sequence
from datetime import UTC, datetime

from pydantic import AwareDatetime, Field

from calypso.drivers.storage import Snapshot, Storage
from calypso.errors import Invalid
from calypso.jobs.storage._holding import SnapshotParams, protected_until, walk
from calypso.models.clock import now
from calypso.models.jobtype import Cancel, JobResult, OnLost, job
from calypso.models.lock import Lock, exclusive
from calypso.models.running import RunningJob

FAR = datetime(9000, 1, 1, tzinfo=UTC)  # in every zone a date that can be written


class Params(SnapshotParams):
    """Which snapshot, and until when."""

    until: AwareDatetime | None = Field(
        default=None,
        lt=FAR,
        description="Until when it is protected, at the least; for good when empty.",
    )

    def locks(self) -> Sequence[Lock]:
        # Not while a pruning has looked at it and not yet destroyed it.
        return [*super().locks(), exclusive("retention")]

    def title(self) -> str:
        return f"Protect {self.snapshot}{told(self.until)}"


class Result(JobResult):
    """Which snapshots are protected until then, or for longer."""

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
    that too. One that is protected for longer stays so: to shorten that, unprotect it first.
    """
    if params.until is not None and params.until <= now():
        raise Invalid(f"{params.until:%Y-%m-%d %H:%M%z} is over, and would protect nothing.")

    def act(one: Snapshot) -> None:
        if params.until is None or protected_until(one) < params.until:
            storage.protect(one.name, params.until)

    return Result(protected=walk(params, storage, running, act, "protecting"))


def told(until: datetime | None) -> str:
    """Return until when, for a title."""
    return "" if until is None else f" until {until:%Y-%m-%d %H:%M%z}"
