"""A sweep of all nodes costs what is due, not what waits or has been. PostgreSQL only."""

import pytest

from calypso.store import sweeping
from calypso.store.engine import make_engine
from calypso.store.jobs import PostgresJobStore
from calypso.store.migrate import upgrade
from tests.contract.store.test_alert_costs import blocks

pytestmark = pytest.mark.postgres
NODES = 50
COLUMNS = "id, type, subsystem, node, queue, title, requested_by, source_kind, state"
JOB = "'system.noop', 'system', 'n' || n % {0}, 'system@n' || n % {0}, 'Nothing', 'ada', 'user'"
WAITING = f"""
INSERT INTO calypso.jobs ({COLUMNS}, wait_reason, run_at)
SELECT gen_random_uuid(), {JOB.format(NODES)}, 'waiting', 'run_at', now() + interval '1 day'
  FROM generate_series(1, 20000) n"""
QUEUED = f"""
INSERT INTO calypso.jobs ({COLUMNS}, queued_at)
SELECT gen_random_uuid(), {JOB.format(NODES)}, 'queued', now() - interval '1 minute'
  FROM generate_series(1, 20000) n"""
ENDED = f"""
INSERT INTO calypso.jobs ({COLUMNS}, finished_at)
SELECT gen_random_uuid(), {JOB.format(NODES)}, 'succeeded', now()
  FROM generate_series(1, 20000) n"""
A_NODE = 8  # blocks: into an index and back, twice


@pytest.fixture(scope="module")
def waiting(shared_database):
    """Fifty nodes with thousands of jobs that wait, none of which is due."""
    upgrade(shared_database)
    engine = make_engine(shared_database, statement_timeout_s=None)
    with engine.connect() as connection:
        for statement in (WAITING, QUEUED, ENDED):
            connection.exec_driver_sql(statement, execution_options={"no_parameters": True})
        connection.exec_driver_sql("VACUUM ANALYZE")
    yield engine
    engine.dispose()


def test_a_look_at_what_is_due_reads_a_few_entries_of_each_node(waiting):
    assert PostgresJobStore(waiting).due_nodes() == []
    assert blocks(waiting, sweeping.DUE, ()) < A_NODE * NODES


def test_a_line_that_was_left_in_the_midst_is_due(waiting):
    with waiting.connect() as connection:
        connection.exec_driver_sql("INSERT INTO calypso.lock_dirty VALUES ('n7', 'storage/tank')")
    store = PostgresJobStore(waiting)

    assert store.due_nodes() == ["n7"]
    store.promote("n7")
    assert store.due_nodes() == []


def test_queues_that_nobody_hears_are_counted_no_further_than_need_be(waiting):
    found = PostgresJobStore(waiting).starving(None, older_than_s=0)

    assert found == {f"system@n{n}": sweeping.MOST_HINTS for n in range(NODES)}
    few = (sweeping.MOST_HINTS + A_NODE) * NODES
    assert blocks(waiting, sweeping.STARVING, (0,)) < few
