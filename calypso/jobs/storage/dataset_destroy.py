"""Destroy a dataset."""

from collections.abc import Sequence

from pydantic import Field

from calypso.drivers.storage import Storage
from calypso.models.jobtype import Cancel, JobParams, NoResult, Plan, job
from calypso.models.lock import Lock, exclusive
from calypso.models.names import DatasetName
from calypso.models.running import RunningJob


class Params(JobParams):
    """Which dataset, and whether with all that depends on it."""

    dataset: DatasetName = Field(
        description="Dataset to destroy.", json_schema_extra={"x-choices": "storage/datasets"}
    )
    recursive: bool = Field(default=False, description="Also its snapshots and every child.")

    def locks(self) -> Sequence[Lock]:
        return [exclusive("storage", self.dataset), exclusive("snapshots", self.dataset)]

    def title(self) -> str:
        return f"Destroy dataset {self.dataset}"


def plan(params: Params, storage: Storage) -> Plan:
    """Return what would be lost."""
    return storage.plan_destroy_dataset(params.dataset, recursive=params.recursive)


@job(
    "storage.dataset_destroy",
    driver=Storage,
    permission="storage:destroy",
    timeout_s=3600,
    cancel=Cancel.BEFORE_START,
    destructive=True,
    plan=plan,
)
def destroy_dataset(params: Params, storage: Storage, running: RunningJob) -> NoResult:
    """Destroy a dataset.

    One that somebody uses is refused before anything of it is lost.
    """
    running.report(phase="destroying")
    storage.destroy_dataset(params.dataset, recursive=params.recursive)
    return NoResult()
