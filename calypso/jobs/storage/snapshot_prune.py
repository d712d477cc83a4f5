"""Let snapshots go that no task keeps any longer."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from calypso.drivers.storage import (
    Busy,
    DatasetMissing,
    HasClones,
    Held,
    PoolMissing,
    Snapshot,
    SnapshotMissing,
    Storage,
)
from calypso.jobs.storage._holding import job_of_token
from calypso.models.clock import now
from calypso.models.jobtype import Cancel, JobParams, JobResult, OnLost, Plan, job
from calypso.models.lock import Lock, exclusive
from calypso.models.names import DatasetName, is_within, split_snapshot
from calypso.models.owning import Standing
from calypso.models.pruning import HELD, Fate, World, fates, trees_about, world_of
from calypso.models.running import Known, RunningJob

BATCH = 100  # zfs holds the transaction group open while it destroys
MOST_TOLD = 2000  # of those that stay, in a plan or a log
IN_USE = (Held, HasClones, Busy)
GONE = (DatasetMissing, PoolMissing)


class Params(JobParams):
    """Whose snapshots."""

    tasks: tuple[UUID, ...] = Field(
        default=(), max_length=1000, description="Schedules whose snapshots; of all when empty."
    )
    dataset: DatasetName | None = Field(
        default=None,
        description="Only of this dataset and those below.",
        json_schema_extra={"x-choices": "storage/datasets"},
    )

    def locks(self) -> Sequence[Lock]:
        # Not "snapshots": what is sent for hours is left alone, and must not be waited for.
        return [exclusive("retention")]

    def title(self) -> str:
        return f"Prune snapshots of {self.dataset}" if self.dataset else "Prune snapshots"

    def dedupe_key(self) -> str:
        return f"prune {self.dataset} {sorted(str(one) for one in self.tasks)}"


class Stayed(BaseModel):
    """A snapshot that should have gone and could not."""

    model_config = ConfigDict(frozen=True)

    snapshot: str = Field(description="Full name.")
    reason: str = Field(description="Code of the refusal.")
    detail: str = Field(description="The same in a sentence.")


class Result(JobResult):
    """What went, and how many stay for which reason. `stayed`: should have gone and could not."""

    destroyed: int
    kept: dict[str, int]
    stayed: list[Stayed]


def plan(params: Params, storage: Storage, known: Known) -> Plan:
    """Return precisely what would go, and why each other stays."""
    judged = _judged(params, storage, known)
    commands, effects, destroys = [], [], []
    held = {name for name, _ in judged.stale}  # whose own plan would say that it is refused
    for dataset, names in _batches(judged.fates):
        free = [name for name in names if f"{dataset}@{name}" not in held]
        commands += storage.plan_destroy_snapshots(dataset, free).commands if free else []
        effects.append(f"{len(names)} snapshots of {dataset} go.")
        destroys += [f"{dataset}@{name}" for name in names]
    return Plan(commands=commands, effects=effects + _told(judged), destroys=destroys)


@job(
    "storage.snapshot_prune",
    driver=Storage,
    permission="storage:destroy",
    timeout_s=6 * 3600,
    cancel=Cancel.CHECKPOINT,
    on_lost=OnLost.REQUEUE,
    schedulable=True,
    prunes=True,
    plan=plan,
)
def prune_snapshots(params: Params, storage: Storage, running: RunningJob) -> Result:
    """Let snapshots go that no task keeps any longer.

    By the retention policies as they are when it runs. One that is held, cloned or in use stays,
    and the job says why; so do all of a dataset that is being replicated. Holds that jobs left
    which have ended are taken away from what goes. Running it again finds the rest.
    """
    running.report(phase="looking")
    judged = _judged(params, storage, running)
    for line in _told(judged):
        running.log(line)
    for name, tag in judged.stale:
        storage.release(name, tag)
    total = sum(not fate.keep for fate in judged.fates)
    done, stayed = 0, []
    for dataset, names in _batches(judged.fates):
        running.stop_if_cancelled()
        stayed += _destroy(dataset, names, storage)
        done += len(names)
        running.report(phase="destroying", done=done, total=total, unit="snapshots")
    if stayed:
        first, more = stayed[0], len(stayed) - 1
        others = f" So do {more} more." if more else ""
        running.warn("snapshots_stayed", f"{first.snapshot} stays: {first.detail}{others}")
    return Result(destroyed=total - len(stayed), kept=_counted(judged.fates), stayed=stayed)


# ---- what goes


@dataclass(frozen=True)
class Judged:
    """The fate of each snapshot that was asked about; `stale`: (snapshot, tag) in its way."""

    fates: Sequence[Fate]
    stale: Sequence[tuple[str, str]]


def _judged(params: Params, storage: Storage, known: Known) -> Judged:
    world = world_of(known, now())
    standing = [Standing.model_validate(one.model_dump()) for one in _seen(params, storage, world)]
    held = [fate.name for fate in fates(standing, world) if _is_held(fate, params)]
    stale = [(name, tag) for name in held for tag in _stale(name, storage, known)]
    released = Counter(name for name, _ in stale)
    freed = [
        one.model_copy(update={"holds": max(0, one.holds - released[one.name])}) for one in standing
    ]
    asked = [fate for fate in fates(freed, world) if _is_asked(fate, params)]
    going = {fate.name for fate in asked if not fate.keep}
    return Judged(asked, [one for one in stale if one[0] in going])


def _seen(params: Params, storage: Storage, world: World) -> Iterator[Snapshot]:
    """Yield the snapshots that matter: reading those of a whole machine takes long."""
    asked = [task.dataset for task in world.tasks if task.id in params.tasks]
    if params.dataset is not None:
        asked = [params.dataset]
    elif not params.tasks:
        yield from storage.snapshots()
    for tree in trees_about(asked, world):
        with suppress(*GONE):
            yield from storage.snapshots(tree, recursive=True)


def _is_held(fate: Fate, params: Params) -> bool:
    return fate.verdict.reason == HELD and _is_asked(fate, params)


def _stale(snapshot: str, storage: Storage, known: Known) -> list[str]:
    """Return the tags on a snapshot that are of jobs which have ended, and took them not away."""
    try:
        tags = storage.holds(snapshot)
    except (SnapshotMissing, *GONE):
        return []
    return [tag for tag in tags if (job := job_of_token(tag)) and _has_ended(job, known)]


def _has_ended(job_id: str, known: Known) -> bool:
    """Tell whether a job is known to have ended: one that nobody knows may run elsewhere."""
    job = known.job(job_id)
    return job is not None and job.state.is_terminal


def _is_asked(fate: Fate, params: Params) -> bool:
    dataset, _ = split_snapshot(fate.name)
    within = params.dataset is None or is_within(dataset, params.dataset)
    return within and (not params.tasks or any(one.id in params.tasks for one in fate.owners))


def _batches(judged: Sequence[Fate]) -> Iterator[tuple[str, list[str]]]:
    """Yield (dataset, parts after the @) of what goes, oldest first, at most a batch at a time."""
    going = [split_snapshot(fate.name) for fate in judged if not fate.keep]
    for dataset, several in groupby(sorted(going, key=itemgetter(0)), key=itemgetter(0)):
        names = [name for _, name in several]
        for start in range(0, len(names), BATCH):
            yield dataset, names[start : start + BATCH]


def _destroy(dataset: str, names: Sequence[str], storage: Storage) -> list[Stayed]:
    """Destroy a batch, or what can be of it; returns what could not, and why."""
    try:
        storage.destroy_snapshots(dataset, names)
    except GONE:  # with all its snapshots
        return []
    except IN_USE as refused:
        if len(names) == 1:
            name = f"{dataset}@{names[0]}"
            return [Stayed(snapshot=name, reason=refused.code, detail=refused.detail)]
        return [one for name in names for one in _destroy(dataset, [name], storage)]
    return []


# ---- what is told


def _told(judged: Judged) -> list[str]:
    """Return why each stays that does, and no more lines than anybody reads."""
    freed = [f"{name} is freed of {tag}, whose job has ended." for name, tag in judged.stale]
    stays = [f"{fate.name} stays: {fate.verdict.detail}" for fate in judged.fates if fate.keep]
    more = len(stays) - MOST_TOLD
    return [*freed, *stays[:MOST_TOLD], *([f"{more} more stay."] if more > 0 else [])]


def _counted(judged: Sequence[Fate]) -> dict[str, int]:
    return dict(sorted(Counter(fate.verdict.reason for fate in judged if fate.keep).items()))
