"""Make a volume smaller; its end is lost."""

from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from calypso.drivers.storage import Storage
from calypso.models.jobtype import Cancel, JobParams, JobResult, Plan, job
from calypso.models.lock import Lock, exclusive
from calypso.models.names import DatasetName
from calypso.models.running import RunningJob


class Params(JobParams):
    """Which volume, and its new size."""

    dataset: DatasetName = Field(
        description="Volume to make smaller.", json_schema_extra={"x-choices": "storage/datasets"}
    )
    size_bytes: int = Field(
        ge=1 << 20, le=1 << 60, description="Its new size; rounded up to whole blocks."
    )
    lose_the_end: Literal[True] = Field(
        description="Say that what lies beyond the new size may be lost."
    )

    def locks(self) -> Sequence[Lock]:
        return [exclusive("storage", self.dataset)]

    def title(self) -> str:
        return f"Shrink {self.dataset} to {self.size_bytes} bytes"


class Result(JobResult):
    """The size it has now."""

    size_bytes: int


def plan(params: Params, storage: Storage) -> Plan:
    """Return how much would be lost."""
    return storage.plan_resize_volume(params.dataset, params.size_bytes)


@job(
    "storage.zvol_shrink",
    driver=Storage,
    permission="storage:destroy",
    timeout_s=600,
    cancel=Cancel.BEFORE_START,
    destructive=True,
    plan=plan,
)
def shrink(params: Params, storage: Storage, running: RunningJob) -> Result:
    """Make a volume smaller; what lies beyond its new end is lost.

    Shrink the file system in it first. One that somebody uses is refused.
    """
    running.report(phase="shrinking")
    volume = storage.resize_volume(params.dataset, params.size_bytes, shrink=True)
    return Result(size_bytes=volume.size_bytes or 0)
