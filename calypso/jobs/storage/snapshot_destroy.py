"""Destroy snapshots of a dataset."""

from collections.abc import Sequence

from pydantic import Field

from calypso.drivers.storage import Storage
from calypso.errors import SubsystemError
from calypso.models.jobtype import Cancel, JobParams, JobResult, OnLost, Plan, job
from calypso.models.lock import Lock, exclusive, present
from calypso.models.names import DatasetName, SnapshotName
from calypso.models.running import RunningJob

BATCH = 100  # zfs holds the transaction group open while it destroys


class Params(JobParams):
    """Which snapshots of which dataset."""

    dataset: DatasetName = Field(
        description="Dataset whose snapshots go.",
        json_schema_extra={"x-choices": "storage/datasets"},
    )
    names: tuple[SnapshotName, ...] = Field(
        min_length=1, max_length=10_000, description="Parts after the @."
    )

    def locks(self) -> Sequence[Lock]:
        return [present("storage", self.dataset), exclusive("snapshots", self.dataset)]

    def title(self) -> str:
        return f"Destroy {len(self.names)} snapshots of {self.dataset}"


class Result(JobResult):
    """How many are gone."""

    destroyed: int


def plan(params: Params, storage: Storage) -> Plan:
    """Return what would be lost."""
    return storage.plan_destroy_snapshots(params.dataset, params.names)


@job(
    "storage.snapshot_destroy",
    driver=Storage,
    permission="storage:destroy",
    timeout_s=6 * 3600,
    cancel=Cancel.CHECKPOINT,
    on_lost=OnLost.REQUEUE,
    destructive=True,
    plan=plan,
)
def destroy_snapshots(params: Params, storage: Storage, running: RunningJob) -> Result:
    """Destroy snapshots of a dataset.

    One that is gone already counts as destroyed; one that is held or cloned ends the job before
    its batch.
    """
    done, total = 0, len(params.names)
    while done < total:
        running.stop_if_cancelled()
        batch = params.names[done : done + BATCH]
        try:
            storage.destroy_snapshots(params.dataset, batch)
        except SubsystemError as refused:
            behind = f"{done} of {total} were destroyed before it." if done else ""
            raise (refused.adding(behind) if behind else refused) from refused
        done += len(batch)
        running.report(phase="destroying", done=done, total=total, unit="snapshots")
    return Result(destroyed=done)
