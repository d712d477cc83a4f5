"""A million rows age in bounded batches while everybody else goes on. PostgreSQL only."""

import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from calypso.models.clock import now
from calypso.models.listing import JobQuery
from tests.contract.store.making import claim, finish, running, submitted

pytestmark = pytest.mark.postgres
JOBS = 200_000  # with three events and a piece of log each: a million rows
DAYS = 500  # over which they ended, evenly
HOT_DAYS, HISTORY_DAYS, SHORTER_DAYS = 7, 400, 200
BATCH = 1000
LONGEST_S = 10.0  # that anybody else may be held up: generous, and far below the whole
PREFIX = "01900000-0000-7000-8000-"
INDEXES = """
SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS made FROM pg_index
 WHERE indrelid IN ('calypso.jobs'::regclass, 'calypso.job_events'::regclass)
  AND NOT indisprimary"""
OLD_JOBS = f"""
INSERT INTO calypso.jobs (id, type, subsystem, node, queue, title, requested_by, source_kind, state,
    attempt, epoch, created_at, queued_at, started_at, finished_at)
SELECT ('{PREFIX}' || lpad(to_hex(n), 12, '0'))::uuid, 'storage.snapshot_create', 'storage', 'keep',
    'storage@keep', 'Snapshot tank/' || mod(n, 100), 'ada', 'user',
    (ARRAY['succeeded', 'succeeded', 'failed', 'cancelled'])[1 + mod(n, 4)]::calypso.job_state,
    1, 1, at - interval '1 min', at - interval '1 min', at - interval '1 min', at
FROM (SELECT n, %s::timestamptz - make_interval(days => {DAYS}) * (1 - (n - 0.5) / {JOBS}) AS at
        FROM generate_series(1, {JOBS}) AS n) AS old"""
OLD_EVENTS = """
INSERT INTO calypso.job_events (job_id, at, epoch, type)
SELECT id, finished_at, 1, unnest(ARRAY['submitted', 'started', state::text]) FROM calypso.jobs"""
OLD_LOGS = """
INSERT INTO calypso.job_log (job_id, start, bytes, data)
SELECT id, 0, 120, convert_to(rpad(id::text, 120, '.'), 'UTF8') FROM calypso.jobs"""
PARTS = {"jobs": 1, "job_events": 3, "job_log": 1}  # rows of an old job in each table
NEW_PARTS = {"jobs": 1, "job_events": 3, "job_log": 0}  # and of one that ran meanwhile
MONTHS = """
SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = ANY (ARRAY[
  'calypso.jobs_history', 'calypso.job_events_history', 'calypso.job_log_history']::regclass[])"""


def tell(engine, *statements):
    with engine.connect() as connection:
        connection.exec_driver_sql("SET statement_timeout = 0")
        for statement, *given in statements:
            connection.exec_driver_sql(statement, tuple(given) or None)
        connection.exec_driver_sql("RESET statement_timeout")


def count(engine, table):
    with engine.connect() as connection:
        return connection.exec_driver_sql(f"SELECT count(*) FROM calypso.{table}").scalar()


def months(engine):
    """Return the months that history has room for, and in how many tables."""
    with engine.connect() as connection:
        names = connection.exec_driver_sql(MONTHS).scalars()
        return Counter(name.rpartition("_y")[2] for name in names)


def fill(engine, instant):
    """Make the old jobs; indexes are made afterwards, which takes a third of the time."""
    with engine.connect() as connection:
        indexes = connection.exec_driver_sql(INDEXES).all()
    tell(
        engine,
        *((f"DROP INDEX {one.name}",) for one in indexes),
        (OLD_JOBS, instant),
        (OLD_EVENTS,),
        (OLD_LOGS,),
        *((one.made,) for one in indexes),
        ("ANALYZE calypso.jobs, calypso.job_events, calypso.job_log",),
    )


def old_id(number):
    return UUID(f"{PREFIX}{number:012x}")


def ended_before(days):
    """Return how many of the old jobs ended that long ago, or longer."""
    return JOBS - round(JOBS * days / DAYS)


