"""Pools that are broken or nearly full, as workers last saw them."""

from collections.abc import Iterator, Mapping
from typing import Any

from calypso.engine.alerting.watch import Limits, View, Watch
from calypso.models.alert import Level, NewAlert

TABLE = "storage/pools"
HYSTERESIS_PERCENT = 2.0  # an alert clears this far below its limit, so that it does not flap
GOOD = "ONLINE"
LIMPING = "DEGRADED"  # everything is there, but the next failure may not be survived

Row = Mapping[str, Any]


def find_broken(view: View) -> Iterator[NewAlert]:
    """Find pools that are not healthy."""
    for row in rows_of(view, TABLE):
        level = health_level(row)
        if level is not None:
            yield _broken(row, level)


def find_full(view: View) -> Iterator[NewAlert]:
    """Find pools that are nearly full."""
    for row in rows_of(view, TABLE):
        known = view.open.get(key_of("pool_full", row))
        percent = float(row.get("capacity_percent") or 0.0)
        level = fullness(percent, known.level if known else None, view.limits)
        if level is not None:
            yield _full(row, level, percent)


BROKEN = Watch("pool_unhealthy", find_broken)
FULL = Watch("pool_full", find_full)


def health_level(row: Row) -> Level | None:
    """Return how bad a pool's health is; None when it is good."""
    health = str(row.get("health", GOOD)).upper()
    if row.get("is_suspended") or health not in (GOOD, LIMPING):
        return Level.CRITICAL
    return Level.ERROR if health == LIMPING or row.get("data_errors") else None


def fullness(percent: float, before: Level | None, limits: Limits) -> Level | None:
    """Return how bad it is that a pool is so full; `before`: what was said of it so far."""
    for level, limit in (
        (Level.CRITICAL, limits.pool_critical_percent),
        (Level.WARNING, limits.pool_warning_percent),
    ):
        held = before is not None and before.rank >= level.rank
        if percent >= limit - (HYSTERESIS_PERCENT if held else 0.0):
            return level
    return None


def rows_of(view: View, table: str) -> Iterator[Row]:
    """Yield every row of a table, of every node."""
    cursor: str | None = None
    while True:
        rows, _, cursor = view.ports.inventory.page(table, cursor=cursor)
        yield from rows
        if cursor is None:
            return


def key_of(kind: str, row: Row) -> str:
    """Return the key of an alert about a row."""
    return f"{kind}/{row['node']}/{row['key']}"


def _broken(row: Row, level: Level) -> NewAlert:
    name, node = row["key"], row["node"]
    errors = row.get("data_errors") or 0
    parts = [
        "It is suspended: no write will end" if row.get("is_suspended") else "",
        f"Its health is {row.get('health')}",
        f"{errors} data errors: files or volumes are damaged" if errors else "",
        str(row.get("status") or ""),
        f"Look at it on {node}, replace what failed, then scrub it",
    ]
    return NewAlert(
        key=key_of("pool_unhealthy", row),
        kind="pool_unhealthy",
        level=level,
        subject=str(name),
        title=f"Pool {name} on {node} is {_word(row)}",
        detail=" ".join(f"{part.rstrip('.')}." for part in parts if part),
        node=str(node),
        subsystem="storage",
    )


def _word(row: Row) -> str:
    if row.get("is_suspended"):
        return "suspended"
    health = str(row.get("health", GOOD)).lower()
    return "damaged" if health == GOOD.lower() else health


def _full(row: Row, level: Level, percent: float) -> NewAlert:
    name, node = row["key"], row["node"]
    return NewAlert(
        key=key_of("pool_full", row),
        kind="pool_full",
        level=level,
        subject=str(name),
        title=f"Pool {name} on {node} is nearly full",
        detail=f"{percent:.0f} % of it is used. Jobs fail when it is full, and it gets slow before "
        "that. Remove snapshots or data, or add devices.",
        node=str(node),
        subsystem="storage",
    )
