"""Bring a dataset's snapshot to another dataset."""

from collections.abc import Sequence

from pydantic import Field

from calypso.drivers.storage import (
    BaseMissing,
    DatasetMissing,
    Snapshot,
    SnapshotMissing,
    Storage,
)
from calypso.errors import FieldError, Invalid, JobCancelled
from calypso.models.jobtype import Cancel, JobParams, JobResult, OnLost, Retry, job
from calypso.models.lock import Lock, exclusive, present
from calypso.models.names import DatasetName, SnapshotName, split_snapshot
from calypso.models.running import RunningJob

TIMEOUT_S = 7 * 86400


class Params(JobParams):
    """From where to where."""

    source: DatasetName = Field(
        description="Dataset to replicate.", json_schema_extra={"x-choices": "storage/datasets"}
    )
    target: DatasetName = Field(description="Dataset that receives; made at the first time.")
    snapshot: SnapshotName | None = Field(
        default=None, description="Part after the @; the newest snapshot when empty."
    )
    keep_partial: bool = Field(
        default=True, description="After a cancel keep what can be resumed, if the product can."
    )

    def locks(self) -> Sequence[Lock]:
        return [
            present("storage", self.source),
            present("snapshots", self.source),
            exclusive("storage", self.target),
            exclusive("snapshots", self.target),
        ]

    def title(self) -> str:
        return f"Replicate {self.source} to {self.target}"


class Result(JobResult):
    """What was moved. `base` is empty after a full transfer; nothing to do is a success."""

    snapshot: str
    base: str | None
    sent_bytes: int
    nothing_to_do: bool = False
    resumed: bool = False


@job(
    "storage.replication_run",
    driver=Storage,
    permission="storage:operate",
    timeout_s=TIMEOUT_S,
    cancel=Cancel.ANYTIME,
    on_lost=OnLost.REQUEUE,
    retry=Retry(attempts=5, first_s=10),
    schedulable=True,
    stall_s=1800,  # a large dataset may be looked through for long before its first byte
)
def replicate(params: Params, storage: Storage, running: RunningJob) -> Result:
    """Bring a dataset's snapshot to another dataset on this node.

    Full at the first time, then only the difference from the newest common snapshot. A cancel
    ends both sides; the target is then as it was, or can be resumed, and the job says which.
    """
    _refuse_overlap(params)
    running.report(phase="comparing")
    snapshot, base, there = _choose(params, storage)
    if there:
        running.log(f"{params.target} has {snapshot.name} already")
        return Result(snapshot=snapshot.name, base=None, sent_bytes=0, nothing_to_do=True)
    kept = [one.name for one in (snapshot, base) if one is not None]
    for name in kept:
        storage.hold(name, running.token)
        for token in running.earlier_tokens:
            storage.release(name, token)
    try:
        return _transfer(params, storage, running, snapshot, base)
    finally:
        with running.tidying():
            for name in kept:
                storage.release(name, running.token)


def _transfer(
    params: Params,
    storage: Storage,
    running: RunningJob,
    snapshot: Snapshot,
    base: Snapshot | None,
) -> Result:
    def show(done_bytes: int, total_bytes: int | None) -> None:
        running.report(done=done_bytes, total=total_bytes, unit="bytes")

    running.report(phase="sending", done=0, unit="bytes")
    try:
        sent = storage.send(
            snapshot.name,
            params.target,
            base=None if base is None else split_snapshot(base.name)[1],
            on_bytes=show,
            timeout_s=TIMEOUT_S,
        )
    except JobCancelled as stopped:
        with running.tidying():
            raise JobCancelled(_left_behind(params, storage)) from stopped
    running.report(phase="done", done=sent.sent_bytes, total=sent.sent_bytes, unit="bytes")
    return Result(
        snapshot=sent.snapshot, base=sent.base, sent_bytes=sent.sent_bytes, resumed=sent.resumed
    )


def _left_behind(params: Params, storage: Storage) -> str:
    """Say in which state a cut transfer leaves the target; throw the rest away unless kept."""
    if storage.resume_token(params.target) is None:
        storage.abandon(params.target)
        return f"Cancelled. {params.target} is as it was before."
    if params.keep_partial:
        return (
            f"Cancelled. {params.target} keeps what it received; run the replication again "
            "and it goes on from there."
        )
    storage.abandon(params.target)
    return f"Cancelled. What {params.target} had received of this was thrown away."


def _choose(params: Params, storage: Storage) -> tuple[Snapshot, Snapshot | None, bool]:
    """Return what to send, from which base, and whether the target has it already."""
    source = storage.snapshots(params.source)
    snapshot = _wanted(params, source)
    try:
        target = {one.guid for one in storage.snapshots(params.target)}
        storage.dataset(params.target)
    except DatasetMissing:
        return snapshot, None, False
    if snapshot.guid in target:
        return snapshot, None, True
    common = [one for one in source if one.guid in target and one.order < snapshot.order]
    if not common:
        raise BaseMissing(
            f"{params.target} exists, but has no snapshot in common with {params.source}. "
            "Choose a target that does not exist yet, or destroy this one first."
        )
    return snapshot, max(common, key=lambda one: one.order), False


def _wanted(params: Params, source: Sequence[Snapshot]) -> Snapshot:
    if not source:
        raise SnapshotMissing(f"{params.source} has no snapshot to send. Take one first.")
    if params.snapshot is None:
        return max(source, key=lambda one: one.order)
    for one in source:
        if one.name == f"{params.source}@{params.snapshot}":
            return one
    raise SnapshotMissing(f"There is no snapshot {params.source}@{params.snapshot}.")


def _refuse_overlap(params: Params) -> None:
    inner, outer = f"{params.target}/", f"{params.source}/"
    if inner.startswith(outer) or outer.startswith(inner):
        message = f"{params.target} and {params.source} lie in each other."
        raise Invalid(message, [FieldError("/params/target", "overlap", message)])
