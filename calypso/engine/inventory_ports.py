"""What the engine and the doors want of the store of inventory tables."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from calypso.models.inventory import Sample, SubsystemStatus


class InventoryStore(Protocol):
    """What workers last saw."""

    def replace(self, node: str, table: str, rows: Iterable[tuple[str, Mapping[str, Any]]]) -> bool:
        """Replace a table of a node; True when something changed. `observed_at` is now."""

    def page(
        self,
        table: str,
        *,
        node: str | None = None,
        filters: Mapping[str, str] | None = None,
        limit: int = 500,
        cursor: str | None = None,
    ) -> tuple[list[dict[str, Any]], datetime | None, str | None]:
        """Return (rows with `key` and `node`, oldest observed_at of the tables read, cursor)."""

    def count(self, table: str) -> int:
        """Return how many rows a table has, of all nodes."""

    def sample(self, table: str, node: str, columns: Sequence[str]) -> None:
        """Keep how these columns are now, once an hour however often it is asked."""

    def samples(
        self,
        table: str,
        *,
        since: datetime,
        step: str = "hour",
        node: str | None = None,
        key: str | None = None,
    ) -> list[Sample]:
        """Return what was kept since then, oldest first; of each `step` (hour, day) the last."""

    def report(self, status: SubsystemStatus) -> None:
        """Note what a worker found out about its subsystem."""

    def subsystems(
        self, node: str | None = None, *, within_s: float = 0.0
    ) -> list[SubsystemStatus]:
        """List what workers reported, by node and subsystem; perhaps as it was `within_s` ago."""
