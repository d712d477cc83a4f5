"""Behind a pooler that lends connections by transaction. PostgreSQL only."""

import pytest

from calypso.store.engine import calling, make_engine
from calypso.store.jobs import PostgresJobStore
from tests.contract.store.making import claim, finish, submitted

pytestmark = pytest.mark.postgres
LEFT = "SELECT count(*) FROM pg_prepared_statements"
MANY = 12  # psycopg prepares at the sixth


def left_after_work(url):
    """How many prepared statements a store leaves on its connection."""
    engine = make_engine(url, pool_size=1)
    store = PostgresJobStore(engine)
    for _ in range(MANY):
        submitted(store)
        finish(store, claim(store))
    with calling(engine) as connection:
        count = connection.exec_driver_sql(LEFT).scalar_one()
    engine.dispose()
    return count


def test_nothing_is_prepared_on_a_connection_that_is_only_lent(database_url):
    assert left_after_work(f"{database_url}?pooled=true") == 0


def test_what_is_asked_often_is_prepared_on_a_connection_of_our_own(database_url):
    assert left_after_work(database_url) > 0
