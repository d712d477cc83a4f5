"""A whole appliance that does nothing, machines that joined it and do nothing, and jobs."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count

import psycopg
import redis

from bench.contestants.with_calypso import house_of
from bench.fleet.samples import Growth
from bench.fleet.server import commands, cpu_s, memory, pss_bytes, statements, tree
from bench.ground import ROOT, Ground, plain, python
from bench.plan import Plan
from bench.programs import Program, until
from calypso.embedded import record
from calypso.embedded.record import Running
from calypso.engine.submit import Request, submit
from calypso.models.access import SYSTEM
from calypso.wiring import House

SUBSYSTEMS = ("storage", "tape", "backup", "system")
READY_S = 120.0
SETTLE_S, WATCH_S = 20.0, 60.0  # four heartbeats, two readings of the inventory
COUNTED_S = 12.0  # a connection that became idle tells within 10 s what it did
OURS = """
SELECT pid FROM pg_stat_activity WHERE application_name = 'calypso' AND backend_type =
 'client backend'"""
IDS = "SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
WAL = "SELECT (pg_current_wal_lsn() - '0/0'::pg_lsn)::bigint"
RATES = {
    "statements": "/s", "transaction ids": "/s", "WAL": "bytes/s",
    "CPU of PostgreSQL": "of a core", "Redis commands": "/s",
    "CPU of Redis": "of a core", "connections to PostgreSQL": "", "connections to Redis": "",
    "memory of PostgreSQL for each connection": "bytes",
}  # fmt: skip


@dataclass
class Idle:
    """Numbers by how many nodes there are; memory by process; what a job costs."""

    rates: dict[str, Growth] = field(
        default_factory=lambda: {name: Growth(name, unit) for name, unit in RATES.items()}
    )
    pss: dict[str, int] = field(default_factory=dict)
    processes: dict[str, int] = field(default_factory=dict)
    node_pss: int = 0  # of all that a joined node runs
    node_cpu: float = 0.0  # of a core
    job: dict[str, float] = field(default_factory=dict)  # of the servers, for each job


class Appliance:
    """A running `calypso up`, and what is known of its servers."""

    def __init__(self, here: Ground, plan: Plan) -> None:
        self.data, self.plan = here.folder / "up", plan
        self.subsystems = SUBSYSTEMS if not plan.smoke else ("system",)
        self._env = here.environment(
            CALYPSO_STORAGE_PRODUCT="directory", CALYPSO_TAPE_PRODUCT="filelib",
            CALYPSO_BACKUP_PRODUCT="none", CALYPSO_NODE="node-0", CALYPSO_LOG_LEVEL="warning",
            CALYPSO_CONFIG_DIR=str(here.folder / "none"),
        )  # fmt: skip
        words = ("--data", str(self.data), "--listen", "127.0.0.1:0")
        workers = ("--workers", ",".join(self.subsystems))
        self._here = here
        self.up = here.start("up", *python("calypso", "up", *words, *workers), env=self._env)
        until(self._serves, what="an appliance", limit_s=READY_S, look_s=0.2)
        self.addresses = record.addresses(self.data, self.running)
        self.joined: list[list[Program]] = []

    @property
    def running(self) -> Running:
        """What it says of itself."""
        found = record.read(self.data)
        assert found is not None
        return found

    def pid(self, name: str) -> int:
        """Return the process of one of its programs."""
        return next(one.pid for one in self.running.children if one.name == name)

    def join(self) -> None:
        """Start the workers of one more node."""
        name = f"node-{len(self.joined) + 1}"
        env = {
            **self._env, **self.addresses, "CALYPSO_NODE": name,
            "CALYPSO_SECRETS_KEY": "", "CALYPSO_STATE_DIR": str(self._here.folder / name),
            "PYTHONPATH": str(ROOT),
        }  # fmt: skip
        self.joined.append([
            self._here.start(f"{name}-{one}", *python("calypso", "worker", one), env=env)
            for one in self.subsystems
        ])  # fmt: skip

    def serves(self, house: House, nodes: int) -> bool:
        """Tell whether every subsystem of every node is there, with all its slots."""
        self.up.check()
        for one in (program for node in self.joined for program in node):
            one.check()
        known = {(one.node, one.subsystem) for one in house.ports.inventory.subsystems()}
        slots = sum(1 + house.settings.slots(one) for one in self.subsystems)
        workers = len(house.ports.jobs.workers())
        return len(known) == nodes * len(self.subsystems) and workers == nodes * slots

    def _serves(self) -> bool:
        self.up.check()
        return "Calypso is ready" in self.up.tail()


def measured(here: Ground, plan: Plan) -> Idle:
    """Watch an appliance alone, then with one and two nodes more; then let it work."""
    idle = Idle()
    appliance = Appliance(here, plan)
    house = house_of({**appliance.addresses, "CALYPSO_NODE": "node-0"})
    try:
        for nodes in (1, 2, 3) if not plan.smoke else (1, 2):
            if nodes > 1:
                appliance.join()
            until(lambda nodes=nodes: appliance.serves(house, nodes), what="every worker",
                  limit_s=READY_S, look_s=0.2)  # fmt: skip
            time.sleep(0.5 if plan.smoke else SETTLE_S)
            _watch(appliance, idle, nodes)
            if nodes == 1:
                _weigh(appliance, idle)
        _work(appliance, house, idle)
    finally:
        house.engine.dispose()
        here.stop_programs()
    return idle


def _watch(appliance: Appliance, idle: Idle, nodes: int) -> None:
    seconds = 1.0 if appliance.plan.smoke else WATCH_S
    with _counters(appliance) as counted:
        before = counted()
        joined = [pid for one in appliance.joined[-1:] for part in one for pid in part.pids()]
        node_cpu, began = cpu_s(joined), time.monotonic()
        time.sleep(seconds)
        after, took = counted(), time.monotonic() - began
        for name in before:
            idle.rates[name].points[nodes] = (after[name] - before[name]) / took
        if joined:
            idle.node_cpu = (cpu_s(joined) - node_cpu) / took
            idle.node_pss = pss_bytes(joined)
    _connections(appliance, idle, nodes)


def _connections(appliance: Appliance, idle: Idle, nodes: int) -> None:
    with psycopg.connect(plain(appliance.addresses["CALYPSO_DATABASE_URL"])) as server:
        pids = [int(row[0]) for row in server.execute(OURS)]
    private = sum(memory(pid)["private"] for pid in pids) / max(1, len(pids))
    with redis.Redis.from_url(appliance.addresses["CALYPSO_REDIS_URL"]) as client:
        clients = int(client.info("clients")["connected_clients"]) - 1
    idle.rates["connections to PostgreSQL"].points[nodes] = len(pids)
    idle.rates["connections to Redis"].points[nodes] = clients
    idle.rates["memory of PostgreSQL for each connection"].points[nodes] = private


@contextmanager
def _counters(appliance: Appliance) -> Iterator["_Count"]:
    url = plain(appliance.addresses["CALYPSO_DATABASE_URL"])
    with (
        psycopg.connect(url.rpartition("/")[0] + "/postgres", autocommit=True) as server,
        redis.Redis.from_url(appliance.addresses["CALYPSO_REDIS_URL"]) as client,
    ):
        yield _Count(appliance, server, client)


class _Count:
    """Reads everything that only grows."""

    def __init__(
        self, appliance: Appliance, server: "psycopg.Connection[tuple[int]]", client: "redis.Redis"
    ) -> None:
        self._server, self._client = server, client
        self._postgres, self._redis = appliance.pid("postgres"), appliance.pid("redis")

    def __call__(self) -> dict[str, float]:
        """Return statements, commands and CPU seconds so far."""
        return {
            "statements": statements(self._server, record.USER),
            "transaction ids": self._asked(IDS),
            "WAL": self._asked(WAL),
            "CPU of PostgreSQL": cpu_s(tree(self._postgres)),
            "Redis commands": commands(self._client),
            "CPU of Redis": cpu_s(tree(self._redis)),
        }

    def _asked(self, statement: str) -> int:
        row = self._server.execute(statement).fetchone()
        return 0 if row is None else int(row[0])


def _weigh(appliance: Appliance, idle: Idle) -> None:
    for one in appliance.running.children:
        pids = tree(one.pid)
        idle.pss[one.name] = pss_bytes(pids)
        idle.processes[one.name] = len(pids)
    own = appliance.up.process.pid
    idle.pss["calypso up itself"], idle.processes["calypso up itself"] = memory(own)["pss"], 1


def _work(appliance: Appliance, house: House, idle: Idle) -> None:
    """Let jobs run, one at a time, and count what the servers did for them beyond idleness."""
    jobs, nodes = appliance.plan.size(300, 5), len(appliance.joined) + 1
    request = Request(type="system.noop", params={}, node="node-0")
    with _counters(appliance) as counted:
        submit(house.ports, house.types, SYSTEM, request)
        before, began = counted(), time.monotonic()
        looks = sum(_run(house, request) for _ in range(jobs))
        time.sleep(0.2 if appliance.plan.smoke else COUNTED_S)
        after, took = counted(), time.monotonic() - began
    after["statements"] -= looks
    for name in before:
        beyond = after[name] - before[name] - idle.rates[name].points[nodes] * took
        idle.job[name] = max(0.0, beyond / jobs)


def _run(house: House, request: Request) -> int:
    """Have a job run; how often we looked whether it had ended, which is no cost of its own."""
    looks = count(1)
    job = submit(house.ports, house.types, SYSTEM, request).job

    def has_ended() -> bool:
        next(looks)
        found = house.ports.jobs.get(job.id)
        return found is not None and found.state.is_terminal

    until(has_ended, what="the end of a job", look_s=0.01)
    return next(looks) - 1
