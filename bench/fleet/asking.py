"""What each verb of the product costs on a database of one size, beside bare SQL."""

import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import cycle
from typing import Any
from uuid import UUID, uuid4

import psycopg

from api.measures import families
from api.metrics import Scrapes
from api.readiness import Watch
from bench.contestants.with_calypso import house_of
from bench.fleet.filling import Filled
from bench.fleet.samples import Sample, timed
from bench.ground import Ground
from bench.programs import Failed
from calypso.engine.ports import Ports
from calypso.engine.tend import Tender
from calypso.errors import StoreUnavailable
from calypso.models.clock import uuid7
from calypso.models.job import Source, State
from calypso.models.ledger import Beat, Claimed, Ending, NewJob
from calypso.models.listing import JobQuery
from calypso.models.lock import exclusive
from calypso.store import cursors, migrate
from calypso.store.engine import calling
from calypso.wiring import House

FLUSH = "SELECT pg_stat_force_next_flush()"
READ = "SELECT blks_hit + blks_read FROM pg_stat_database WHERE datname = current_database()"
OLD = """
SELECT id FROM calypso.jobs_history TABLESAMPLE SYSTEM (%s) WHERE NOT control LIMIT 20000"""
NEW = "SELECT id FROM calypso.jobs WHERE finished_at IS NOT NULL AND NOT control LIMIT 2000"
SAMPLED = 4000  # rows, about
BARE_GET = "SELECT * FROM calypso.jobs_history WHERE id = %s"
BARE_PAGE = "SELECT * FROM calypso.jobs_history ORDER BY created_at DESC, id DESC LIMIT 51"
BARE_EVENTS = "SELECT * FROM calypso.job_events ORDER BY xact DESC, id DESC LIMIT 500"
FIRST_OF_THEM = f"""
SELECT e.xact || '-' || (e.id - 1) FROM ({BARE_EVENTS}) e ORDER BY e.xact, e.id LIMIT 1"""  # noqa: S608 - fixed words
LEASE_S = 60.0
QUEUE = "backup@attic"
DONE = Ending("succeeded", result={"run": 4711}, progress={"percent": 100})
TOO_LONG = "longer than the 4 s that a statement is given: answered with 503"


@dataclass
class Asked:
    """The product's own code over a filled database, on one connection."""

    made: Filled
    house: House
    bare: psycopg.Connection[Any]
    often: int
    found: dict[str, Sample] = field(default_factory=dict)
    scrape_bytes: int = 0

    def ask(
        self, what: str, act: Callable[[], object], *, times: int | None = None,
        peer: Callable[[], object] | None = None,
    ) -> None:  # fmt: skip
        """Do something often, then a peer likewise; count what was read."""
        times = self.often if times is None else times
        try:
            act()
        except StoreUnavailable:
            self.found[what] = Sample([4.0], note=TOO_LONG)
            return
        before = self._read()
        seconds = [timed(act) for _ in range(times)]
        buffers = (self._read() - before) / times
        theirs = [] if peer is None else [timed(peer) for _ in range(times)]
        self.found[what] = Sample(seconds, buffers, theirs)

    def _read(self) -> int:
        """Return the buffers read so far, those of our connection included."""
        with calling(self.house.engine) as connection:
            connection.exec_driver_sql(FLUSH)
        row = self.bare.execute(READ).fetchone()
        return 0 if row is None else int(row[0])


@contextmanager
def asking(here: Ground, made: Filled, *, often: int) -> Iterator[Asked]:
    """Have a house over a filled database, as an API has it, with one connection."""
    house = house_of(here.of_calypso(made.url, here.redis(2)))
    with made.connect() as bare:
        bare.execute("SET enable_bitmapscan = off; SET enable_sort = off; SET jit = off")
        try:
            yield Asked(made, house, bare, often)
        finally:
            house.engine.dispose()


def ids(asked: Asked) -> tuple[Iterator[UUID], Iterator[UUID]]:
    """Return endless ids of jobs: of history, all months alike, and of this week."""
    share = min(100.0, 100.0 * SAMPLED / asked.made.jobs)
    old = [row[0] for row in asked.bare.execute(OLD, (share,))]
    new = [row[0] for row in asked.bare.execute(NEW)]
    dice = random.Random(7)  # noqa: S311 - no secret
    dice.shuffle(old)
    dice.shuffle(new)
    return cycle(old), cycle(new)


def read(asked: Asked) -> None:
    """Measure what people and other programs read."""
    jobs, bare = asked.house.ports.jobs, asked.bare
    old, new = ids(asked)
    asked.ask("a job of history", lambda: _there(jobs.get(next(old))),
              peer=lambda: _there(bare.execute(BARE_GET, (next(old),)).fetchone()))  # fmt: skip
    asked.ask("a job of this week", lambda: _there(jobs.get(next(new))))
    asked.ask("its events", lambda: _there(jobs.events_of(next(old))))
    asked.ask("its log", lambda: _there(jobs.read_log(next(old), offset=0, limit=65536)))
    for what, query in pages(asked.made).items():
        peer = (lambda: bare.execute(BARE_PAGE).fetchall()) if what == FIRST else None
        asked.ask(what, lambda query=query: jobs.page(query), peer=peer)
    rare = JobQuery(text="home3 that nobody has")
    asked.ask("a search of 90 days by title, nothing found", lambda: jobs.page(rare), times=3)
    cursor = "".join(bare.execute(FIRST_OF_THEM).fetchone() or ())
    asked.ask("the last 500 events of all jobs", lambda: jobs.events_since(cursor),
              peer=lambda: bare.execute(BARE_EVENTS).fetchall())  # fmt: skip


