"""Bring a dataset back to a snapshot."""

from collections.abc import Sequence

from pydantic import Field

from calypso.drivers.storage import Storage
from calypso.models.jobtype import Cancel, JobParams, NoResult, Plan, job
from calypso.models.lock import Lock, exclusive
from calypso.models.names import DatasetName, FullSnapshotName, split_snapshot
from calypso.models.running import RunningJob


class Params(JobParams):
    """Where to go back to."""

    snapshot: FullSnapshotName = Field(
        description="Snapshot to go back to.", json_schema_extra={"x-choices": "storage/snapshots"}
    )
    destroy_newer: bool = Field(
        default=False, description="Also destroy the snapshots taken since."
    )

    destroy_clones: tuple[DatasetName, ...] = Field(
        default=(), max_length=100, description="All that was cloned from those; it goes as well."
    )

    def locks(self) -> Sequence[Lock]:
        dataset, _ = split_snapshot(self.snapshot)
        return [
            exclusive(tree, name)
            for tree in ("storage", "snapshots")
            for name in (dataset, *self.destroy_clones)
        ]

    def title(self) -> str:
        return f"Roll back to {self.snapshot}"


def plan(params: Params, storage: Storage) -> Plan:
    """Return what would be lost."""
    return storage.plan_rollback(
        params.snapshot,
        destroy_newer=params.destroy_newer,
        destroy_clones=params.destroy_clones,
    )


@job(
    "storage.snapshot_rollback",
    driver=Storage,
    permission="storage:destroy",
    timeout_s=6 * 3600,
    cancel=Cancel.BEFORE_START,
    destructive=True,
    plan=plan,
)
def roll_back(params: Params, storage: Storage, running: RunningJob) -> NoResult:
    """Bring a dataset back to a snapshot.

    Everything written since is lost; newer snapshots, and their clones, only go when
    asked.
    """
    running.report(phase="rolling back")
    storage.rollback(
        params.snapshot,
        destroy_newer=params.destroy_newer,
        destroy_clones=params.destroy_clones,
    )
    return NoResult()
