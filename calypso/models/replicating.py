"""Which snapshots replications need, told from their parameters and from what arrived. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from calypso.models.job import Job, State
from calypso.models.names import is_within, split_snapshot
from calypso.models.schedule import Schedule

REPLICATIONS = "storage.replication_run"


@dataclass(frozen=True)
class Replication:
    """From where to where snapshots are sent; None is an end on another machine.

    `is_running`: at this moment. `sent`: the part after the @ of what arrived last.
    """

    source: str | None
    target: str | None
    recursive: bool = False
    is_running: bool = False
    sent: str | None = None

    def touches(self, dataset: str) -> bool:
        """Tell whether a dataset is on either side."""
        return any(self._has(dataset, side) for side in (self.source, self.target))

    def other_ends(self, asked: Iterable[str]) -> set[str]:
        """Return the sides on this machine whose other side is in, or above, one of these trees."""
        sides = [(self.source, self.target), (self.target, self.source)]
        return {
            other
            for side, other in sides
            if side is not None
            and other is not None
            and any(is_within(side, root) or is_within(root, side) for root in asked)
        }

    def pair_of(self, dataset: str) -> tuple[str, str] | None:
        """Return (source, target) of which `dataset` is one, where both are on this machine."""
        if self.source is None or self.target is None:
            return None
        for side in (self.source, self.target):
            if self._has(dataset, side):
                below = dataset[len(side) :]
                return self.source + below, self.target + below
        return None

    def starts_from(self, snapshot: str) -> bool:
        """Tell whether the next increment starts from a snapshot, as far as can be told here.

        What the other machine has is not seen from here; what it was sent last is on record.
        """
        dataset, name = split_snapshot(snapshot)
        is_remote = self.source is None or self.target is None
        return is_remote and name == self.sent and self.touches(dataset)

    def _has(self, dataset: str, side: str | None) -> bool:
        if side is None:
            return False
        return is_within(dataset, side) if self.recursive else dataset == side


def replications_of(
    schedules: Iterable[Schedule], unfinished: Iterable[Job], succeeded: Iterable[Job]
) -> list[Replication]:
    """Return those that are scheduled, have begun, or have run; `succeeded`: the last first."""
    saved = [_replication(one.params) for one in schedules]
    begun = [_replication(one.params, is_running=one.state is State.RUNNING) for one in unfinished]
    latest: dict[str, Replication | None] = {}
    for job in succeeded:
        ends = str([job.params.get(name) for name in ("source", "target", "direction", "remote")])
        latest.setdefault(ends, _replication(job.params, sent=_sent(job)))
    return [one for one in (*saved, *begun, *latest.values()) if one is not None]


def _replication(
    params: Mapping[str, Any], *, is_running: bool = False, sent: str | None = None
) -> Replication | None:
    source, target, direction = (params.get(name) for name in ("source", "target", "direction"))
    if not isinstance(source, str) or not isinstance(target, str):
        return None
    return Replication(
        source=None if direction == "pull" else source,
        target=None if direction == "push" else target,
        recursive=bool(params.get("recursive", False)),
        is_running=is_running,
        sent=sent,
    )


def _sent(job: Job) -> str | None:
    snapshot = (job.result or {}).get("snapshot")
    return split_snapshot(snapshot)[1] if isinstance(snapshot, str) else None
