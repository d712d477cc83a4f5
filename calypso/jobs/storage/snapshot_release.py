"""Let a snapshot be destroyed again."""

from pydantic import Field

from calypso.drivers.storage import Storage
from calypso.errors import InUse
from calypso.jobs.storage._holding import AnyTag, SnapshotParams, job_of_token, walk
from calypso.models.jobtype import Cancel, JobResult, OnLost, job
from calypso.models.running import RunningJob


class Params(SnapshotParams):
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

    A hold that is not there is fine. Holds whose names begin with calypso- are those of jobs: of
    one that has not ended it is refused, since that job counts on it.
    """
    _refuse_needed(params, running)
    names = walk(
        params, storage, running, lambda one: storage.release(one.name, params.tag), "releasing"
    )
    return Result(released=names)


def _refuse_needed(params: Params, running: RunningJob) -> None:
    """Refuse to take away what an unfinished job holds; of one nobody knows, only warn."""
    holder = job_of_token(params.tag)
    if holder is None:
        return
    found = running.job(holder)
    if found is None:
        running.warn("unknown_job", f"The job of {params.tag} is not on record here.")
    elif not found.state.is_terminal:
        raise InUse(
            f"{params.snapshot} is held by the job {found.title} ({holder}), which is "
            f"{found.state.value}. Cancel that job, or wait for its end: the hold goes with it.",
            holder_job=holder,
        )
