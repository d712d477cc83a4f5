"""Make a dataset out of a snapshot."""

from collections.abc import Mapping, Sequence

from pydantic import Field

from calypso.drivers.storage import Storage
from calypso.models.jobtype import Cancel, JobParams, JobResult, job
from calypso.models.lock import Lock, exclusive, present
from calypso.models.names import (
    DatasetName,
    FullSnapshotName,
    PropertyName,
    PropertyValue,
    split_snapshot,
)
from calypso.models.running import RunningJob


class Params(JobParams):
    """From which snapshot, and the new dataset."""

    snapshot: FullSnapshotName = Field(
        description="Snapshot to clone.", json_schema_extra={"x-choices": "storage/snapshots"}
    )
    target: DatasetName = Field(description="Full name of the new dataset, in the same pool.")
    properties: Mapping[PropertyName, PropertyValue] = Field(
        default_factory=dict, description="Properties of the new dataset."
    )

    def locks(self) -> Sequence[Lock]:
        dataset, name = split_snapshot(self.snapshot)
        return [
            present("storage", dataset),
            present("snapshots", dataset, name),
            exclusive("storage", self.target),
        ]

    def title(self) -> str:
        return f"Clone {self.snapshot} as {self.target}"


class Result(JobResult):
    """The clone as it stands."""

    dataset: str
    mountpoint: str | None


@job(
    "storage.snapshot_clone",
    driver=Storage,
    permission="storage:configure",
    timeout_s=6 * 3600,  # the directory product copies where it cannot share blocks
    cancel=Cancel.BEFORE_START,
)
def clone(params: Params, storage: Storage, running: RunningJob) -> Result:
    """Make a dataset out of a snapshot.

    It takes no room at first. The snapshot cannot be destroyed while its clone is there.
    """
    running.report(phase="cloning")
    made = storage.clone(params.snapshot, params.target, properties=params.properties)
    return Result(dataset=made.name, mountpoint=made.mountpoint)
