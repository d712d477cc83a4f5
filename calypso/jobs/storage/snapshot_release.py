"""Let a snapshot be destroyed again."""

from collections.abc import Sequence

from pydantic import Field

from calypso.drivers.storage import Storage
from calypso.jobs.storage._holding import AnyTag, together
from calypso.models.jobtype import Cancel, JobParams, JobResult, OnLost, job
from calypso.models.lock import Lock, exclusive, present
from calypso.models.names import FullSnapshotName, split_snapshot
from calypso.models.running import RunningJob


class Params(JobParams):
    """Which snapshot, and which hold of it."""

    snapshot: FullSnapshotName = Field(
        description="Snapshot to release.", json_schema_extra={"x-choices": "storage/snapshots"}
    )
    tag: AnyTag = Field(description="Name of the hold.")
    recursive: bool = Field(
        default=False, description="Also the snapshots of this name of every dataset below."
    )

    def locks(self) -> Sequence[Lock]:
        dataset, _ = split_snapshot(self.snapshot)
        return [present("storage", dataset), exclusive("snapshots", dataset)]

    def title(self) -> str:
        return f"Release {self.snapshot} from {self.tag}"


class Result(JobResult):
    """Which snapshots are no longer held by this name."""

    released: tuple[str, ...]


@job(
    "storage.snapshot_release",
    driver=Storage,
    permission="storage:operate",
    timeout_s=3600,
    cancel=Cancel.CHECKPOINT,
    on_lost=OnLost.REQUEUE,
)
def release(params: Params, storage: Storage, running: RunningJob) -> Result:
    """Let a snapshot be destroyed again, as far as this hold is concerned.

    A hold that is not there is fine. Holds whose names begin with calypso- are
    those of jobs; a running job of that id counts on them.
    """
    names = together(storage, params.snapshot, recursive=params.recursive)
    for done, name in enumerate(names):
        running.stop_if_cancelled()
        running.report(phase="releasing", done=done, total=len(names), unit="snapshots")
        storage.release(name, params.tag)
    running.report(done=len(names), total=len(names), unit="snapshots")
    return Result(released=tuple(names))
