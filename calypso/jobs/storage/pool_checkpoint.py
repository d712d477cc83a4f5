"""Keep the state of a pool to go back to, or give that up."""

from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from calypso.drivers.storage import Storage
from calypso.jobs.storage._showing import shower
from calypso.models.jobtype import Cancel, JobParams, NoResult, job
from calypso.models.lock import Lock, exclusive, present
from calypso.models.names import PoolName
from calypso.models.running import RunningJob

TIMEOUT_S = 7 * 86400


class Params(JobParams):
    """Which pool, and what becomes of its checkpoint."""

    pool: PoolName = Field(
        description="Pool of the checkpoint.", json_schema_extra={"x-choices": "storage/pools"}
    )
    action: Literal["create", "discard"] = Field(
        description="Keep the present state to go back to, or give the kept one up."
    )

    def locks(self) -> Sequence[Lock]:
        # To discard takes as long as there is to free, and holds nobody up.
        lock = exclusive if self.action == "create" else present
        return [lock("storage", self.pool), exclusive("checkpoint", self.pool)]

    def title(self) -> str:
        return f"{self.action.capitalize()} checkpoint of pool {self.pool}"


@job(
    "storage.pool_checkpoint",
    driver=Storage,
    permission="storage:configure",
    timeout_s=TIMEOUT_S,
    cancel=Cancel.BEFORE_START,
)
def checkpoint_pool(params: Params, storage: Storage, running: RunningJob) -> NoResult:
    """Keep the state of a pool to go back to, or give that up.

    While there is a checkpoint, space that was in use is not given back, and no device can be
    removed, attached or detached.
    """
    if params.action == "create":
        running.report(phase="creating")
        storage.create_checkpoint(params.pool)
    else:
        show = shower(running, "discarding")
        storage.discard_checkpoint(params.pool, on_activity=show, timeout_s=TIMEOUT_S)
    return NoResult()
