"""Whose a snapshot is: of the task that marked it, and of those that name theirs so. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import combinations

from pydantic import BaseModel, ConfigDict

from calypso.models.names import split_snapshot
from calypso.models.snapshot_task import SnapshotTask


class Standing(BaseModel):
    """A snapshot and what is known of it; `task` is the mark its task left on it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: str
    guid: str
    order: int
    created_at: datetime
    holds: int = 0
    clones: tuple[str, ...] = ()
    task: str | None = None
    is_protected: bool = False
    protected_until: datetime | None = None

    @property
    def dataset(self) -> str:
        """The dataset it is of."""
        return split_snapshot(self.name)[0]


Owned = Mapping[int, Mapping[SnapshotTask, datetime]]  # by place: the owners, and when they took it


def owners_of(here: Sequence[Standing], tasks: Sequence[SnapshotTask]) -> tuple[Owned, bool]:
    """Return who owns which, and whether names could not tell: then they tell nothing here.

    One that is marked is of the task that marked it, and of those that would have taken the same
    at that minute: they took none, since it was there. Without a mark, of the latter alone.
    """
    read = {
        task: {place: at for place, one in enumerate(here) if (at := _read(task, one.name))}
        for task in tasks
    }
    is_ambiguous = any(
        read[one][place] != read[other][place]
        for one, other in combinations(tasks, 2)
        for place in read[one].keys() & read[other].keys()
        if here[place].task is None
    )
    owned: dict[int, Mapping[SnapshotTask, datetime]] = {}
    for place, one in enumerate(here):
        told = {task: read[task][place] for task in tasks if place in read[task]}
        if one.task is not None:
            owned[place] = _by_mark(one, tasks, told)
        elif not is_ambiguous:
            owned[place] = _by_name(told)
    return {place: owners for place, owners in owned.items() if owners}, is_ambiguous


def _by_mark(
    one: Standing, tasks: Sequence[SnapshotTask], told: Mapping[SnapshotTask, datetime]
) -> dict[SnapshotTask, datetime]:
    """Return the task that marked it, and those that would have taken the same just then."""
    marked_by = next((task for task in tasks if one.task == str(task.id)), None)
    if marked_by is None:
        return {}
    at = told.get(marked_by, one.created_at)
    return {marked_by: at, **{task: when for task, when in _by_name(told).items() if when == at}}


def _by_name(told: Mapping[SnapshotTask, datetime]) -> dict[SnapshotTask, datetime]:
    return {task: at for task, at in told.items() if task.fires_at(at)}


def _read(task: SnapshotTask, name: str) -> datetime | None:
    return task.time_of(split_snapshot(name)[1])
