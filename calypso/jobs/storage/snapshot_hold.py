"""Keep a snapshot from being destroyed."""

from collections.abc import Sequence

from pydantic import Field

from calypso.drivers.storage import Storage
from calypso.jobs.storage._holding import HoldTag, together
from calypso.models.jobtype import Cancel, JobParams, JobResult, OnLost, job
from calypso.models.lock import Lock, exclusive, present
from calypso.models.names import FullSnapshotName, split_snapshot
from calypso.models.running import RunningJob


class Params(JobParams):
    """Which snapshot, and who holds it."""

    snapshot: FullSnapshotName = Field(
        description="Snapshot to keep.", json_schema_extra={"x-choices": "storage/snapshots"}
    )
    tag: HoldTag = Field(description="Name of the hold, by which it is released.")
    recursive: bool = Field(
        default=False, description="Also the snapshots of this name of every dataset below."
    )

    def locks(self) -> Sequence[Lock]:
        dataset, _ = split_snapshot(self.snapshot)
        return [present("storage", dataset), exclusive("snapshots", dataset)]

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
    names = together(storage, params.snapshot, recursive=params.recursive)
    for done, name in enumerate(names):
        running.stop_if_cancelled()
        running.report(phase="holding", done=done, total=len(names), unit="snapshots")
        storage.hold(name, params.tag)
    running.report(done=len(names), total=len(names), unit="snapshots")
    return Result(held=tuple(names))
