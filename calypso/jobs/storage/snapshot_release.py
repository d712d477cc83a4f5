"""Let a snapshot be destroyed again."""

from pydantic import Field

from calypso.drivers.storage import Storage
from calypso.jobs.storage._holding import AnyTag, HoldParams, walk
from calypso.models.jobtype import Cancel, JobResult, OnLost, job
from calypso.models.running import RunningJob


class Params(HoldParams):
    """Which snapshot, and which hold of it."""

    tag: AnyTag = Field(description="Name of the hold.")

    def title(self) -> str:
        return f"Release {self.snapshot} from {self.tag}"


class Result(JobResult):
    """Which snapshots are no longer held by this name."""

    released: tuple[str, ...]


@job(
    "storage.snapshot_release",
    driver=Storage,
    permission="storage:operate",
    timeout_s=3600,
    cancel=Cancel.CHECKPOINT,
    on_lost=OnLost.REQUEUE,
)
def release(params: Params, storage: Storage, running: RunningJob) -> Result:
    """Let a snapshot be destroyed again, as far as this hold is concerned.

    A hold that is not there is fine. Holds whose names begin with calypso- are
    those of jobs; a running job of that id counts on them.
    """
    names = walk(
        params, storage, running, lambda name: storage.release(name, params.tag), "releasing"
    )
    return Result(released=names)
