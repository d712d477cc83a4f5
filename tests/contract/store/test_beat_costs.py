"""A heartbeat of a process without a job costs next to nothing. PostgreSQL only."""

from uuid import uuid4

import pytest

from calypso.store.engine import calling, make_engine
from calypso.store.jobs import PostgresJobStore
from tests.contract.store.making import finish, running
from tests.contract.store.test_reading import record

pytestmark = pytest.mark.postgres
BEATS = 100
FEW_BLOCKS = 15  # a row, its index, and the page of the row's next version
READ = "SELECT blks_hit + blks_read FROM pg_stat_database WHERE datname = current_database()"


def read_so_far(engine):
    """Blocks read by all of a database, our own connection included."""
    with calling(engine) as connection:
        connection.exec_driver_sql("SELECT pg_stat_force_next_flush()")
        return connection.exec_driver_sql(READ).scalar_one()


def test_a_beat_without_a_job_reads_and_writes_its_row_and_plans_nothing(database_url):
    engine = make_engine(database_url, pool_size=1)
    store = PostgresJobStore(engine)
    finish(store, running(store))
    worker = uuid4()
    store.register(record(id=worker))
    seen_at = store.workers()[0].seen_at
    for _ in range(BEATS):
        store.heartbeat(worker, (), lease_s=60)

    before = read_so_far(engine)
    for _ in range(BEATS):
        assert store.heartbeat(worker, (), lease_s=60) == {}
    blocks = read_so_far(engine) - before

    assert blocks < BEATS * FEW_BLOCKS
    assert store.workers()[0].seen_at > seen_at
    engine.dispose()