@contextmanager
def everybody_else(*acts):
    """Have others act without a pause; yields how often each did, and its longest time."""
    over, told = threading.Event(), [Counter() for _ in acts]

    def go_on(act, did):
        while not over.is_set():
            began = time.monotonic()
            act()
            did["longest_s"] = max(did["longest_s"], time.monotonic() - began)
            did["times"] += 1

    with ThreadPoolExecutor(len(acts)) as pool:
        going = [pool.submit(go_on, act, did) for act, did in zip(acts, told, strict=True)]
        try:
            yield told
        finally:
            over.set()
            for one in going:
                one.result()


def test_months_are_made_before_anybody_needs_them(postgres, engine):
    finish(postgres, running(postgres))
    long_ago = now() - timedelta(days=999)

    assert postgres.retire(before=long_ago, drop_before=long_ago) == 0

    this = now().replace(day=1)
    ahead = {f"{month:%Ym%m}": 3 for month in (this, this + timedelta(days=31))}
    assert months(engine) == ahead
    assert postgres.retire(before=now() + timedelta(days=1), drop_before=long_ago) == 1
    assert months(engine) == ahead, "a batch had to make a month"


@pytest.mark.timeout(300)
def test_a_million_rows_age_while_everybody_goes_on(postgres, engine):
    instant = now()
    fill(engine, instant)
    before, drop_before = (instant - timedelta(days=days) for days in (HOT_DAYS, HISTORY_DAYS))
    too_old, hot = ended_before(HISTORY_DAYS), JOBS - ended_before(HOT_DAYS)
    kept = [old_id(number) for number in range(too_old + 1, JOBS, JOBS // 50)]
    turn, worker = iter(range(10**9)), uuid4()

    def work():
        submitted(postgres)
        finish(postgres, claim(postgres, worker))

    def look():
        one = kept[next(turn) % len(kept)]
        assert postgres.get(one) is not None
        assert len(postgres.events_of(one)) == 3
        assert len(postgres.page(JobQuery(until=before + timedelta(days=1))).items) == 50

    with everybody_else(work, look) as others:
        moved = []
        while not moved or moved[-1]:
            moved.append(postgres.retire(before=before, drop_before=drop_before, batch=BATCH))

    assert max(moved) == BATCH
    assert sum(moved) == JOBS - hot
    assert all(did["times"] > 5 and did["longest_s"] < LONGEST_S for did in others), others
    for table, rows in PARTS.items():
        assert count(engine, table) == hot * rows + others[0]["times"] * NEW_PARTS[table]
        assert count(engine, f"{table}_history") == (JOBS - hot - too_old) * rows
    assert postgres.get(old_id(too_old)) is None
    assert_one_list(postgres, instant)
    assert_months_go(postgres, engine, instant)


def assert_one_list(postgres, instant):
    """A list walks from today into history without a gap, and each of its jobs can be opened."""
    border = JOBS - ended_before(HOT_DAYS)
    query = JobQuery(sort="-finished_at", until=instant, limit=500)
    found, cursor = [], None
    while len(found) < border + 500:
        page = postgres.page(replace(query, cursor=cursor))
        found += [job.id for job in page.items]
        cursor = page.next_cursor
    assert found == [old_id(number) for number in range(JOBS, JOBS - len(found), -1)]
    assert all(postgres.get(one) is not None for one in found[border - 3 : border + 3])
    assert postgres.read_log(found[-1], offset=0, limit=200)[0].startswith(str(found[-1]))


def assert_months_go(postgres, engine, instant):
    """What is older than history is to be goes a month at a time, younger months stay whole."""
    drop_before = instant - timedelta(days=SHORTER_DAYS)
    postgres.retire(before=instant - timedelta(days=DAYS), drop_before=drop_before)

    oldest = min(months(engine))
    first = datetime.strptime(f"{oldest}+0000", "%Ym%m%z")
    assert first <= drop_before < first + timedelta(days=31)
    younger = sum(1 for number in range(1, JOBS + 1) if ended_at(instant, number) >= first)
    hot = JOBS - ended_before(HOT_DAYS)
    for table, rows in PARTS.items():
        assert count(engine, f"{table}_history") == (younger - hot) * rows


def ended_at(instant, number):
    return instant - timedelta(days=DAYS * (1 - (number - 0.5) / JOBS))
