"""The page that people read: each number says whether it was measured or drawn out."""

import os
from collections.abc import Iterator, Mapping, Sequence

from bench.fleet import target
from bench.fleet.asking import Asked
from bench.fleet.filling import DAYS, HOT_DAYS
from bench.fleet.idle import RATES, Idle
from bench.fleet.keeping import Kept
from bench.fleet.nodes import Costs
from bench.fleet.samples import Growth, Sample, short, size, span
from bench.fleet.target import FAR

HEAD = """# Measured: a large history, many nodes

Made by `make bench-fleet` in {minutes:.0f} minutes; the load of its last quarter of an hour was
{load:.1f}, its own included. Databases of {sizes} ended jobs of {nodes:,} nodes, evenly over
{days} days: the last {hot} in the hot table, the rest in months of history, as
`history_days: {days}` keeps them. Each is asked by the product's own code, and has the settings of
`calypso up`. **Extrapolated** is what the straight line of least squares through the measured sizes
says of {far:,} jobs, never less than was measured; all else is measured.
"""
ASSUMED = """\
What jobs do and how much they say is assumed (`bench/fleet/history.sql`). Of 100 jobs 40 take a
snapshot, 15 prune, 10 replicate, 1 scrubs, 20 back up, 5 archive, 3 verify a cartridge, 2 back the
appliance up, 4 are plans. {schedules:,} schedules make 92 % of them, people 8 %, with an
idempotency key; 2 % fail, 0.8 % are cancelled, 0.2 % lost; 15 % have to wait for a lock. A job has
3.15 events, {log:.0f} bytes of log, and a row of its schedule. Beside them stand
{workers:,} worker processes, and running, queued and waiting jobs, each half as many as nodes.
"""
DIGITS = {"of a core": 3, "/s": 1, "": 0}


def page(
    asked: Sequence[Asked], kept: Mapping[int, Kept], costs: Costs, idle: Idle,
    facts: Mapping[str, str], *, minutes: float,
) -> str:  # fmt: skip
    """Return the page."""
    made = asked[-1].made
    sizes = [one.made.jobs for one in asked]
    head = HEAD.format(
        minutes=minutes, load=os.getloadavg()[2], sizes=", ".join(f"{one:,}" for one in sizes),
        nodes=made.nodes, days=DAYS, hot=HOT_DAYS, far=FAR,
    )  # fmt: skip
    last = kept[made.jobs]
    assumed = ASSUMED.format(
        schedules=4 * made.nodes, log=last.log_bytes / made.jobs,
        workers=costs.processes * made.nodes,
    )  # fmt: skip
    lines = [
        head,
        *_section("Where", (f"- {name}: {what}" for name, what in facts.items())),
        *_section("What a job is", [assumed]),
        *_section("What is asked", _asked(sizes, {one.made.jobs: one.found for one in asked})),
        f"A scrape of {made.nodes:,} nodes is {size(asked[-1].scrape_bytes)} of text.",
        "",
        *_section("What is kept", _kept(sizes, kept)),
        *_section("Dump, restore, migration, history", _asked(
            sizes, {jobs: one.found for jobs, one in kept.items()})),
        *_section("What a node costs", _costs(costs)),
        *_section("An appliance at rest", _at_rest(idle)),
        *_section(f"{target.NODES:,} nodes, {FAR:,} jobs: extrapolated", _beyond(
            kept, costs, idle)),
    ]  # fmt: skip
    return "\n".join(lines)


def _section(title: str, lines: Sequence[str] | Iterator[str]) -> Iterator[str]:
    yield from (f"## {title}", "", *lines, "")


def _table(*heads: str) -> list[str]:
    return [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]


