"""A schema is brought up beside who works with it, and who only waits lets others pass."""

import threading

import psycopg
import pytest

from calypso.errors import StoreUnavailable
from calypso.store import migrate
from tests.contract.store.making import eventually

pytestmark = pytest.mark.postgres
WAITS = """
SELECT count(*) > 0 FROM pg_locks JOIN pg_class ON pg_class.oid = relation
 WHERE relname = 'job_events' AND NOT granted AND database = (
   SELECT oid FROM pg_database WHERE datname = current_database())"""


@pytest.fixture
def plain(database_url):
    return database_url.replace("+psycopg", "")


def holding(plain):
    """Return a connection that holds a table as something that takes hours would."""
    holder = psycopg.connect(plain)
    holder.execute("LOCK TABLE calypso.job_events IN SHARE MODE")
    return holder


def test_what_is_in_use_for_too_long_is_said_and_nothing_was_changed(database_url, plain):
    with holding(plain), pytest.raises(StoreUnavailable, match="in use for 0 s"):
        migrate.upgrade(database_url, patience_s=0)
    migrate.upgrade(database_url, patience_s=0)


def test_it_gives_way_to_others_and_is_done_when_the_table_is_free(database_url, plain):
    migrating = threading.Thread(target=migrate.upgrade, args=[database_url])
    with psycopg.connect(plain, autocommit=True) as looking:

        def waits():
            return looking.execute(WAITS).fetchone()[0]

        with holding(plain):
            migrating.start()
            assert eventually(waits)
            assert eventually(lambda: not waits())
            assert migrating.is_alive()
    migrating.join(30)
    assert not migrating.is_alive()
