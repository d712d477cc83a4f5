"""A thousand nodes and a hundred million jobs: what follows for them from what was measured."""

from collections.abc import Iterator, Mapping

from bench.fleet.filling import DAYS
from bench.fleet.idle import Idle
from bench.fleet.keeping import Kept
from bench.fleet.nodes import THREADS, Costs
from bench.fleet.samples import Growth, short, size, span
from calypso.wiring import POOL_SIZES

NODES, WORKERS = 1000, 4  # workers of each node: storage, tape, backup, system
FAR = 100_000_000
DAY_S = 86400
APIS = 10
FREEZE = 200_000_000  # PostgreSQL's autovacuum_freeze_max_age
FREEZE_HOW = "autovacuum_freeze_max_age, 200 million transaction ids"
__all__ = ["FAR", "NODES", "THREADS", "drawn", "rooms"]

Drawn = Iterator[tuple[str, str, str]]


def rooms(kept: Mapping[int, Kept]) -> dict[str, dict[int, float]]:
    """Return bytes by size, of all and of each kind of row."""
    found: dict[str, dict[int, float]] = {
        "all of the database": {jobs: one.bytes for jobs, one in kept.items()}
    }
    kinds = next(iter(kept.values())).heap
    for kind in kinds:
        found[f"{kind}: rows"] = {jobs: one.heap[kind] for jobs, one in kept.items()}
        found[f"{kind}: indexes"] = {jobs: one.index[kind] for jobs, one in kept.items()}
    found["a dump, compressed"] = {jobs: one.dump_bytes for jobs, one in kept.items()}
    return found


def drawn(kept: Mapping[int, Kept], costs: Costs, idle: Idle) -> Drawn:
    """Yield (what, how much, from what)."""
    yield from _history(kept)
    yield from _work(costs)
    yield from _rest(costs, idle)
    yield from _listening(costs)


def _history(kept: Mapping[int, Kept]) -> Drawn:
    line = "line through the sizes"
    for what, points in rooms(kept).items():
        if what in ("all of the database", "a dump, compressed"):
            yield what, size(Growth(what, "bytes", points).beyond(FAR)), line
    for what in ("dump", "restore"):
        points = {jobs: one.found[what].median for jobs, one in kept.items() if what in one.found}
        yield f"{what}", span(Growth(what, "s", points).beyond(FAR)), line


def _work(costs: Costs) -> Drawn:
    per_s = FAR / (DAYS * DAY_S)
    each = sum(costs.each[what] for what in ("submit", "claim", "finish"))
    yield "jobs a second", short(per_s), f"{FAR:,} in {DAYS} days"
    yield (
        "CPU of PostgreSQL for submit, claim and finish", _cores(per_s * each),
        f"{each * 1e6:,.0f} µs for each job",
    )  # fmt: skip
    beats = NODES * costs.processes / costs.heartbeat_s
    yield "heartbeats a second", short(beats), f"{costs.processes} processes a node"
    yield (
        "CPU of PostgreSQL for heartbeats", _cores(costs.beats.line.slope * NODES),
        "line through the nodes that beat",
    )  # fmt: skip


def _rest(costs: Costs, idle: Idle) -> Drawn:
    how = "line through appliances with one to three nodes at rest"
    for name, growth in idle.rates.items():
        if name == "memory of PostgreSQL for each connection":
            continue
        value = growth.line.at(NODES)
        yield f"{name}, at rest", _told(name, value, growth.unit), how
    ids = max(1.0, idle.rates["transaction ids"].line.at(NODES))
    yield "days between freezes of all tables", f"{FREEZE / ids / DAY_S:.1f}", FREEZE_HOW
    connections = idle.rates["connections to PostgreSQL"].line.at(NODES)
    private = max(idle.rates["memory of PostgreSQL for each connection"].points.values())
    yield "memory of PostgreSQL for its connections", size(connections * private), "times each"
    most = NODES * costs.processes * POOL_SIZES["worker"]
    yield (
        "connections to PostgreSQL, at most", f"{most:,}",
        f"{costs.processes} processes a node, {POOL_SIZES['worker']} connections each",
    )  # fmt: skip
    yield "memory of a node's workers", size(idle.node_pss), "measured, on the node"


def _listening(costs: Costs) -> Drawn:
    ears = NODES * WORKERS
    yield (
        f"CPU of Redis for an event to one node, {ears:,} listening to their own",
        _us(costs.others.line.at(ears)), "line through the listeners",
    )  # fmt: skip
    yield (
        f"CPU of Redis for an event to all, {APIS} APIs listening",
        _us(costs.same.line.at(APIS)), "line through the listeners",
    )  # fmt: skip


def _told(name: str, value: float, unit: str) -> str:
    if name.startswith("CPU"):
        return _cores(value)
    if unit.startswith("bytes"):
        return size(value) + unit.removeprefix("bytes")
    return f"{value:,.0f} {unit}".strip()


def _us(seconds: float) -> str:
    return f"{seconds * 1e6:,.0f} µs"


def _cores(value: float) -> str:
    return f"{value:.2f} cores"
