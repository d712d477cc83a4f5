"""Let a scrub stand still."""

from collections.abc import Sequence

from pydantic import Field

from calypso.drivers.storage import Storage
from calypso.models.jobtype import Cancel, JobParams, JobResult, OnLost, job
from calypso.models.lock import Lock, present
from calypso.models.names import PoolName
from calypso.models.running import RunningJob


class Params(JobParams):
    """Which pool."""

    pool: PoolName = Field(
        description="Pool whose scrub is paused.", json_schema_extra={"x-choices": "storage/pools"}
    )

    def locks(self) -> Sequence[Lock]:
        # Not "scan": the job that scrubs holds that, and goes on to watch the paused scrub.
        return [present("storage", self.pool)]

    def title(self) -> str:
        return f"Pause scrub of pool {self.pool}"


class Result(JobResult):
    """How far the scrub is."""

    percent: float | None


@job(
    "storage.pool_scrub_pause",
    driver=Storage,
    permission="storage:operate",
    timeout_s=900,
    cancel=Cancel.BEFORE_START,
    on_lost=OnLost.REQUEUE,
    schedulable=True,
)
def pause_scrub(params: Params, storage: Storage, running: RunningJob) -> Result:
    """Let a scrub stand still, keeping how far it is.

    The job that scrubs stays until somebody resumes the scrub (storage.pool_scrub with action
    resume) or cancels it.
    """
    running.report(phase="pausing")
    return Result(percent=storage.pause_scrub(params.pool).percent)
