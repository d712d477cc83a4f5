"""What workers last saw; satisfies `engine.ports.InventoryStore`."""

import hashlib
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Engine

from calypso.models.inventory import Capability, SubsystemStatus
from calypso.store import cursors
from calypso.store.asking import as_json
from calypso.store.samples import Samples

REPLACE = "SELECT calypso.replace_inventory(%s, %s, %s, %s::jsonb)"
OBSERVED = """
SELECT min(observed_at) FROM calypso.inventory_tables
 WHERE name = %s AND (%s::text IS NULL OR node = %s)"""
COUNT = "SELECT count(*) FROM calypso.inventory WHERE name = %s"
REPORT = """
INSERT INTO calypso.subsystems (node, subsystem, capability, observed_at)
VALUES (%s, %s, %s::jsonb, %s)
ON CONFLICT (node, subsystem) DO UPDATE
  SET capability = excluded.capability, observed_at = excluded.observed_at"""
SUBSYSTEMS = """
SELECT node, subsystem, capability, observed_at FROM calypso.subsystems
 WHERE %s::text IS NULL OR node = %s ORDER BY node, subsystem"""


class PostgresInventoryStore(Samples):
    """The tables of the inventory, each row under its table, node and key."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        # By node that was asked for: when, and the answer. Replaced whole, so no lock is needed.
        self._lately: dict[str | None, tuple[float, list[SubsystemStatus]]] = {}

    def replace(self, node: str, table: str, rows: Iterable[tuple[str, Mapping[str, Any]]]) -> bool:
        """Replace a table of a node; True when something changed.

        Of each row no more than its text is kept, however many there are.
        """
        pairs = ",".join(f"{as_json(key)}:{as_json(dict(row))}" for key, row in rows)
        text = f"{{{pairs}}}"
        digest = hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
        return bool(self._value(REPLACE, node, table, digest, text))

    def page(
        self,
        table: str,
        *,
        node: str | None = None,
        filters: Mapping[str, str] | None = None,
        limit: int = 500,
        cursor: str | None = None,
    ) -> tuple[list[dict[str, Any]], datetime | None, str | None]:
        """Return (rows, oldest observed_at, cursor); Invalid for a foreign cursor."""
        statement, values = _listing(table, node, filters or {}, limit, cursor)
        rows = self._rows(statement, *values)
        observed_at = self._value(OBSERVED, table, node, node)
        items = [{**row.data, "key": row.key, "node": row.node} for row in rows[:limit]]
        return items, observed_at, _next_cursor(table, rows, limit)

    def count(self, table: str) -> int:
        """Return how many rows a table has, of all nodes."""
        return int(self._value(COUNT, table))

    def report(self, status: SubsystemStatus) -> None:
        """Note what a worker found out about its subsystem."""
        told = as_json(status.capability.model_dump(mode="json"))
        self._do(REPORT, status.node, status.subsystem, told, status.observed_at)

    def subsystems(
        self, node: str | None = None, *, within_s: float = 0.0
    ) -> list[SubsystemStatus]:
        """List what workers reported."""
        read_at, known = self._lately.get(node, (float("-inf"), []))
        instant = time.monotonic()
        if instant - read_at >= within_s:
            known = self._subsystems(node)
            self._lately[node] = (instant, known)
        return known

    def _subsystems(self, node: str | None) -> list[SubsystemStatus]:
        return [
            SubsystemStatus(
                node=row.node,
                subsystem=row.subsystem,
                capability=Capability.model_validate(row.capability),
                observed_at=row.observed_at,
            )
            for row in self._rows(SUBSYSTEMS, node, node)
        ]


def _listing(
    table: str, node: str | None, filters: Mapping[str, str], limit: int, cursor: str | None
) -> tuple[str, list[Any]]:
    conditions, values = ["name = %s"], [table]
    if node is not None:
        conditions.append("node = %s")
        values.append(node)
    for column, value in filters.items():
        conditions.append("data ->> %s = %s")
        values.extend((column, value))
    if cursor is not None:
        conditions.append("(node, key) > (%s, %s)")
        values.extend(cursors.read(cursor, table, 2))
    where = " AND ".join(conditions)
    statement = f"SELECT node, key, data FROM calypso.inventory WHERE {where}"  # noqa: S608 - fixed words
    return f"{statement} ORDER BY node, key LIMIT {limit + 1:d}", values


def _next_cursor(table: str, rows: Sequence[Any], limit: int) -> str | None:
    if len(rows) <= limit:
        return None
    last = rows[limit - 1]
    return cursors.write(table, (last.node, last.key))
