"""Remove a media pool."""

from collections.abc import Sequence

from pydantic import Field

from calypso.jobs.tape._pools import POOLS, pool_lock, rules_lock
from calypso.models.jobtype import Cancel, JobParams, NoResult, OnLost, job
from calypso.models.lock import Lock
from calypso.models.media import MediaPoolName
from calypso.models.running import RunningJob


class Params(JobParams):
    """Which pool."""

    pool: MediaPoolName = Field(
        description="Pool to remove.", json_schema_extra={"x-choices": POOLS}
    )

    def locks(self) -> Sequence[Lock]:
        return [pool_lock(self.pool), rules_lock(self.pool)]

    def title(self) -> str:
        return f"Remove media pool {self.pool}"


@job(
    "tape.pool_delete",
    permission="tape:configure",
    timeout_s=60,
    cancel=Cancel.BEFORE_START,
    on_lost=OnLost.REQUEUE,
)
def delete_pool(params: Params, _driver: None, running: RunningJob) -> NoResult:
    """Remove a media pool.

    Only one without cartridges; one that is gone already is fine. Archives stay on record.
    """
    running.media.delete_pool(params.pool)
    return NoResult()
