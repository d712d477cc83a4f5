"""Find where the files of a snapshot can be read."""

from collections.abc import Sequence

from pydantic import Field

from calypso.drivers.storage import Storage
from calypso.models.jobtype import Cancel, JobParams, JobResult, OnLost, job
from calypso.models.lock import Lock, present
from calypso.models.names import FullSnapshotName, split_snapshot
from calypso.models.running import RunningJob


class Params(JobParams):
    """Which snapshot."""

    snapshot: FullSnapshotName = Field(
        description="Snapshot of a filesystem.",
        json_schema_extra={"x-choices": "storage/snapshots"},
    )

    def locks(self) -> Sequence[Lock]:
        dataset, _ = split_snapshot(self.snapshot)
        return [present("storage", dataset), present("snapshots", dataset)]

    def title(self) -> str:
        return f"Locate {self.snapshot}"


class Result(JobResult):
    """The directory, on the node that the job ran on.

    Not `is_exact`: modes, owners and attributes are not those of the files when it was taken.
    """

    path: str
    is_exact: bool


@job(
    "storage.snapshot_locate",
    driver=Storage,
    permission="storage:operate",
    timeout_s=120,
    cancel=Cancel.ANYTIME,
    on_lost=OnLost.REQUEUE,
)
def locate_snapshot(params: Params, storage: Storage, _running: RunningJob) -> Result:
    """Find where the files of a snapshot can be read."""
    found = storage.snapshot_folder(params.snapshot)
    return Result(path=found.path, is_exact=found.is_exact)
