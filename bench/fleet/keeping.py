"""What it takes to keep a history: room on the disk, a dump, a migration, the way into history."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

from bench.fleet.filling import DAYS, HOT_DAYS, Filled
from bench.fleet.samples import Sample, timed
from bench.ground import Ground, plain
from bench.programs import Failed
from calypso.drivers.system.dump import dump_database, restore_database
from calypso.embedded.places import package_folder
from calypso.embedded.postgres import PACKAGE, PROGRAMS
from calypso.host.local import LocalHost
from calypso.store.engine import make_engine
from calypso.store.jobs import PostgresJobStore
from calypso.store.migrate import upgrade

PEERS_UP_TO = 1_000_000  # jobs; beyond it the bare programs are not waited for as well
LIMIT_S = 7200.0
BATCH = 1000  # of jobs that are moved in one transaction, as the product does it
BATCHES = 20
PARTITIONS = 3  # of a month: jobs, events, logs
COUNT = "SELECT count(*) FROM calypso.{}"
LOG_BYTES = "SELECT coalesce(sum(bytes), 0) FROM calypso.{}"
ROOM = """
SELECT sum(pg_table_size(t)), sum(pg_indexes_size(t)) FROM (
  SELECT 'calypso.{0}'::regclass AS t UNION ALL
  SELECT inhrelid FROM pg_inherits WHERE inhparent = 'calypso.{0}'::regclass) q"""
KINDS = {
    "jobs": ("jobs_history", "jobs"),
    "events": ("job_events_history", "job_events"),
    "logs": ("job_log_history", "job_log"),
    "slots of schedules": ("schedule_fires",),
}
# As migration 0005 did: the dearest kind of step, an index on all of the history.
STEPS = {
    "a column more": "ALTER TABLE calypso.jobs_history ADD COLUMN probe jsonb",
    "an index on all of the history": """
