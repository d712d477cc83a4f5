"""What stands in a database that somebody is about to replace."""

import pytest

from calypso.models.clock import now
from calypso.store import migrate
from calypso.store.engine import calling, make_engine
from calypso.store.standing import standing

pytestmark = pytest.mark.postgres
POOL = "INSERT INTO calypso.media_pools VALUES ('keep', 'daily', '{}')"


@pytest.fixture
def engines(fresh_database):
    url = fresh_database()
    migrate.upgrade(url)
    made = [make_engine(url, pool_size=1) for _ in range(2)]
    yield made
    for one in made:
        one.dispose()


def test_the_books_of_tapes_are_of_use(engines):
    engine = engines[0]
    assert not standing(engine).is_of_use
    with calling(engine) as connection:
        connection.exec_driver_sql(POOL)
    assert standing(engine).is_of_use
    assert "1 pools in the books of tapes" in standing(engine).words
    assert standing(engine, since=now()).media_pools == 0  # nobody knows when it was made


def test_connections_of_calypso_count_but_for_the_one_that_asks(engines):
    asking, other = engines
    assert standing(asking).connections == 0
    with calling(other):
        assert standing(asking).connections == 1
