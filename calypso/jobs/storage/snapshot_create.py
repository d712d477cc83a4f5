"""Take a snapshot."""

from collections.abc import Sequence

from pydantic import Field

from calypso.drivers.storage import Storage
from calypso.models.clock import now
from calypso.models.jobtype import Cancel, JobParams, JobResult, OnLost, job
from calypso.models.lock import Lock, exclusive, present
from calypso.models.names import DatasetName, SnapshotName
from calypso.models.running import RunningJob

DEFAULT_SCHEMA = "auto-%Y-%m-%d_%H-%M-%S"


class Params(JobParams):
    """What to snapshot and how to call it."""

    dataset: DatasetName = Field(
        description="Filesystem or volume to snapshot.",
        json_schema_extra={"x-choices": "storage/datasets"},
    )
    name: SnapshotName | None = Field(
        default=None, description="Part after the @; the present time in UTC when empty."
    )
    recursive: bool = Field(default=False, description="Also every child, at the same instant.")

    def locks(self) -> Sequence[Lock]:
        return [present("storage", self.dataset), exclusive("snapshots", self.dataset)]

    def title(self) -> str:
        return f"Snapshot {self.dataset}"


class Result(JobResult):
    """The snapshot that was taken."""

    snapshot: str


@job(
    "storage.snapshot_create",
    driver=Storage,
    permission="storage:operate",
    timeout_s=6 * 3600,  # the directory product copies where it cannot share blocks
    cancel=Cancel.ANYTIME,
    on_lost=OnLost.REQUEUE,
    schedulable=True,
)
def create_snapshot(params: Params, storage: Storage, running: RunningJob) -> Result:
    """Take a snapshot.

    Atomic: with `recursive` either every child has the snapshot or none has. A rerun after its
    worker was lost finds the snapshot it had taken and takes no second one.
    """
    name = running.external or params.name or now().strftime(DEFAULT_SCHEMA)
    full = f"{params.dataset}@{name}"
    if running.external and any(one.name == full for one in storage.snapshots(params.dataset)):
        return Result(snapshot=full)
    running.remember(name)
    running.report(phase="snapshotting")
    snapshot = storage.create_snapshot(
        params.dataset,
        name,
        recursive=params.recursive,
        properties={"calypso:job": running.job_id},
    )
    return Result(snapshot=snapshot.name)
