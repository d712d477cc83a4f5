"""A page reads as many rows as it shows, with a million jobs behind it. PostgreSQL only."""

# ruff: noqa: E501 - SQL is read in whole lines

import json
from datetime import UTC, datetime
from uuid import UUID

import pytest

from calypso.models.estimate import MOST_RUNS
from calypso.models.job import State
from calypso.models.listing import JobQuery
from calypso.store import cursors
from calypso.store.engine import make_engine
from calypso.store.explaining import RUN_TIMES
from calypso.store.lists import listing
from calypso.store.migrate import upgrade

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(400)]
HOT, RETIRED = 40_000, 960_000
UNFINISHED = HOT // 200
MONTHS = 14
LIMIT = 50
PARENT = UUID(int=7)
END = datetime(2026, 7, 1, tzinfo=UTC)
COLUMNS = """
id, type, subsystem, node, queue, title, requested_by, source_kind, source_id, cancel_class, control, parent_id,
state, attempt, max_attempts, losses, epoch, created_at, queued_at, finished_at"""
# Values of very different frequency: one in 2, one in 40, and a few in all.
ROWS = """
SELECT gen_random_uuid(),
       'storage.' || (ARRAY['snapshot_create', 'pool_scrub', 'replication_run'])[1 + n %% 3] || CASE WHEN n %% 40 = 0 THEN '_rare' ELSE '' END,
       CASE WHEN n %% 50 = 0 THEN 'tape' ELSE 'storage' END,
       CASE WHEN n %% 1000 = 0 THEN 'attic' ELSE 'keep' END,
       'storage@keep', 'Snapshot tank/' || n, CASE WHEN n %% 30 = 0 THEN 'bob' ELSE 'ada' END,
       CASE WHEN n %% 2 = 0 THEN 'schedule' ELSE 'user' END, CASE WHEN n %% 2 = 0 THEN 'schedule' || n %% 20 END,
       'anytime', n %% 10 = 3, CASE WHEN n %% 50 = 1 THEN '{parent}'::uuid END, {state}, 1, 1, 0, 1, made, made,
       {finished}
  FROM (SELECT n, %s::timestamptz - make_interval(mins => ({span}::bigint * n / {total})::int) AS made FROM generate_series(1, {total}) n) q"""
ENDED_STATE = "(CASE WHEN n %% 100 = 0 THEN 'failed' WHEN n %% 3000 = 7 THEN 'lost' ELSE 'succeeded' END)::calypso.job_state"
HOT_STATE = "(CASE WHEN n %% 200 = 1 THEN 'queued' WHEN n %% 100 = 0 THEN 'failed' ELSE 'succeeded' END)::calypso.job_state"
INDEXES = """
SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
 WHERE indrelid = 'calypso.jobs_history'::regclass AND NOT indisprimary"""
SINCE, UNTIL = datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)
FILTERS = {
    "nothing": {},
    "a common state": {"states": [State.SUCCEEDED]},
    "a rare state": {"states": [State.LOST]},
    "an unfinished state": {"states": [State.QUEUED]},
    "two states": {"states": [State.FAILED, State.SUCCEEDED]},
    "every state": {"states": list(State)},
    "a type": {"types": ["storage.pool_scrub"]},
    "a rare type": {"types": ["storage.pool_scrub_rare"]},
    "two types": {"types": ["storage.pool_scrub", "storage.snapshot_create"]},
    "a state and a type": {"states": [State.FAILED], "types": ["storage.snapshot_create_rare"]},
    "states and types": {
        "states": [State.FAILED, State.SUCCEEDED],
        "types": ["storage.pool_scrub", "storage.replication_run"],
    },
    "a subsystem": {"subsystem": "tape"},
    "a node": {"node": "attic"},
    "the usual node": {"node": "keep"},
    "a schedule": {"schedule": "schedule4"},
    "a parent": {"parent": PARENT},
    "a user": {"user": "bob"},
    "the usual user": {"user": "ada"},
    "since": {"since": SINCE},
    "until": {"until": UNTIL},
}


