"""Take a snapshot."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Self
from uuid import UUID

from pydantic import Field, model_validator

from calypso.drivers.storage import HasClones, Held, Snapshot, SnapshotExists, Storage
from calypso.errors import CallerError, Conflict, Unavailable
from calypso.jobs.storage._holding import HoldTag
from calypso.models.clock import now
from calypso.models.jobtype import Cancel, JobParams, JobResult, OnLost, job
from calypso.models.lock import Lock, exclusive, present
from calypso.models.names import (
    DatasetName,
    DatasetPattern,
    SnapshotName,
    is_excluded,
    split_snapshot,
)
from calypso.models.naming import DEFAULT_SCHEMA, NamingSchema, name_at
from calypso.models.running import RunningJob
from calypso.models.snapshot_task import SNAPSHOTS

UNSCHEDULED_SCHEMA = "manual-%Y-%m-%d_%H-%M-%S%z"  # of which no task thinks that it is its own


class Params(JobParams):
    """What to snapshot and how to call it."""

    dataset: DatasetName = Field(
        description="Filesystem or volume to snapshot.",
        json_schema_extra={"x-choices": "storage/datasets"},
    )
    name: SnapshotName | None = Field(
        default=None, description="Part after the @; by the naming schema when empty."
    )
    naming_schema: NamingSchema | None = Field(
        default=None,
        description="How a schedule names its snapshots, by the time of the slot in its zone; "
        f"{DEFAULT_SCHEMA} when empty.",
    )
    recursive: bool = Field(default=False, description="Also every child, at the same instant.")
    exclude: tuple[DatasetPattern, ...] = Field(
        default=(), max_length=100,
        description="Children left out: by name with all below, or by a pattern; * goes across /.",
    )  # fmt: skip
    allow_empty: bool = Field(
        default=True,
        description="Keep it even if nothing was written since the one before, in no child either.",
    )
    hold: HoldTag | None = Field(
        default=None, description="Hold it under this tag: it stays until somebody releases it."
    )
    task: UUID | None = Field(
        default=None, description="The schedule whose snapshot this is; the schedule fills it in."
    )

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if self.exclude and not self.recursive:
            raise ValueError("Only children can be left out: exclude needs recursive.")
        if is_excluded(self.dataset, self.exclude):
            raise ValueError(f"exclude leaves out {self.dataset} itself.")
        if self.naming_schema and " " in self.naming_schema:
            raise ValueError("A blank in the name of a snapshot is read, but not made here.")
        return self

    def locks(self) -> Sequence[Lock]:
        # Not the dataset's snapshots: what is sent for hours must not hold up the next one.
        taken = exclusive("snapshots", self.dataset, f"@{self.name}") if self.name else None
        return [present("storage", self.dataset), taken or present("snapshots", self.dataset)]

    def title(self) -> str:
        return f"Snapshot {self.dataset}"

    def for_slot(self, schedule: UUID, slot: datetime) -> Self:
        name = self.name or name_at(self.naming_schema or DEFAULT_SCHEMA, slot)
        return self.model_copy(update={"name": name, "task": schedule})


class Result(JobResult):
    """The snapshot that was taken. `is_kept`: false when it was empty, and so is gone again."""

    snapshot: str
    is_kept: bool = True


@job(
    SNAPSHOTS,
    driver=Storage,
    permission="storage:operate",
    timeout_s=6 * 3600,  # the directory product copies where it cannot share blocks
    cancel=Cancel.ANYTIME,
    on_lost=OnLost.REQUEUE,
    schedulable=True,
    retains=True,
)
def create_snapshot(params: Params, storage: Storage, running: RunningJob) -> Result:
    """Take a snapshot.

    Atomic: with `recursive` either every child that is not left out has the snapshot or none has.
    One that is there already is taken for this one where the same task has taken it by the same
    name, so a rerun after its worker was lost takes no second one; where another task has, the
    two share it. After a schedule's snapshot, those go that the schedule keeps no longer.
    """
    name = running.external or params.name or _unscheduled_name(params)
    full = f"{params.dataset}@{name}"
    if not _is_taken(full, params, storage, running):
        running.remember(name)
        running.report(phase="snapshotting")
        _take(name, params, storage, running)
    is_kept = params.allow_empty or not _drop_empty(name, params, storage, running)
    if is_kept and params.hold:
        with running.tidying():
            for one in _all_of(name, params, storage):
                storage.hold(one.name, params.hold)
    _prune(params, running)
    return Result(snapshot=full, is_kept=is_kept)


def _unscheduled_name(params: Params) -> str:
    return name_at(params.naming_schema or UNSCHEDULED_SCHEMA, now())


def _is_taken(full: str, params: Params, storage: Storage, running: RunningJob) -> bool:
    """Tell whether an earlier run, or the same task in the same minute, has taken it."""
    found = [one for one in storage.snapshots(params.dataset) if one.name == full]
    if not found or not (_is_of(found[0], params) if params.task else running.external):
        return False
    if not running.external:
        running.warn(
            "snapshot_exists",
            f"{full} is there since {found[0].created_at:%Y-%m-%d %H:%M:%S} UTC, by the same task; "
            "none was taken anew. As clocks are put back, a naming schema with %z tells the two "
            "passes of an hour apart.",
        )
    return True


def _is_of(snapshot: Snapshot, params: Params) -> bool:
    return params.task is None or snapshot.task == str(params.task)


def _take(name: str, params: Params, storage: Storage, running: RunningJob) -> None:
    properties = {"calypso:job": running.job_id}
    if params.task is not None:
        properties["calypso:task"] = str(params.task)
    take = partial(
        storage.create_snapshot,
        params.dataset,
        name,
        recursive=params.recursive,
        exclude=params.exclude,
        properties=properties,
    )
    try:
        take()
    except SnapshotExists:
        others = [one for one in _all_of(name, params, storage) if not _is_of(one, params)]
        tasks = {str(one.id): one.name for one in running.schedules(SNAPSHOTS)}
        if params.task is None or any(one.task not in tasks for one in others):
            raise
        for one in others:
            running.log(f"{one.name} is shared with {tasks[str(one.task)]}, which took it")
        take(where_missing=True)


def _all_of(name: str, params: Params, storage: Storage) -> list[Snapshot]:
    """Return what was taken, and what other tasks had taken by the same name."""
    found = storage.snapshots(params.dataset, recursive=params.recursive)
    return [
        one
        for one in found
        for dataset, part in [split_snapshot(one.name)]
        if part == name and not is_excluded(dataset, params.exclude)
    ]


def _drop_empty(name: str, params: Params, storage: Storage, running: RunningJob) -> bool:
    """Destroy what was just taken if it is empty everywhere; tells whether it is gone."""
    taken = [one.name for one in _all_of(name, params, storage) if _is_of(one, params)]
    if not storage.is_empty(taken):
        return False
    running.log("nothing was written since the snapshot before")
    try:
        for one in taken:
            storage.destroy_snapshots(split_snapshot(one)[0], [name])
    except (Held, HasClones) as refused:
        running.log(f"an empty snapshot stays: {refused.detail}")
        return False
    return True


def _prune(params: Params, running: RunningJob) -> None:
    """Start what lets the task's old snapshots go; that it cannot is no failure of this one."""
    if params.task is None or not _lets_go(params.task, running):
        return
    try:
        running.start("storage.snapshot_prune", {"tasks": [str(params.task)]}, name="prune")
    except (CallerError, Conflict, Unavailable) as refused:
        running.warn("not_pruned", f"Old snapshots were not let go: {refused.detail}")


def _lets_go(task: UUID, running: RunningJob) -> bool:
    saved = [one for one in running.schedules(SNAPSHOTS) if one.id == task and one.enabled]
    return any(one.retention is not None and one.retention.keeps_something for one in saved)
