"""Which snapshots a replication has to send, one after the other. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from calypso.drivers.storage import BaseMissing, Snapshot, SnapshotMissing
from calypso.models.names import split_snapshot


@dataclass(frozen=True)
class Step:
    """One transfer: in full, or the difference from `base`."""

    snapshot: Snapshot
    base: Snapshot | None

    @property
    def base_name(self) -> str | None:
        """The part after the @ of the base."""
        return None if self.base is None else split_snapshot(self.base.name)[1]


def wanted(dataset: str, name: str | None, source: Sequence[Snapshot]) -> Snapshot:
    """Return the snapshot of that name, or the newest; SnapshotMissing."""
    if not source:
        raise SnapshotMissing(f"{dataset} has no snapshot to send. Take one first.")
    if name is None:
        return max(source, key=lambda one: one.order)
    for one in source:
        if one.name == f"{dataset}@{name}":
            return one
    raise SnapshotMissing(f"There is no snapshot {dataset}@{name}.")


def steps(
    target: str,
    last: Snapshot,
    source: Sequence[Snapshot],
    there: Sequence[Snapshot] | None,
    *,
    with_those_between: bool,
) -> list[Step]:
    """Return what brings `last` to the target, oldest first; nothing when it has it already.

    `there` are the target's snapshots, None when it does not exist. BaseMissing when it exists and
    has none of the source's.
    """
    older = [one for one in source if one.order < last.order]
    if there is None:
        return _chain(None, [*older, last] if with_those_between else [last])
    have = {one.guid for one in there}
    if last.guid in have:
        return []
    common = [one for one in older if one.guid in have]
    if not common:
        raise BaseMissing(
            f"{target} exists, but has no snapshot in common with {split_snapshot(last.name)[0]}. "
            "Choose a target that does not exist yet, or let it begin from scratch: the present "
            "one is then kept under another name."
        )
    base = max(common, key=lambda one: one.order)
    between = [one for one in older if one.order > base.order]
    return _chain(base, [*between, last] if with_those_between else [last])


def _chain(base: Snapshot | None, snapshots: Sequence[Snapshot]) -> list[Step]:
    bases: list[Snapshot | None] = [base, *snapshots[:-1]]
    return [Step(one, before) for one, before in zip(snapshots, bases, strict=True)]
