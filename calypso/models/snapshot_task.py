"""A snapshot task: a schedule that takes snapshots, and which snapshots are its own. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from calypso.models.names import is_excluded, is_within
from calypso.models.naming import DEFAULT_SCHEMA, time_of
from calypso.models.retention import Retention
from calypso.models.schedule import Schedule
from calypso.models.slots import Rule, next_fire

SNAPSHOTS = "storage.snapshot_create"
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, eq=False)  # itself, as the key of what is known of it
class SnapshotTask:
    """What snapshots a schedule takes, and how long they are kept. `policy` None: for ever."""

    id: UUID
    name: str
    dataset: str
    recursive: bool
    exclude: tuple[str, ...]
    schema: str
    rule: Rule
    policy: Retention | None
    enabled: bool = True

    def covers(self, dataset: str) -> bool:
        """Tell whether it takes snapshots of a dataset."""
        within = is_within(dataset, self.dataset) if self.recursive else dataset == self.dataset
        return within and not is_excluded(dataset, self.exclude)

    def time_of(self, name: str) -> datetime | None:
        """Return when it would have taken a snapshot of that name; None if it names none so."""
        return time_of(self.schema, name, self.rule.zone)

    def fires_at(self, at: datetime) -> bool:
        """Tell whether it takes a snapshot in that minute."""
        return next_fire(self.rule, at - MINUTE) == at.replace(second=0, microsecond=0)

    @property
    def is_for_ever(self) -> bool:
        """True when it lets none of its snapshots go: without a policy, and while disabled."""
        return self.policy is None or not self.enabled


def tasks_of(schedules: Iterable[Schedule], node: str | None = None) -> list[SnapshotTask]:
    """Return the snapshot tasks among schedules, of one node or of all."""
    return [
        SnapshotTask(
            id=one.id,
            name=one.name,
            dataset=str(one.params.get("dataset", "")),
            recursive=bool(one.params.get("recursive", False)),
            exclude=tuple(one.params.get("exclude") or ()),
            schema=one.params.get("naming_schema") or DEFAULT_SCHEMA,
            rule=one.rule,
            policy=one.retention,
            enabled=one.enabled,
        )
        for one in schedules
        if one.type == SNAPSHOTS and (node is None or one.node in (None, node))
    ]
