"""Make a media pool."""

from collections.abc import Sequence

from pydantic import Field

from calypso.jobs.tape._pools import rules_lock
from calypso.models.jobtype import Cancel, JobParams, NoResult, OnLost, job
from calypso.models.lock import Lock
from calypso.models.media import MediaPool, MediaPoolName, PoolRules
from calypso.models.running import RunningJob


class Params(JobParams, PoolRules):
    """The pool and its rules."""

    pool: MediaPoolName = Field(description="Name of the pool.")

    def locks(self) -> Sequence[Lock]:
        return [rules_lock(self.pool)]

    def title(self) -> str:
        return f"Make media pool {self.pool}"


@job(
    "tape.pool_create",
    permission="tape:configure",
    timeout_s=60,
    cancel=Cancel.BEFORE_START,
    on_lost=OnLost.REQUEUE,
)
def create_pool(params: Params, _driver: None, running: RunningJob) -> NoResult:
    """Make a media pool.

    One of the same name and rules is fine. It has no cartridges yet: tape.media_assign.
    """
    running.media.create_pool(MediaPool(name=params.pool, **params.model_dump(exclude={"pool"})))
    return NoResult()
