"""What a retention policy would do, told from what is on record; no driver is asked."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from calypso.engine.known import Record
from calypso.engine.ports import Ports
from calypso.errors import FieldError, Invalid, SubsystemUnavailable
from calypso.models.names import pool_of
from calypso.models.owning import Standing
from calypso.models.pruning import (
    LAST,
    Fate,
    World,
    fates,
    fates_under,
    world_of,
)
from calypso.models.retention import Retention, Taken, Verdict, judge
from calypso.models.schedule import Schedule
from calypso.models.slots import Rule
from calypso.models.snapshot_task import SnapshotTask

TABLE = "storage/snapshots"
PAGE = 5000


@dataclass(frozen=True)
class Foreseen:
    """What would become of a snapshot. `changes`: as things are saved it stays, and would not."""

    name: str
    verdict: Verdict
    changes: bool | None = None


@dataclass(frozen=True)
class Observed:
    """What is foreseen, and when the snapshots were last looked at."""

    items: Sequence[Foreseen]
    observed_at: datetime


def of_list(
    policy: Retention,
    names: Sequence[str],
    taken: Sequence[Taken],
    *,
    zone: ZoneInfo,
    now: datetime,
) -> list[Foreseen]:
    """Return what a policy says of snapshots that need not exist, as if all were of one task."""
    said = judge(policy, taken, zone=zone, now=now)
    finished = [place for place, one in enumerate(taken) if not one.is_partial]
    if finished and not any(said[place].keep for place in finished):
        said[max(finished, key=lambda place: taken[place].order)] = LAST
    return [Foreseen(name, verdict) for name, verdict in zip(names, said, strict=True)]


def of_dataset(
    ports: Ports, policy: Retention, dataset: str, *, tz: str, now: datetime, node: str | None
) -> Observed:
    """Return what a policy would do to the snapshots of a dataset if all were of one task.

    Raises SubsystemUnavailable when nobody has looked yet, Invalid when a node must be named.
    """
    task = SnapshotTask(
        id=UUID(int=0), name="This policy", dataset=dataset, recursive=False, exclude=(),
        schema="", rule=Rule("* * * * *", tz), policy=policy,
    )  # fmt: skip
    world = world_of(Record(ports, node), now)
    standing, observed_at = _standing(ports, dataset, world, node)
    under = fates_under(task, standing, world)
    return Observed([Foreseen(one.name, one.verdict) for one in under], observed_at)


def of_schedule(ports: Ports, policy: Retention, schedule: Schedule, *, now: datetime) -> Observed:
    """Return what would become of a task's snapshots if this were its policy.

    Raises SubsystemUnavailable when nobody has looked yet, Invalid for one that takes none.
    """
    world = world_of(Record(ports, schedule.node), now)
    mine = [task for task in world.tasks if task.id == schedule.id]
    if not mine:
        message = f"{schedule.name} takes no snapshots."
        raise Invalid(message, [FieldError("/schedule", "not_retained", message)])
    standing, observed_at = _standing(ports, mine[0].dataset, world, schedule.node)
    changed = [replace(task, policy=policy) if task in mine else task for task in world.tasks]
    before = fates(standing, world)
    after = fates(standing, replace(world, tasks=changed))
    return Observed(
        [
            Foreseen(new.name, new.verdict, changes=old.keep and not new.keep)
            for old, new in zip(before, after, strict=True)
            if _is_of(new, schedule.id)
        ],
        observed_at,
    )


def _is_of(fate: Fate, schedule: UUID) -> bool:
    return any(task.id == schedule for task in fate.owners)


def _standing(
    ports: Ports, dataset: str, world: World, node: str | None
) -> tuple[list[Standing], datetime]:
    """Return what workers last saw in the pools concerned, and when the oldest was read."""
    pools = {pool_of(dataset)}
    for one in world.replications:
        pools |= {pool_of(side) for side in (one.source, one.target) if side is not None}
    rows, times = [], []
    for pool in sorted(pools):
        found, observed_at = _rows(ports, pool, node)
        rows += found
        times += [] if observed_at is None else [observed_at]
    if not times:
        raise SubsystemUnavailable("Nobody has looked at the snapshots yet. Try again in a minute.")
    nodes = sorted({str(row["node"]) for row in rows})
    if len(nodes) > 1:
        message = f"Snapshots of such names are on several nodes: {', '.join(nodes)}. Say which."
        raise Invalid(message, [FieldError("/node", "missing", message)])
    return [Standing.model_validate(row) for row in rows], min(times)


def _rows(
    ports: Ports, pool: str, node: str | None
) -> tuple[list[dict[str, object]], datetime | None]:
    filters = {"pool": pool}
    rows, at, cursor = ports.inventory.page(TABLE, node=node, filters=filters, limit=PAGE)
    while cursor is not None:
        more, _, cursor = ports.inventory.page(
            TABLE, node=node, filters=filters, limit=PAGE, cursor=cursor
        )
        rows = [*rows, *more]
    return rows, at
