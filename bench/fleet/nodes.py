"""What nodes cost the servers they share: each heartbeat, each sweep, each job, each listener."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import cycle
from uuid import UUID, uuid4

from bench.contestants.with_calypso import house_of
from bench.fleet.asking import DONE, LEASE_S, QUEUE, catch_up, new_job
from bench.fleet.filling import Filled
from bench.fleet.samples import Growth
from bench.fleet.server import postgres_cpu_s, valkey_cpu_s
from bench.ground import Ground
from bench.plan import Plan
from bench.programs import Failed, until
from calypso.config import Settings
from calypso.engine.ports import Feed, JobStore
from calypso.engine.tend import Tender
from calypso.models.ledger import Claimed
from calypso.wiring import House

THREADS = 4  # with one pool of as many connections
READY_S = 30.0
PAUSE_S = 0.005  # between two events


@dataclass
class Costs:
    """CPU seconds of the servers for one act, and heartbeats of more and more nodes."""

    each: dict[str, float] = field(default_factory=dict)
    beats: Growth = field(default_factory=lambda: Growth("CPU of PostgreSQL", "of a core"))
    late: float = 0.0  # the latest heartbeat, seconds behind its time
    # CPU seconds of Redis for one event, by how many listen to it, and by how many to others
    same: Growth = field(default_factory=lambda: Growth("listen to the same", "s"))
    others: Growth = field(default_factory=lambda: Growth("listen on other nodes", "s"))
    processes: int = 0  # of a node with the default slots
    heartbeat_s: float = 0.0


def measured(here: Ground, made: Filled, plan: Plan) -> Costs:
    """Measure everything that a node asks of the servers, on a filled database."""
    house = house_of(here.of_calypso(made.url, here.redis(3)), role="scheduler")
    costs = Costs(heartbeat_s=_default("heartbeat_s"))
    try:
        workers = [one.id for one in house.ports.jobs.workers()]
        costs.processes = len(workers) // made.nodes
        _pace(here, house, workers, costs, plan)
        _count(here, house, costs, plan)
        _listen(here, house, costs, plan)
    finally:
        house.engine.dispose()
    return costs


def _default(name: str) -> float:
    return float(Settings.model_fields[name].default)


# ---- heartbeats at the product's interval


def _pace(here: Ground, house: House, workers: list[UUID], costs: Costs, plan: Plan) -> None:
    """Let more and more of the nodes beat, each process once in its interval."""
    for share in (0.0, 0.1, 0.4, 1.0):
        some = workers[: int(len(workers) * share)]
        seconds = costs.heartbeat_s if not plan.smoke else 0.5
        began, cpu = time.monotonic(), postgres_cpu_s(here)
        costs.late = max(costs.late, _beat(house.ports.jobs, some, seconds))
        used = postgres_cpu_s(here) - cpu
        nodes = len(some) // costs.processes
        costs.beats.points[nodes] = used / (time.monotonic() - began)


def _beat(jobs: JobStore, workers: list[UUID], seconds: float) -> float:
    """Have each of them beat once, evenly over so many seconds; return the longest delay."""
    began = time.monotonic()

    def share(number: int) -> float:
        latest = 0.0
        for place in range(number, len(workers), THREADS):
            due = began + seconds * place / len(workers)
            if (early := due - time.monotonic()) > 0:
                time.sleep(early)
            latest = max(latest, time.monotonic() - due)
            jobs.heartbeat(workers[place], (), lease_s=LEASE_S)
        return latest

    with ThreadPoolExecutor(THREADS) as hands:
        latest = max(hands.map(share, range(THREADS)))
    time.sleep(max(0.0, began + seconds - time.monotonic()))
    return latest


# ---- one act after the other


def _count(here: Ground, house: House, costs: Costs, plan: Plan) -> None:
    jobs, worker = house.ports.jobs, uuid4()
    times, held = plan.size(1000, 20), list[Claimed]()
    known = cycle([one.id for one in jobs.workers("node-0001")])

    def claim() -> None:
        if (one := jobs.claim(QUEUE, "attic", worker, lease_s=LEASE_S)) is None:
            raise Failed("there was nothing to claim")
        held.append(one)

    def finish() -> None:
        one = held.pop()
        if jobs.finish(one.id, one.epoch, DONE) is None:
            raise Failed("there was nothing to finish")

    sweep = Tender(house.ports, node="node-0001", undertaker=None, hot_days=9999, history_days=9999)
    for what, act in {
        "heartbeat": lambda: jobs.heartbeat(next(known), (), lease_s=LEASE_S),
        "submit": lambda: jobs.submit(new_job()),
        "claim": claim,
        "finish": finish,
        "sweep": sweep.tick,
        "look for dead workers": lambda: jobs.workers("node-0001"),
        "look for children to stop": jobs.forsaken,
        "look for alerts": lambda: house.ports.alerts.outcomes(limit=1000),
        "look for letters": lambda: house.ports.channels.claim(
            limit=4, lease_s=LEASE_S, give_up_s=LEASE_S
        ),
    }.items():
        if what.startswith("look"):
            catch_up(house.ports)
        costs.each[what] = _cpu_of(here, act, times)


def _cpu_of(here: Ground, act: Callable[[], object], times: int) -> float:
    before = postgres_cpu_s(here)
    for _ in range(times):
        act()
    return (postgres_cpu_s(here) - before) / times


# ---- listeners of what happens


def _listen(here: Ground, house: House, costs: Costs, plan: Plan) -> None:
    """Tell events to more and more listeners: to all of them, as APIs are, or to one node's.

    The control process of each worker listens to what its own node is told.
    """
    for count in (1, plan.size(40, 2), plan.size(120, 4)):
        with _ears(house, [None] * count):
            costs.same.points[count] = _telling(here, house, None, plan)
        with _ears(house, [f"n{number}" for number in range(count)]):
            costs.others.points[count] = _telling(here, house, "n0", plan)


def _telling(here: Ground, house: House, node: str | None, plan: Plan) -> float:
    events, before = plan.size(400, 10), valkey_cpu_s(here)
    for _ in range(events):
        house.ports.live.tell("job.ended", {"subsystem": "backup"}, node=node)
        time.sleep(PAUSE_S)
    return (valkey_cpu_s(here) - before) / events


@contextmanager
def _ears(house: House, nodes: Sequence[str | None]) -> Iterator[None]:
    """Have somebody listen for each of these, in threads, as an observer does."""
    ended, heard = threading.Event(), [0] * len(nodes)
    with ExitStack() as stack:
        feeds = [stack.enter_context(house.ports.live.feed(node)) for node in nodes]

        def hear(number: int, feed: Feed) -> None:
            while not ended.is_set():
                heard[number] += len(feed.next(0.5))

        threads = [threading.Thread(target=hear, args=pair) for pair in enumerate(feeds)]
        for one in threads:
            one.start()

        def all_hear() -> bool:
            for node in set(nodes):
                house.ports.live.tell("hear", {}, node=node)
            return all(heard)

        try:
            until(all_hear, what="that everybody listens", limit_s=READY_S, look_s=0.1)
            yield
        finally:
            ended.set()
            for one in threads:
                one.join()
