"""Which snapshots may go: what their owners say, and what speaks against it all the same. Pure.

A snapshot goes only if every task that owns it agrees, and nothing needs it. The order of
snapshots is that of transaction groups, never that of names or times.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from calypso.models.names import is_within
from calypso.models.owning import Owned, Standing, owners_of
from calypso.models.replicating import REPLICATIONS, Replication, replications_of
from calypso.models.retention import PROTECTED, Taken, Verdict, judge
from calypso.models.running import Known
from calypso.models.snapshot_task import SNAPSHOTS, SnapshotTask, tasks_of


@dataclass(frozen=True)
class Fate:
    """What becomes of a snapshot, and why; `owners`: the tasks that had a say."""

    name: str
    verdict: Verdict
    owners: tuple[SnapshotTask, ...] = ()

    @property
    def keep(self) -> bool:
        """True when it stays."""
        return self.verdict.keep


@dataclass(frozen=True)
class World:
    """All that has a say: the tasks, the replications, and the instant."""

    tasks: Sequence[SnapshotTask]
    replications: Sequence[Replication]
    now: datetime


def world_of(known: Known, now: datetime) -> World:
    """Return all that has a say, from what is on record."""
    return World(
        tasks=tasks_of(known.schedules(SNAPSHOTS), known.node),
        replications=replications_of(
            known.schedules(REPLICATIONS),
            known.unfinished(REPLICATIONS),
            known.succeeded(REPLICATIONS),
        ),
        now=now,
    )


def trees_about(asked: Iterable[str], world: World) -> list[str]:
    """Return the trees of datasets whose snapshots say what becomes of those in `asked`.

    None of them is within another.
    """
    roots = set(asked)
    trees = roots.union(*(one.other_ends(roots) for one in world.replications))
    return sorted(
        one for one in trees if not any(one != top and is_within(one, top) for top in trees)
    )


NOBODYS = Verdict(keep=True, reason="not_owned", detail="No task of this dataset owns it.")
AMBIGUOUS = Verdict(
    keep=True, reason="ambiguous_name",
    detail="Tasks of this dataset read the names of its snapshots as different times.",
)  # fmt: skip
HELD = "held"
LAST = Verdict(keep=True, reason="last_of_schema", detail="It is the last one of its schema.")
LAST_SENT = Verdict(
    keep=True, reason="replication_base",
    detail="It is the last that was replicated; the next increment starts from it.",
)  # fmt: skip
RUNNING = Verdict(
    keep=True, reason="replication_running", detail="A replication of its dataset is running."
)


def fates(snapshots: Sequence[Standing], world: World) -> list[Fate]:
    """Return what becomes of each snapshot, in the order they are given.

    `snapshots`: all of each dataset that is asked about, and of the other ends of its
    replications.
    """
    by_dataset = _by_dataset(snapshots)
    found: dict[str, Fate] = {}
    for dataset, here in by_dataset.items():
        tasks = [task for task in world.tasks if task.covers(dataset)]
        owned, is_ambiguous = owners_of(here, tasks)
        unowned = AMBIGUOUS if is_ambiguous else NOBODYS
        bases = _bases(dataset, by_dataset, world.replications)
        decided = _decided(here, owned, unowned, bases, world)
        found.update((fate.name, fate) for fate in decided)
    return [found[one.name] for one in snapshots]


def fates_under(task: SnapshotTask, snapshots: Sequence[Standing], world: World) -> list[Fate]:
    """Return what would become of each snapshot of a task's dataset if all were that task's."""
    by_dataset = _by_dataset(snapshots)
    here = by_dataset[task.dataset]
    owned = {place: {task: one.created_at} for place, one in enumerate(here)}
    bases = _bases(task.dataset, by_dataset, world.replications)
    return _decided(here, owned, NOBODYS, bases, world)


def _by_dataset(snapshots: Sequence[Standing]) -> dict[str, list[Standing]]:
    found: dict[str, list[Standing]] = defaultdict(list)
    for one in snapshots:
        found[one.dataset].append(one)
    return found


def _decided(
    here: Sequence[Standing],
    owned: Owned,
    unowned: Verdict,
    bases: Mapping[str, str],
    world: World,
) -> list[Fate]:
    """Return what becomes of the snapshots of one dataset."""
    said = _agreed(here, owned, world.now)
    for place, one in enumerate(here):
        if place not in said:
            said[place] = unowned if one.task is None else NOBODYS
        elif not said[place].keep:
            said[place] = _needed(one, bases, world) or said[place]
        elif said[place] is PROTECTED and one.protected_until and not one.is_protected:
            said[place] = _for_a_while(one.protected_until)
    _spare_last(here, owned, said)
    return [
        Fate(one.name, said[place], tuple(owned.get(place, ()))) for place, one in enumerate(here)
    ]


# ---- what the owners say


def _agreed(here: Sequence[Standing], owned: Owned, now: datetime) -> dict[int, Verdict]:
    """Return, of each that is owned, the first word to keep it, or that all let it go."""
    said: dict[int, Verdict] = {}
    for task in {task: None for owners in owned.values() for task in owners}:
        mine = [place for place in sorted(owned) if task in owned[place]]
        for place, verdict in zip(mine, _says(task, here, mine, owned, now), strict=True):
            if place not in said or (said[place].keep < verdict.keep):
                said[place] = verdict
    return said


def _says(
    task: SnapshotTask, here: Sequence[Standing], mine: Sequence[int], owned: Owned, now: datetime
) -> list[Verdict]:
    if task.policy is None or task.is_for_ever:
        why = "is disabled" if task.policy is not None else "keeps its snapshots for ever"
        detail = f"{task.name}, which took it, {why}."
        return [Verdict(keep=True, reason="no_policy", detail=detail)] * len(mine)
    taken = [
        Taken(
            order=here[place].order,
            at=owned[place][task],
            is_protected=_is_protected(here[place], now),
        )
        for place in mine
    ]
    return judge(task.policy, taken, zone=task.rule.zone, now=now)


def _for_a_while(until: datetime) -> Verdict:
    told = f"It is protected until {until.astimezone(UTC):%Y-%m-%d %H:%M} UTC."
    return replace(PROTECTED, detail=told)


def _is_protected(one: Standing, now: datetime) -> bool:
    return one.is_protected or (one.protected_until is not None and now < one.protected_until)


# ---- what needs it


def _needed(one: Standing, bases: Mapping[str, str], world: World) -> Verdict | None:
    """Return why a snapshot stays that its owners let go; None when nothing needs it."""
    if one.holds:
        return Verdict(keep=True, reason=HELD, detail="A hold keeps it.")
    if one.clones:
        clones = ", ".join(one.clones[:5])
        return Verdict(keep=True, reason="cloned", detail=f"It is the origin of {clones}.")
    if any(each.is_running and each.touches(one.dataset) for each in world.replications):
        return RUNNING
    if one.name in bases:
        detail = f"It is the newest that {bases[one.name]} have in common."
        return Verdict(keep=True, reason="replication_base", detail=detail)
    return LAST_SENT if any(each.starts_from(one.name) for each in world.replications) else None


def _bases(
    dataset: str,
    by_dataset: Mapping[str, Sequence[Standing]],
    replications: Sequence[Replication],
) -> dict[str, str]:
    """Return the snapshots of a dataset that a next increment starts from → the two datasets."""
    found: dict[str, str] = {}
    for pair in {pair for one in replications if (pair := one.pair_of(dataset))}:
        source, target = pair
        there = {one.guid: one for one in by_dataset.get(target, ())}
        common = [one for one in by_dataset.get(source, ()) if one.guid in there]
        if common:
            newest = max(common, key=lambda one: one.order)
            for name in (newest.name, there[newest.guid].name):
                found[name] = f"{source} and {target}"
    return found


def _spare_last(here: Sequence[Standing], owned: Owned, said: dict[int, Verdict]) -> None:
    """Spare the newest of each schema of which none would be left."""
    of_schema: dict[str, set[int]] = defaultdict(set)
    for place, owners in owned.items():
        for task in owners:
            of_schema[task.schema].add(place)
    for places in of_schema.values():
        if not any(said[place].keep for place in places):
            said[max(places, key=lambda place: here[place].order)] = LAST
