"""Look for new disks, and for disks that have grown."""

from pydantic import Field

from calypso.drivers.storage import Storage
from calypso.models.jobtype import Cancel, JobParams, JobResult, OnLost, job
from calypso.models.running import RunningJob


class Params(JobParams):
    """Nothing to choose."""

    def title(self) -> str:
        return "Look for new disks"

    def dedupe_key(self) -> str | None:
        return "storage.disk_rescan"


class Result(JobResult):
    """Which disks are there now that were not, and which are gone."""

    disks: int
    appeared: tuple[str, ...] = Field(default=())
    vanished: tuple[str, ...] = Field(default=())


@job(
    "storage.disk_rescan",
    driver=Storage,
    permission="storage:operate",
    timeout_s=1800,
    cancel=Cancel.CHECKPOINT,
    on_lost=OnLost.REQUEUE,
)
def rescan_disks(params: Params, storage: Storage, running: RunningJob) -> Result:  # noqa: ARG001 - none to read
    """Look for new disks, and for disks that have grown."""
    before = {one.path for one in storage.disks()}
    hosts = storage.disk_hosts()
    for done, host in enumerate(hosts):
        running.stop_if_cancelled()
        running.report(phase="looking", done=done, total=len(hosts), unit="controllers")
        storage.rescan_host(host)
    running.report(phase="settling", done=len(hosts), total=len(hosts), unit="controllers")
    storage.settle_disks()
    after = {one.path for one in storage.disks()}
    return Result(
        disks=len(after),
        appeared=tuple(sorted(after - before)),
        vanished=tuple(sorted(before - after)),
    )
