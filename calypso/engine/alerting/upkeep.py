"""Pools and disks that still work, but want somebody: errors seen, unscrubbed, fragmented, ill."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from calypso.engine.alerting.pools import HYSTERESIS_PERCENT, Row, key_of, rows_of
from calypso.engine.alerting.watch import View, Watch
from calypso.models.alert import Level, NewAlert

POOLS, DATASETS, DISKS = "storage/pools", "storage/datasets", "storage/disks"
GOING = ("running", "paused")
COUNTERS = ("read_errors", "write_errors", "checksum_errors")


def find_errors(view: View) -> Iterator[NewAlert]:
    """Find pools whose devices saw errors, whatever the pool says of its health."""
    for row in rows_of(view, POOLS):
        seen = [int(row.get(name) or 0) for name in COUNTERS]
        if any(seen):
            yield _alert(
                "pool_errors",
                row,
                f"Devices of pool {row['key']} on {row['node']} saw errors",
                "{} read, {} write and {} checksum errors{}. Scrub the pool; replace a device "
                "that sees more. storage.pool_clear forgets them.".format(*seen, _where(row)),
            )


def find_unscrubbed(view: View) -> Iterator[NewAlert]:
    """Find pools that nobody has read as a whole for too long."""
    born = {row["key"]: row.get("created_at") for row in rows_of(view, DATASETS)}
    for row in rows_of(view, POOLS):
        scan = row.get("scan") or {}
        last = _moment(scan.get("finished_at") or born.get(row["key"]))
        limit = timedelta(days=view.limits.scrub_overdue_days)
        if scan.get("state") in GOING or last is None or view.at - last < limit:
            continue
        yield _alert(
            "pool_unscrubbed",
            row,
            f"Pool {row['key']} on {row['node']} is not scrubbed",
            f"Nobody has read all of it since {last:%Y-%m-%d}: damage grows unseen. Run "
            "storage.pool_scrub, and give it a schedule.",
        )


def find_fragmented(view: View) -> Iterator[NewAlert]:
    """Find pools whose free space is in small pieces."""
    for row in rows_of(view, POOLS):
        percent = float(row.get("fragmentation_percent") or 0.0)
        held = HYSTERESIS_PERCENT if key_of("pool_fragmented", row) in view.open else 0.0
        if percent >= view.limits.pool_fragmented_percent - held:
            yield _alert(
                "pool_fragmented",
                row,
                f"Free space of pool {row['key']} on {row['node']} is fragmented",
                f"{percent:.0f} %: writing gets slow. Free more space, or add devices.",
            )


def find_failing(view: View) -> Iterator[NewAlert]:
    """Find disks that expect to fail."""
    for row in rows_of(view, DISKS):
        smart = row.get("smart") or {}
        if smart.get("health") == "failed":
            pool = f" of pool {row['pool']}" if row.get("pool") else ""
            yield _alert(
                "disk_failing",
                row,
                f"A disk{pool} on {row['node']} is failing",
                f"{row['key']}, serial {row.get('serial')}: {smart.get('reason')}",
                level=Level.CRITICAL if pool else Level.WARNING,
            )


ERRORS = Watch("pool_errors", find_errors)
UNSCRUBBED = Watch("pool_unscrubbed", find_unscrubbed)
FRAGMENTED = Watch("pool_fragmented", find_fragmented)
FAILING = Watch("disk_failing", find_failing)


def _alert(
    kind: str, row: Row, title: str, detail: str, *, level: Level = Level.WARNING
) -> NewAlert:
    return NewAlert(
        key=key_of(kind, row),
        kind=kind,
        level=level,
        subject=str(row["key"]),
        title=title,
        detail=detail,
        node=str(row["node"]),
        subsystem="storage",
    )


def _where(row: Row) -> str:
    """Name the devices that saw errors."""
    ill = [
        str(one["name"]) for one in row.get("devices") or () if any(one.get(it) for it in COUNTERS)
    ]
    return f", on {', '.join(ill[:5])}" if ill else ""


def _moment(told: object) -> datetime | None:
    return None if told is None else datetime.fromisoformat(str(told))
