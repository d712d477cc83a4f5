"""Bring a dataset's snapshots to another dataset, here or elsewhere."""

from collections.abc import Sequence
from enum import StrEnum

from pydantic import Field, model_validator

from calypso.drivers.storage import SendOptions, Storage
from calypso.jobs.storage._remote import Remote
from calypso.jobs.storage._replicating import Order, Replication, refuse_overlap
from calypso.jobs.storage._thinning import thin
from calypso.models.jobtype import Cancel, JobParams, JobResult, OnLost, Retry, job
from calypso.models.lock import Lock, exclusive, present
from calypso.models.names import DatasetName, DatasetPattern, SnapshotName
from calypso.models.retention import Retention
from calypso.models.running import RunningJob

TIMEOUT_S = 7 * 86400
STALL_S = 1800  # a large dataset may be looked through for long before its first byte


class Direction(StrEnum):
    """Which end is on the other machine."""

    LOCAL = "local"
    PUSH = "push"
    PULL = "pull"


class Params(JobParams):
    """From where to where, and how."""

    source: DatasetName = Field(
        description="Dataset to replicate.", json_schema_extra={"x-choices": "storage/datasets"}
    )
    target: DatasetName = Field(description="Dataset that receives; made at the first time.")
    direction: Direction = Field(
        default=Direction.LOCAL,
        description="push: the target is on the other machine; pull: the source is.",
    )
    remote: Remote | None = Field(default=None, description="The other machine; none for local.")
    snapshot: SnapshotName | None = Field(
        default=None, description="Part after the @; the newest snapshot when empty."
    )
    recursive: bool = Field(
        default=False, description="Also every dataset below that has a snapshot of that name."
    )
    exclude: tuple[DatasetPattern, ...] = Field(
        default=(), max_length=100, description="Datasets below to leave out; * crosses slashes."
    )
    all_snapshots: bool = Field(
        default=False, description="Also the snapshots between the common one and the wanted one."
    )
    raw: bool = Field(
        default=False, description="Send blocks as they are encrypted: the target needs no key."
    )
    compressed: bool = Field(default=False, description="Send compressed blocks as they are.")
    large_blocks: bool = Field(default=False, description="Keep blocks larger than 128 KiB whole.")
    properties: bool = Field(
        default=False, description="Send the properties too, but not where it is mounted."
    )
    allow_from_scratch: bool = Field(
        default=False,
        description="Without a common snapshot: rename the present target and send all anew.",
    )
    rate_bytes_per_s: int | None = Field(
        default=None, ge=1024, description="Send no faster than this; empty: as fast as it goes."
    )
    stall_s: int = Field(
        default=STALL_S, ge=10, le=86400, description="End it when nothing is sent for so long."
    )
    target_retention: Retention | None = Field(
        default=None,
        description="What each target keeps afterwards, by counts; empty: everything.",
    )
    keep_partial: bool = Field(
        default=True, description="After a cancel keep what can be resumed, if the product can."
    )

    @model_validator(mode="after")
    def _names_the_other_machine(self) -> "Params":
        if (self.remote is None) != (self.direction is Direction.LOCAL):
            raise ValueError("name the other machine to push or pull, and none for local")
        return self

    @model_validator(mode="after")
    def _counts_what_stays(self) -> "Params":
        if self.target_retention is not None and self.target_retention.lifetime is not None:
            # A clock that jumped must not empty a replica.
            raise ValueError("a target keeps so many of each period; it has no lifetime")
        return self

    def locks(self) -> Sequence[Lock]:
        return [*self._source_locks(), *self._target_locks()]

    def _source_locks(self) -> list[Lock]:
        if self.remote is not None and self.direction is Direction.PULL:
            return self.remote.reads(self.source)
        return [present("storage", self.source), present("snapshots", self.source)]

    def _target_locks(self) -> list[Lock]:
        if self.remote is not None and self.direction is Direction.PUSH:
            return self.remote.changes(self.target)
        return [exclusive("storage", self.target), exclusive("snapshots", self.target)]

    def title(self) -> str:
        there = "" if self.remote is None else self.remote.host
        source = f"{there}:{self.source}" if self.direction is Direction.PULL else self.source
        target = f"{there}:{self.target}" if self.direction is Direction.PUSH else self.target
        return f"Replicate {source} to {target}"

    def order(self) -> Order:
        """Return what to bring where, and how."""
        return Order(
            source=self.source,
            target=self.target,
            snapshot=self.snapshot,
            recursive=self.recursive,
            exclude=self.exclude,
            with_those_between=self.all_snapshots,
            allow_from_scratch=self.allow_from_scratch,
            keep_partial=self.keep_partial,
            options=SendOptions(
                raw=self.raw,
                compressed=self.compressed,
                large_blocks=self.large_blocks,
                properties=self.properties,
                rate_bytes_per_s=self.rate_bytes_per_s,
                stall_s=self.stall_s,
            ),
            timeout_s=TIMEOUT_S,
        )


class Result(JobResult):
    """What was moved. `base` is empty after a full transfer; nothing to do is a success."""

    snapshot: str
    base: str | None
    sent_bytes: int
    sent_snapshots: int = 0
    nothing_to_do: bool = False
    resumed: bool = False
    thinned: int = 0  # snapshots of the target that went, as target_retention says


@job(
    "storage.replication_run",
    driver=Storage,
    permission="storage:configure",  # it sends data away, and thins replicas
    timeout_s=TIMEOUT_S,
    cancel=Cancel.ANYTIME,
    on_lost=OnLost.REQUEUE,
    retry=Retry(attempts=5, first_s=10),
    schedulable=True,
    stall_s=STALL_S,
)
def replicate(params: Params, storage: Storage, running: RunningJob) -> Result:
    """Bring a dataset's snapshots to another dataset, here or elsewhere.

    Full at the first time, then only the difference from the newest common snapshot. A cancel
    ends both sides; the target is then as it was, or can be resumed, and the job says which.
    """
    if params.remote is None:
        refuse_overlap(params.source, params.target)
    source, target = _ends(params, storage, running)
    replication = Replication(params.order(), source, target, running)
    moved = replication.run()
    policy = params.target_retention
    thinned = sum(thin(policy, target, name, running) for name in replication.targets if policy)
    return Result(
        snapshot=moved.snapshot,
        base=moved.base,
        sent_bytes=moved.sent_bytes,
        sent_snapshots=moved.sent_snapshots,
        nothing_to_do=not moved.sent_snapshots,
        resumed=moved.resumed,
        thinned=thinned,
    )


def _ends(params: Params, storage: Storage, running: RunningJob) -> tuple[Storage, Storage]:
    if params.remote is None:
        return storage, storage
    far = params.remote.open(storage, running)
    return (storage, far) if params.direction is Direction.PUSH else (far, storage)
