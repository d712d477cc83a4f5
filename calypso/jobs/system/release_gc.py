"""Remove releases that nobody needs."""

from collections.abc import Sequence

from pydantic import Field

from calypso.drivers.system import System
from calypso.models.jobtype import Cancel, JobParams, JobResult, OnLost, job
from calypso.models.lock import Lock, exclusive
from calypso.models.running import RunningJob


class Params(JobParams):
    """How many stay."""

    keep: int = Field(
        default=3,
        ge=2,
        le=100,
        description="How many releases stay: the one in use, the one before, then the newest.",
    )

    def locks(self) -> Sequence[Lock]:
        return [exclusive("system", "release")]

    def title(self) -> str:
        return f"Remove old releases but {self.keep}"


class Result(JobResult):
    """What went."""

    removed: list[str] = Field(
        description="Releases, and folders of what was put by when a release was left."
    )


@job(
    "system.release_gc",
    driver=System,
    permission="system:configure",
    timeout_s=1800,
    cancel=Cancel.CHECKPOINT,
    on_lost=OnLost.REQUEUE,
    schedulable=True,
)
def remove_releases(params: Params, system: System, running: RunningJob) -> Result:
    """Remove old releases.

    Never the one in use, the one before it, one whose workers still finish a job, or one that was
    fetched to be put in use. Database dumps that no rollback would bring back go with them.
    """
    removed: list[str] = []
    for what in system.remove_spare(params.keep):
        removed.append(what)
        running.log(f"{what} is removed")
        running.stop_if_cancelled()
    return Result(removed=removed)
