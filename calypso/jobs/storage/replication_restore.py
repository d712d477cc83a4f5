"""Bring a replica back, as a new dataset."""

from collections.abc import Sequence

from pydantic import Field

from calypso.drivers.storage import DatasetExists, DatasetMissing, SendOptions, Storage
from calypso.jobs.storage._remote import Remote
from calypso.jobs.storage._replicating import Order, Replication, refuse_overlap
from calypso.models.jobtype import Cancel, JobParams, JobResult, Retry, job
from calypso.models.lock import Lock, exclusive, present
from calypso.models.names import DatasetName, SnapshotName
from calypso.models.running import RunningJob

TIMEOUT_S = 7 * 86400
STALL_S = 1800


class Params(JobParams):
    """Which replica, and the dataset it becomes."""

    replica: DatasetName = Field(description="Dataset that holds the copy.")
    remote: Remote | None = Field(
        default=None, description="The machine it is on; empty: this one."
    )
    snapshot: SnapshotName | None = Field(
        default=None, description="Part after the @; the newest snapshot when empty."
    )
    target: DatasetName = Field(description="Dataset to restore into; must not exist.")
    recursive: bool = Field(default=False, description="Also every dataset below.")
    all_snapshots: bool = Field(default=False, description="Also the snapshots before that one.")
    raw: bool = Field(
        default=False, description="Bring blocks as they are encrypted; unlock it afterwards."
    )
    rate_bytes_per_s: int | None = Field(
        default=None, ge=1024, description="No faster than this; empty: as fast as it goes."
    )
    stall_s: int = Field(
        default=STALL_S, ge=10, le=86400, description="End it when nothing comes for so long."
    )

    def locks(self) -> Sequence[Lock]:
        here = [present("storage", self.replica), present("snapshots", self.replica)]
        source = here if self.remote is None else self.remote.reads(self.replica)
        return [*source, exclusive("storage", self.target), exclusive("snapshots", self.target)]

    def title(self) -> str:
        there = "" if self.remote is None else f"{self.remote.host}:"
        return f"Restore {there}{self.replica} to {self.target}"


class Result(JobResult):
    """What was brought back."""

    snapshot: str
    sent_bytes: int
    sent_snapshots: int


@job(
    "storage.replication_restore",
    driver=Storage,
    permission="storage:configure",
    timeout_s=TIMEOUT_S,
    cancel=Cancel.ANYTIME,
    retry=Retry(attempts=5, first_s=10),
    stall_s=STALL_S,
)
def restore(params: Params, storage: Storage, running: RunningJob) -> Result:
    """Bring a replica back, as a new dataset.

    What is there already is never touched: roll back, or rename, once you have looked at it.
    """
    if params.remote is None:
        refuse_overlap(params.replica, params.target)
    _refuse_existing(params, storage, running)
    source = storage if params.remote is None else params.remote.open(storage, running)
    order = Order(
        source=params.replica,
        target=params.target,
        snapshot=params.snapshot,
        recursive=params.recursive,
        with_those_between=params.all_snapshots,
        options=SendOptions(
            raw=params.raw, rate_bytes_per_s=params.rate_bytes_per_s, stall_s=params.stall_s
        ),
        timeout_s=TIMEOUT_S,
    )
    moved = Replication(order, source, storage, running).run()
    return Result(
        snapshot=moved.snapshot,
        sent_bytes=moved.sent_bytes,
        sent_snapshots=moved.sent_snapshots,
    )


def _refuse_existing(params: Params, storage: Storage, running: RunningJob) -> None:
    """Refuse a target that is there, unless an earlier attempt of this job began it."""
    if running.external == params.target:
        return
    try:
        storage.dataset(params.target)
    except DatasetMissing:
        running.remember(params.target)
        return
    raise DatasetExists(f"{params.target} exists. Restore into a dataset that does not yet.")
