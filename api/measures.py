"""Every number that Prometheus reads, as families with bounded labels.

Each is one bounded query of the store, rows of a table, or what processes of a node added up.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)

from calypso.engine.ports import Ports
from calypso.models.clock import now
from calypso.models.counts import BOUNDS_S, Count

MOST_JOBS = 50_000  # unfinished ones looked at for a scrape
# Of each table: five of each of a thousand nodes. Every row is a few series, read by the server
# that answers people, and kept by Prometheus for as long as it keeps anything.
MOST_ROWS = 5000
POOLS, TAPE_POOLS, CERTIFICATES = "storage/pools", "tape/pools", "system/certificates"
POOL_BYTES = {"size_bytes": "Size of a pool.", "allocated_bytes": "Allocated of a pool."}
TAPE_COUNTS = ("scratch", "open", "full", "expired", "foreign", "damaged")
NODE, POOL = ("node",), ("node", "pool")
Bounds = dict[str, float]

# What processes add up: name → (metric, documentation, labels behind the node).
HISTOGRAMS: Mapping[str, tuple[str, str, Sequence[str]]] = {
    "job": (
        "calypso_job_seconds",
        "How long runs of jobs took, by how they ended.",
        ("type", "outcome"),
    ),
    "command": (
        "calypso_driver_command_seconds",
        "How long the programs took that drivers ran.",
        ("subsystem", "program"),
    ),
}
COUNTERS: Mapping[str, tuple[str, str, Sequence[str]]] = {
    "command_failures": (
        "calypso_driver_command_failures",
        "Programs that ended with another exit code than 0, or were killed.",
        ("subsystem", "program"),
    ),
    "lease_losses": (
        "calypso_lease_losses",
        "Jobs taken from dead workers, by what became of them.",
        ("fate",),
    ),
}


def families(ports: Ports, listeners: int) -> Iterator[Metric]:
    """Yield everything there is to measure now."""
    yield _gauge("alerts_active", "Active alerts.", ("level",), [
        ((level.value,), count) for level, count in ports.alerts.counts().items()
    ])  # fmt: skip
    yield _gauge("jobs_unfinished", "Unfinished jobs; at most 50,000 are counted.",
                 ("type", "state"), [
        ((one.type, one.state.value), one.jobs) for one in ports.jobs.unfinished(most=MOST_JOBS)
    ])  # fmt: skip
    yield from _queues(ports)
    yield _gauge("schedule_lateness_seconds", "How late the latest schedule is.", (), [
        ((), ports.schedules.lateness_s())
    ])  # fmt: skip
    yield from _pools(ports)
    yield from _tape(ports)
    yield _gauge("certificate_expires_timestamp_seconds", "When a certificate expires.",
                 (*NODE, "file"), [
        ((row["node"], row["key"]), datetime.fromisoformat(row["expires_at"]).timestamp())
        for row in _rows(ports, CERTIFICATES)
    ])  # fmt: skip
    yield _gauge("metrics_rows_left_out", "Rows that no series tells of: a table has over 5,000.",
                 ("table",), [
        ((table,), max(0, ports.inventory.count(table) - MOST_ROWS))
        for table in (POOLS, TAPE_POOLS, CERTIFICATES)
    ])  # fmt: skip
    yield _gauge("sse_clients", "Open event streams of this API.", (), [((), listeners)])
    yield _gauge("redis_up", "Whether Redis answers this API.", (), [((), ports.live.ping())])
    yield from added_up(ports.live.counts())


def added_up(counts: Mapping[str, Mapping[str, float]]) -> Iterator[Metric]:
    """Yield what the processes of each node added up; a field nobody knows is passed over."""
    found: dict[str, dict[tuple[str, ...], Bounds]] = defaultdict(lambda: defaultdict(dict))
    for node, fields in counts.items():
        for field, value in fields.items():
            if (count := Count.read(field)) is not None:
                found[count.name][(node, *count.labels)][count.part] = value
    for name, (metric, told, labels) in HISTOGRAMS.items():
        histogram = HistogramMetricFamily(metric, told, labels=[*NODE, *labels])
        for key, bounds in sorted(_fitting(found[name], labels)):
            histogram.add_metric(key, _cumulative(bounds), bounds.get("sum", 0.0))
        yield histogram
    for name, (metric, told, labels) in COUNTERS.items():
        counter = CounterMetricFamily(metric, told, labels=[*NODE, *labels])
        for key, bounds in sorted(_fitting(found[name], labels)):
            counter.add_metric(key, bounds.get("", 0.0))
        yield counter


def _fitting(
    found: Mapping[tuple[str, ...], Bounds], labels: Sequence[str]
) -> list[tuple[tuple[str, ...], Bounds]]:
    return [(key, bounds) for key, bounds in found.items() if len(key) == 1 + len(labels)]


def _cumulative(bounds: Bounds) -> list[tuple[str, float]]:
    buckets, total = [], 0.0
    for bound in BOUNDS_S:
        total += bounds.get(f"{bound:g}", 0.0)
        buckets.append((f"{bound:g}", total))
    return [*buckets, ("+Inf", total + bounds.get("inf", 0.0))]


def _queues(ports: Ports) -> Iterator[Metric]:
    queues, at = ports.jobs.queues(), now()
    names = ("node", "queue")
    yield _gauge("queue_jobs", "Jobs in a queue.", (*names, "state"), [
        ((one.node, one.queue, state), getattr(one, state))
        for one in queues for state in ("waiting", "queued", "running")
    ])  # fmt: skip
    yield _gauge("queue_slots", "Worker processes that take jobs of a queue.", names, [
        ((one.node, one.queue), one.slots) for one in queues
    ])  # fmt: skip
    yield _gauge("queue_oldest_seconds", "How long the oldest has wanted nothing but a slot.",
                 names, [
        ((one.node, one.queue), max(0.0, (at - one.oldest_queued_at).total_seconds()))
        for one in queues if one.oldest_queued_at is not None
    ])  # fmt: skip


def _pools(ports: Ports) -> Iterator[Metric]:
    rows = _rows(ports, POOLS)
    for column, told in POOL_BYTES.items():
        yield _gauge(f"pool_{column}", told, POOL, [
            ((row["node"], row["key"]), row[column]) for row in rows if column in row
        ])  # fmt: skip
    yield _gauge("pool_healthy", "1: the pool is online without a complaint.", POOL, [
        ((row["node"], row["key"]), str(row.get("health")).upper() == "ONLINE") for row in rows
    ])  # fmt: skip


def _tape(ports: Ports) -> Iterator[Metric]:
    rows = _rows(ports, TAPE_POOLS)
    yield _gauge("tape_pool_used_bytes", "Written on the cartridges of a media pool.", POOL, [
        ((row["node"], row["key"]), row["used_bytes"]) for row in rows
    ])  # fmt: skip
    yield _gauge("tape_pool_cartridges", "Cartridges of a media pool.", (*POOL, "state"), [
        ((row["node"], row["key"], state), row[state]) for row in rows for state in TAPE_COUNTS
    ])  # fmt: skip


def _rows(ports: Ports, table: str) -> list[Mapping[str, Any]]:
    return list(ports.inventory.page(table, limit=MOST_ROWS)[0])


def _gauge(
    name: str, told: str, labels: Sequence[str], values: Sequence[tuple[Sequence[str], float]]
) -> Metric:
    gauge = GaugeMetricFamily(f"calypso_{name}", told, labels=list(labels))
    for key, value in values:
        gauge.add_metric(list(key), float(value))
    return gauge