FIRST = "a page of jobs: the first"


def pages(made: Filled) -> Mapping[str, JobQuery]:
    """Return what people ask a list for."""
    node = {"node": "node-0001"}
    middle = made.until - timedelta(days=365)
    return {
        FIRST: JobQuery(),
        "a page of jobs: of a state": JobQuery(states=[State.FAILED]),
        "a page of jobs: of a type": JobQuery(types=["tape.archive_write"]),
        "a page of jobs: of a state and a type": JobQuery(
            states=[State.FAILED], types=["tape.archive_write"]
        ),
        "a page of jobs: of a queue": JobQuery(subsystem="tape", **node),
        "a page of jobs: of a queue, a type and a state": JobQuery(
            subsystem="tape", states=[State.LOST], types=["tape.media_verify"], **node
        ),
        "a page of jobs: a year ago, by cursor": JobQuery(
            cursor=cursors.write_instant("-created_at", middle, UUID(int=2**127))
        ),
        "a page of jobs: by their end": JobQuery(sort="-finished_at"),
    }


def write(asked: Asked) -> None:
    """Measure the life of jobs: what the API and the workers write."""
    jobs, worker = asked.house.ports.jobs, uuid4()
    held: list[Claimed] = []
    asked.ask("submit a job", lambda: jobs.submit(new_job()))
    asked.ask("submit a job with a key", lambda: jobs.submit(new_job(key=str(uuid4()))))

    def claim() -> None:
        held.append(_there(jobs.claim(QUEUE, "attic", worker, lease_s=LEASE_S)))

    def finish() -> None:
        one = held.pop()
        _there(jobs.finish(one.id, one.epoch, DONE))

    asked.ask("claim a job", claim)
    beating = [Beat(held[0].id, held[0].epoch, {"percent": 50.0})]
    asked.ask("a heartbeat that holds a job",
              lambda: _there(jobs.heartbeat(worker, beating, lease_s=LEASE_S)))  # fmt: skip
    asked.ask("a heartbeat that holds none", lambda: jobs.heartbeat(worker, (), lease_s=LEASE_S))
    asked.ask("finish a job", finish, times=len(held) - 1)


def new_job(key: str | None = None) -> NewJob:
    """Return a job of a node that no worker serves."""
    return NewJob(
        id=uuid7(), type="backup.job_run", subsystem="backup", node="attic", queue=QUEUE,
        title="Run backup job client", params={"job": "client"},
        locks=[exclusive("backup", f"jobs/{uuid4()}")],
        requested_by="ada", source=Source(kind="user", id="ada"), max_attempts=3,
        request_key=key, request_hash=key, cancel="anytime",
    )  # fmt: skip


def tend(asked: Asked) -> None:
    """Measure what the house does by itself, and what watches it."""
    house, ports = asked.house, asked.house.ports
    rarely = max(3, asked.often // 10)
    catch_up(ports)
    sweep = Tender(ports, node="node-0001", undertaker=None, hot_days=9999, history_days=9999)
    sweep.tick()
    asked.ask("a worker's sweep of its node", sweep.tick)
    every = Tender(ports, node=None, undertaker=None, hot_days=9999, history_days=9999)
    every.tick()
    asked.ask("a scheduler's sweep of every node", every.tick, times=3)
    asked.ask("a node's look for dead workers", lambda: _there(ports.jobs.workers("node-0001")))
    asked.ask("every worker process", lambda: _there(ports.jobs.workers()), times=rarely)
    asked.ask("every queue", lambda: _there(ports.jobs.queues()), times=rarely)
    asked.ask("the look for alerts at how jobs ended", lambda: ports.alerts.outcomes(limit=1000))
    asked.ask("a scrape of GET /metrics", lambda: scrape(house), times=rarely)
    asked.scrape_bytes = len(scrape(house))
    watch = Watch(house)
    asked.ask("GET /readyz", watch.look)
    asked.ask("calypso migrate --check", lambda: migrate.state(house.engine), times=rarely)


def catch_up(ports: Ports) -> None:
    """Have nothing left of how jobs ended that nobody has looked at."""
    while (seen := ports.alerts.outcomes(limit=1000)).is_news:
        ports.alerts.follow(seen, [])


def scrape(house: House) -> bytes:
    """Return what Prometheus reads, measured anew."""
    return Scrapes(lambda: families(house.ports, 0)).text()


def _there(found: Any) -> Any:
    if not found:
        raise Failed("what was asked for is not there")
    return found