def _asked(sizes: Sequence[int], found: Mapping[int, Mapping[str, Sample]]) -> Iterator[str]:
    """Yield a table of medians by size; p95 and buffers are of the largest."""
    yield "Medians; p95 and buffers (8 KiB each, read from memory or disk) are of the largest size."
    yield ""
    yield from _table(
        "what", *(f"{one:,}" for one in sizes), "p95", "buffers", "against bare SQL",
        f"{FAR:,}, extrapolated",
    )  # fmt: skip
    for what, last in found[sizes[-1]].items():
        points = {one: found[one][what].median for one in sizes if what in found[one]}
        beyond = Growth(what, "s", points).beyond(FAR)
        ratios = [found[one][what].ratio for one in sizes if what in found[one]]
        ratio = next((one for one in reversed(ratios) if one is not None), None)
        cells = [
            *(span(points[one]) if one in points else "–" for one in sizes),
            last.note or (span(last.p95) if len(last.seconds) > 1 else "–"),
            "–" if last.buffers is None else short(last.buffers),
            "–" if ratio is None else f"{short(ratio)} ×",
            span(beyond),
        ]
        yield f"| {what} | {' | '.join(cells)} |"


def _kept(sizes: Sequence[int], kept: Mapping[int, Kept]) -> Iterator[str]:
    yield from _table("what", *(f"{one:,}" for one in sizes), "a job", f"{FAR:,}, extrapolated")
    for what, points in target.rooms(kept).items():
        growth = Growth(what, "bytes", points)
        cells = [
            *(size(points[one]) for one in sizes),
            f"{growth.line.slope:,.0f} bytes",
            size(growth.beyond(FAR)),
        ]
        yield f"| {what} | {' | '.join(cells)} |"


def _costs(costs: Costs) -> Iterator[str]:
    yield from _table("what", "CPU of PostgreSQL for each")
    for what, seconds in costs.each.items():
        yield f"| {what} | {seconds * 1e6:,.0f} µs |"
    yield ""
    yield (
        f"Each of a node's {costs.processes} processes beats every {costs.heartbeat_s:g} s, all of "
        f"them over {target.THREADS} connections; the latest beat came {span(costs.late)} late."
    )
    yield ""
    yield from _table("nodes that beat", "CPU of PostgreSQL")
    for nodes, share in costs.beats.points.items():
        yield f"| {nodes:,} | {share:.3f} of a core |"
    yield ""
    yield from _table("listeners", "all hear each event, as APIs do",
                      "each hears its own node, as workers do: for each event")  # fmt: skip
    for count, seconds in costs.same.points.items():
        others = costs.others.points[count]
        yield f"| {count:,} | {seconds * 1e6:,.0f} µs | {others * 1e6:,.0f} µs |"


def _at_rest(idle: Idle) -> Iterator[str]:
    yield "`calypso up` with all workers, no job, and other nodes that joined: their workers alone."
    yield ""
    nodes = list(idle.rates["statements"].points)
    yield from _table("what", *(f"{one} node{'s' if one > 1 else ''}" for one in nodes),
                      "each node more")  # fmt: skip
    for name, growth in idle.rates.items():
        points = [_number(value, RATES[name]) for value in growth.points.values()]
        more = _number(growth.line.slope, RATES[name])
        yield f"| {name} | {' | '.join(points)} | {more} |"
    yield ""
    yield from _table("program", "processes", "memory (PSS)")
    for name, amount in idle.pss.items():
        yield f"| {name} | {idle.processes[name]} | {size(amount)} |"
    yield f"| all workers of a joined node | | {size(idle.node_pss)} |"
    yield f"| **the appliance** | {sum(idle.processes.values())} | {size(sum(idle.pss.values()))} |"
    yield ""
    yield from _table("for each `system.noop`, one at a time, beyond rest", "")
    for name, value in idle.job.items():
        yield f"| {name} | {_job(name, value)} |"


def _job(name: str, value: float) -> str:
    return f"{value * 1000:.2g} ms" if name.startswith("CPU") else short(value)


def _number(value: float, unit: str) -> str:
    if unit.startswith("bytes"):
        return size(value) + unit.removeprefix("bytes")
    return f"{value:.{DIGITS[unit]}f} {unit}".strip()


def _beyond(kept: Mapping[int, Kept], costs: Costs, idle: Idle) -> Iterator[str]:
    yield from _table("what", "extrapolated", "how")
    for what, value, how in target.drawn(kept, costs, idle):
        yield f"| {what} | {value} | {how} |"
