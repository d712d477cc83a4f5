"""Lock an encrypted dataset."""

from collections.abc import Sequence

from pydantic import Field

from calypso.drivers.storage import Storage
from calypso.models.jobtype import Cancel, JobParams, JobResult, OnLost, job
from calypso.models.lock import Lock, exclusive
from calypso.models.names import DatasetName
from calypso.models.running import RunningJob


class Params(JobParams):
    """Which dataset."""

    dataset: DatasetName = Field(
        description="Dataset to lock.", json_schema_extra={"x-choices": "storage/datasets"}
    )
    recursive: bool = Field(
        default=False, description="Also datasets below that have keys of their own."
    )

    def locks(self) -> Sequence[Lock]:
        return [exclusive("storage", self.dataset)]

    def title(self) -> str:
        return f"Lock {self.dataset}"


class Result(JobResult):
    """Whose keys are forgotten."""

    locked: tuple[str, ...]


@job(
    "storage.dataset_lock",
    driver=Storage,
    permission="storage:operate",
    timeout_s=3600,
    cancel=Cancel.CHECKPOINT,
    on_lost=OnLost.REQUEUE,
)
def lock(params: Params, storage: Storage, running: RunningJob) -> Result:
    """Lock an encrypted dataset.

    It is unmounted with all below it, and its key is forgotten. One that somebody uses is
    refused, and stays mounted.
    """
    names = _unlocked(params, storage)
    for done, name in enumerate(names):
        running.stop_if_cancelled()
        running.report(phase="locking", done=done, total=len(names), unit="keys")
        storage.lock(name)
    running.report(done=len(names), total=len(names), unit="keys")
    return Result(locked=tuple(names))


def _unlocked(params: Params, storage: Storage) -> list[str]:
    """Return whose keys to forget, deepest first; the one asked for is always among them."""
    listed = storage.encryption(params.dataset) if params.recursive else []
    below = [one.dataset for one in listed if one.is_root and one.is_unlocked]
    rest = [name for name in below if name != params.dataset]
    return [*sorted(rest, key=lambda name: -name.count("/")), params.dataset]