CREATE INDEX probe ON calypso.jobs_history
  (type, node, hashtextextended(title, 0), finished_at DESC) WHERE state = 'succeeded'""",
}


@dataclass
class Kept:
    """What was found at one size."""

    bytes: int = 0
    heap: Mapping[str, int] = field(default_factory=dict)  # by kind
    index: Mapping[str, int] = field(default_factory=dict)
    log_bytes: int = 0  # of text, before PostgreSQL stores it
    dump_bytes: int = 0
    found: dict[str, Sample] = field(default_factory=dict)


def room(made: Filled) -> Kept:
    """Return what the database takes on the disk, by what it is for."""
    kept = Kept()
    with made.connect() as server:
        kept.bytes = _one(server.execute("SELECT pg_database_size(current_database())"))
        found = {
            kind: [server.execute(ROOM.format(table)).fetchone() or (0, 0) for table in tables]
            for kind, tables in KINDS.items()
        }
        kept.log_bytes = sum(
            _one(server.execute(LOG_BYTES.format(table))) for table in KINDS["logs"]
        )
    kept.heap = {kind: sum(int(one[0]) for one in many) for kind, many in found.items()}
    kept.index = {kind: sum(int(one[1]) for one in many) for kind, many in found.items()}
    return kept


def dump(here: Ground, made: Filled, kept: Kept) -> None:
    """Measure a dump as a backup of the appliance makes it, and its way back."""
    host, programs = LocalHost(), programs_of(here)
    file, bare = here.folder / "ours.dump", here.folder / "bare.dump"
    ours = timed(lambda: dump_database(host, made.url, file, programs=programs))
    kept.dump_bytes = file.stat().st_size
    peers = made.jobs <= PEERS_UP_TO
    theirs = [timed(lambda: _bare_dump(host, programs, made.url, bare))] if peers else []
    kept.found["dump"] = Sample([ours], peer=theirs)
    empty = here.database()
    ours = timed(lambda: restore_database(host, empty, file, programs=programs))
    _compare(made, empty)
    here.drop(empty)
    theirs = [_bare_restore(host, programs, here, file)] if peers else []
    kept.found["restore"] = Sample([ours], peer=theirs)
    file.unlink()
    bare.unlink(missing_ok=True)


def migrate(made: Filled, kept: Kept) -> None:
    """Measure a migration with nothing to do, and steps of the kinds there have been."""
    kept.found["calypso migrate, nothing to do"] = Sample([timed(lambda: upgrade(made.url))])
    for what, step in STEPS.items():
        with made.connect() as server:
            server.execute("BEGIN")
            took = timed(lambda step=step: server.execute(step))
            server.execute("ROLLBACK")
        kept.found[f"a step of a migration: {what}"] = Sample([took])


def retire(made: Filled, kept: Kept) -> None:
    """Move jobs into history as the product does, then drop the oldest month."""
    engine = make_engine(made.url, pool_size=1)
    jobs, far = PostgresJobStore(engine), made.until - timedelta(days=4 * DAYS)
    batch = min(BATCH, max(1, made.jobs * HOT_DAYS // DAYS // 4))
    moved, took = 0, list[float]()
    for _ in range(BATCHES):
        began = perf_counter()
        count = jobs.retire(before=made.until, drop_before=far, batch=batch)
        if not count:
            break
        moved += count
        took.append(perf_counter() - began)
    kept.found["move one job into history"] = Sample([one * len(took) / moved for one in took])
    kept.found["move a batch of them, up to 1,000"] = Sample(took)
    first, second = _months_after(made.until - timedelta(days=DAYS))
    jobs.retire(before=far, drop_before=first)  # the month that is not whole
    before = _partitions(made)
    took = [timed(lambda: jobs.retire(before=far, drop_before=second))]
    kept.found["drop the oldest month"] = Sample(took)
    if (gone := before - _partitions(made)) != PARTITIONS:
        raise Failed(f"{gone} partitions were dropped, a month has {PARTITIONS}")
    engine.dispose()


def _months_after(at: datetime) -> tuple[datetime, datetime]:
    """Return when the next month begins, and the one after it."""
    month = at.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    first = (month + timedelta(days=31)).replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1)


def _partitions(made: Filled) -> int:
    with made.connect() as server:
        return _one(
            server.execute(
                "SELECT count(*) FROM pg_inherits WHERE inhparent = ANY (%s::regclass[])",
                ([f"calypso.{tables[0]}" for tables in KINDS.values() if len(tables) > 1],),
            )
        )


def _compare(made: Filled, restored: str) -> None:
    """A restore that lost something ends the benchmark."""
    counts = [
        [_counted(url, table) for tables in KINDS.values() for table in tables]
        for url in (made.url, restored)
    ]
    if counts[0] != counts[1]:
        raise Failed(f"the dump had {counts[0]} rows, restored are {counts[1]}")


def _counted(url: str, table: str) -> int:
    engine = make_engine(url, pool_size=1, statement_timeout_s=None)
    with engine.connect() as connection:
        count = connection.exec_driver_sql(COUNT.format(table)).scalar()
    engine.dispose()
    return int(count or 0)


def programs_of(here: Ground) -> Path:
    """Return the folder of the embedded server's client programs."""
    copied = next(here.postgres.folder.glob("programs-*"), None)
    package = package_folder(PACKAGE) if copied is None else copied / PACKAGE
    if package is None:
        raise Failed("there is no embedded PostgreSQL here")
    return package / PROGRAMS


def _bare_dump(host: LocalHost, programs: Path, url: str, file: Path) -> None:
    _run(host, [programs / "pg_dump", "--format=custom", f"--file={file}", plain(url)])


def _bare_restore(host: LocalHost, programs: Path, here: Ground, file: Path) -> float:
    empty = here.database()
    argv = [programs / "pg_restore", "--no-owner", f"--dbname={plain(empty)}", file]
    took = timed(lambda: _run(host, argv))
    here.drop(empty)
    return took


def _run(host: LocalHost, argv: list[Any]) -> None:
    ran = host.run([str(word) for word in argv], timeout_s=LIMIT_S)
    if not ran.ok:
        raise Failed(f"{argv[0]}: {ran.stderr}")


def _one(found: Any) -> int:
    row = found.fetchone()
    return int(row[0])
