"""Let a clone and the dataset it comes from change places."""

from collections.abc import Sequence

from pydantic import Field

from calypso.drivers.storage import Storage
from calypso.models.jobtype import Cancel, JobParams, NoResult, Plan, job
from calypso.models.lock import Lock, exclusive
from calypso.models.names import DatasetName
from calypso.models.running import RunningJob


class Params(JobParams):
    """Which clone of which dataset."""

    dataset: DatasetName = Field(
        description="Clone to promote.", json_schema_extra={"x-choices": "storage/datasets"}
    )
    origin: DatasetName = Field(
        description="Dataset it was cloned from; that one becomes its clone.",
        json_schema_extra={"x-choices": "storage/datasets"},
    )

    def locks(self) -> Sequence[Lock]:
        return [
            exclusive(tree, name)
            for tree in ("storage", "snapshots")
            for name in (self.dataset, self.origin)
        ]

    def title(self) -> str:
        return f"Promote {self.dataset}, a clone of {self.origin}"


def plan(params: Params, storage: Storage) -> Plan:
    """Return which snapshots would move."""
    return storage.plan_promote(params.dataset, params.origin)


@job(
    "storage.dataset_promote",
    driver=Storage,
    permission="storage:destroy",
    timeout_s=600,
    cancel=Cancel.BEFORE_START,
    destructive=True,
    plan=plan,
)
def promote(params: Params, storage: Storage, running: RunningJob) -> NoResult:
    """Let a clone and the dataset it comes from change places.

    The snapshots up to the one it was cloned from move to it, under its name.
    """
    running.report(phase="promoting")
    storage.promote(params.dataset, params.origin)
    return NoResult()
