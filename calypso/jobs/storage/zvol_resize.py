"""Make a volume larger."""

from collections.abc import Sequence

from pydantic import Field

from calypso.drivers.storage import Storage
from calypso.models.jobtype import Cancel, JobParams, JobResult, OnLost, job
from calypso.models.lock import Lock, exclusive
from calypso.models.names import DatasetName
from calypso.models.running import RunningJob


class Params(JobParams):
    """Which volume, and its new size."""

    dataset: DatasetName = Field(
        description="Volume to make larger.", json_schema_extra={"x-choices": "storage/datasets"}
    )
    size_bytes: int = Field(
        ge=1 << 20, le=1 << 60, description="Its new size; rounded up to whole blocks."
    )

    def locks(self) -> Sequence[Lock]:
        return [exclusive("storage", self.dataset)]

    def title(self) -> str:
        return f"Resize {self.dataset} to {self.size_bytes} bytes"


class Result(JobResult):
    """The size it has now."""

    size_bytes: int


@job(
    "storage.zvol_resize",
    driver=Storage,
    permission="storage:configure",
    timeout_s=600,
    cancel=Cancel.BEFORE_START,
    on_lost=OnLost.REQUEUE,
)
def resize(params: Params, storage: Storage, running: RunningJob) -> Result:
    """Make a volume larger.

    A smaller size is refused: `storage.zvol_shrink` does that on purpose. Who uses the volume sees
    its new size when they look again.
    """
    running.report(phase="resizing")
    volume = storage.resize_volume(params.dataset, params.size_bytes)
    return Result(size_bytes=volume.size_bytes or 0)
