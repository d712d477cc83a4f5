"""Let a snapshot be pruned again."""

from calypso.drivers.storage import Storage
from calypso.jobs.storage._holding import SnapshotParams, walk
from calypso.models.jobtype import Cancel, JobResult, OnLost, job
from calypso.models.running import RunningJob


class Params(SnapshotParams):
    """Which snapshot."""

    def title(self) -> str:
        return f"Protect {self.snapshot} no longer"


class Result(JobResult):
    """Which snapshots are as protected as their datasets."""

    unprotected: tuple[str, ...]


@job(
    "storage.snapshot_unprotect",
    driver=Storage,
    permission="storage:destroy",
    timeout_s=3600,
    cancel=Cancel.CHECKPOINT,
    on_lost=OnLost.REQUEUE,
)
def unprotect(params: Params, storage: Storage, running: RunningJob) -> Result:
    """Let a snapshot be pruned again, when no task keeps it any longer.

    One whose dataset is protected as a whole stays protected with it.
    """
    names = walk(params, storage, running, lambda one: storage.unprotect(one.name), "unprotecting")
    return Result(unprotected=names)
