"""Keep a snapshot from being destroyed."""

from pydantic import Field

from calypso.drivers.storage import Storage
from calypso.jobs.storage._holding import HoldTag, SnapshotParams, walk
from calypso.models.jobtype import Cancel, JobResult, OnLost, job
from calypso.models.running import RunningJob


class Params(SnapshotParams):
    """Which snapshot, and who holds it."""

    tag: HoldTag = Field(description="Name of the hold, by which it is released.")

    def title(self) -> str:
        return f"Hold {self.snapshot} as {self.tag}"


class Result(JobResult):
    """Which snapshots are held."""

    held: tuple[str, ...]


@job(
    "storage.snapshot_hold",
    driver=Storage,
    permission="storage:operate",
    timeout_s=3600,
    cancel=Cancel.CHECKPOINT,
    on_lost=OnLost.REQUEUE,
)
def hold(params: Params, storage: Storage, running: RunningJob) -> Result:
    """Keep a snapshot from being destroyed until its hold is released.

    A hold of this name that is there already is fine.
    """
    names = walk(
        params, storage, running, lambda one: storage.hold(one.name, params.tag), "holding"
    )
    return Result(held=names)