@pytest.fixture(scope="module")
def million(shared_database):
    """One database for all of these: filling it takes most of a minute."""
    upgrade(shared_database)
    engine = make_engine(shared_database, statement_timeout_s=None)
    with engine.connect() as connection:
        run = connection.exec_driver_sql
        run("SET maintenance_work_mem = '256MB'")
        indexes = run(INDEXES).all()
        for name, _ in indexes:
            run(f"DROP INDEX {name}")
        run(
            "SELECT calypso.make_month(%s - make_interval(months => m)) FROM generate_series(-1, 14) m",
            (END,),
        )
        fill(
            connection,
            "jobs_history",
            RETIRED,
            state=ENDED_STATE,
            finished="made + interval '1 minute'",
            span=MONTHS * 30 * 1440,
        )
        for _, definition in indexes:
            run(definition.replace(" ON ONLY ", " ON "))
        fill(
            connection,
            "jobs",
            HOT,
            state=HOT_STATE,
            finished=f"CASE WHEN {HOT_STATE} <> 'queued' THEN made + interval '1 minute' END",
            span=10_000,
        )
        run("ANALYZE calypso.jobs")
        run("ANALYZE calypso.jobs_history")
    yield engine
    engine.dispose()


def fill(connection, table, total, *, state, finished, span):
    extra, value = ("", "") if table == "jobs" else (
        ", seq, priority, params, locks, warnings", ", n, 0, '{{}}', '[]', '[]'")  # fmt: skip
    rows = ROWS.replace("\n  FROM (SELECT n", f"{value}\n  FROM (SELECT n")
    end = END if table == "jobs_history" else END.replace(day=8)
    connection.exec_driver_sql(
        f"INSERT INTO calypso.{table} ({COLUMNS}{extra}) "
        + rows.format(parent=PARENT, state=state, finished=finished, total=total, span=span),
        (end,),
    )


def read_rows(node):
    """Rows that scans below a plan's node read, those a filter threw away included."""
    own = 0
    if "Scan" in node["Node Type"] and "Relation Name" in node:
        removed = node.get("Rows Removed by Filter", 0) + node.get(
            "Rows Removed by Index Recheck", 0
        )
        own = round((node["Actual Rows"] + removed) * node["Actual Loops"])
    if node["Node Type"] == "Bitmap Index Scan":
        own = round(node["Actual Rows"] * node["Actual Loops"])
    return own + sum(read_rows(child) for child in node.get("Plans", ()))


def cost(engine, query):
    statement, values = listing(query)
    if not statement:
        return 0
    return read_rows(explained(engine, statement, values))


def explained(engine, statement, values):
    with engine.connect() as connection:
        plan = connection.exec_driver_sql(
            f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}", tuple(values)
        ).scalar()
    return (plan if isinstance(plan, list) else json.loads(plan))[0]["Plan"]


def branches(query):
    """A merge holds one row of each branch in hand: each month, for each state and type.

    Unfinished jobs may all be read, for each type that is asked for.
    """
    types = max(1, len(query.types))
    unfinished = UNFINISHED * types if query.sort != "-finished_at" else 0
    return (MONTHS + 3) * max(1, len(query.states)) * types + unfinished


def test_an_unfinished_state_reads_what_it_shows(million):
    assert cost(million, JobQuery(states=[State.QUEUED], limit=LIMIT)) <= LIMIT + 1
    assert cost(million, JobQuery(states=[State.RUNNING], limit=LIMIT)) == 0


def middle(sort):
    """A cursor in the midst of all."""
    return cursors.write_instant(sort, datetime(2026, 1, 15, 12, tzinfo=UTC), UUID(int=2**127))


@pytest.mark.parametrize("name", FILTERS)
@pytest.mark.parametrize("sort", ["-created_at", "created_at", "-finished_at"])
def test_a_page_reads_what_it_shows(million, sort, name):
    first = JobQuery(**FILTERS[name], sort=sort, limit=LIMIT)
    later = JobQuery(**FILTERS[name], sort=sort, limit=LIMIT, cursor=middle(sort))

    assert cost(million, first) <= 2 * LIMIT + branches(first)
    assert cost(million, later) <= 2 * LIMIT + branches(later)


@pytest.mark.parametrize("title", ["Snapshot tank/4201", "Snapshot tank/nowhere"])
def test_past_runs_of_a_kind_are_found_without_reading_others(million, title):
    kind = (["storage.pool_scrub"], ["keep"], [title], MOST_RUNS)

    plan = explained(million, RUN_TIMES, kind)

    assert read_rows(plan) <= 2 * MOST_RUNS
    assert "Seq Scan" not in json.dumps(plan)
