"""A database as years of work leave it, made in the database itself."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import psycopg

from bench.fleet.server import HURRY, having
from bench.ground import Ground, plain
from calypso.models.schedule import ScheduleSpec
from calypso.store.engine import make_engine
from calypso.store.migrate import upgrade
from calypso.store.schedules import PostgresScheduleStore

HERE = Path(__file__).parent
DAYS, HOT_DAYS = 730, 7
NODES = 1000
BATCH = 20_000
HANDS = 2  # connections that fill
HISTORY = {
    "jobs": "jobs_history", "events": "job_events_history", "log": "job_log_history",
    "numbered": "", "more": ", finished_at", "of_job": ", b.finished_at",
}  # fmt: skip
HOT = {
    "jobs": "jobs", "events": "job_events", "log": "job_log",
    "numbered": "OVERRIDING SYSTEM VALUE", "more": "", "of_job": "",
}  # fmt: skip
TABLES = (
    "jobs_history", "job_events_history", "job_log_history", "jobs", "job_events", "job_log",
    "schedule_fires", "workers", "subsystems", "schedules", "job_locks",
)  # fmt: skip


@dataclass(frozen=True)
class Filled:
    """A database with so many jobs of so many nodes, evenly over `DAYS` until `until`."""

    url: str
    jobs: int
    nodes: int
    until: datetime

    @property
    def hot_since(self) -> datetime:
        """The first instant whose jobs are not history yet."""
        return self.until - timedelta(days=HOT_DAYS)

    def connect(self) -> psycopg.Connection[Any]:
        """Open a bare connection."""
        return psycopg.connect(plain(self.url), autocommit=True)


def filled(here: Ground, jobs: int, *, nodes: int = NODES) -> Filled:
    """Return a new database of this many ended jobs, vacuumed as it is when it has come to rest."""
    made = Filled(here.database(), jobs, nodes, datetime.now(UTC))
    upgrade(made.url)
    with having(here, HURRY), made.connect() as server:
        server.execute(_sql("history"))
        _make_months(server, made)
        with ThreadPoolExecutor(HANDS) as hands:
            list(hands.map(partial(_fill, made), _shares(jobs, HANDS)))
        _settle(made)
        with ThreadPoolExecutor(HANDS) as hands:
            list(hands.map(partial(_vacuum, made), TABLES))
    return made


def _make_months(server: psycopg.Connection[Any], made: Filled) -> None:
    first = made.until - timedelta(days=DAYS)
    for days in range(0, DAYS + 31, 15):
        server.execute("SELECT calypso.make_month(%s)", (first + timedelta(days=days),))


def _fill(made: Filled, share: tuple[int, int]) -> None:
    hot = made.jobs - made.jobs * HOT_DAYS // DAYS + 1  # the first that is not history yet
    with psycopg.connect(plain(made.url)) as server:
        server.execute("SET synchronous_commit = off")
        server.execute("SET session_replication_role = replica")  # no look at each foreign key
        server.execute("SET work_mem = '256MB'")
        for start, end in _batches(*share, hot):
            given = {
                "first": start, "last": end, "total": made.jobs, "nodes": made.nodes,
                "days": DAYS, "until": made.until,
            }  # fmt: skip
            server.execute(_sql("batch"), given)
            server.execute(_sql("into").format(**(HOT if start >= hot else HISTORY)))
            server.commit()


def _batches(first: int, last: int, hot: int) -> Iterator[tuple[int, int]]:
    """Yield (first, last) of each batch; none has jobs of both kinds."""
    while first <= last:
        end = min(last, first + BATCH - 1)
        if first < hot <= end:
            end = hot - 1
        yield first, end
        first = end + 1


def _shares(jobs: int, hands: int) -> Iterator[tuple[int, int]]:
    for number in range(hands):
        yield jobs * number // hands + 1, jobs * (number + 1) // hands


def _settle(made: Filled) -> None:
    """Add what nodes leave beside their history."""
    engine = make_engine(made.url, pool_size=1)
    spec = ScheduleSpec(name="pattern", cron="0 1 * * *", type="system.noop")
    PostgresScheduleStore(engine).add_schedule(spec, owner="admin", next_slot=None)
    engine.dispose()
    with made.connect() as server, server.transaction():
        for statement in _sql("nodes").split(";\n"):
            server.execute(statement, {"nodes": made.nodes, "total": made.jobs})


def _vacuum(made: Filled, table: str) -> None:
    with made.connect() as server:
        server.execute(f"VACUUM (ANALYZE) calypso.{table}")


def _sql(name: str) -> str:
    return (HERE / f"{name}.sql").read_text(encoding="utf-8")
