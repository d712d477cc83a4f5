"""One file, or one page, out of a million reads as many rows as it shows. PostgreSQL only."""

import json
import time
from uuid import UUID

import pytest

from calypso.models.archive import FRONT_BYTES
from calypso.store.engine import make_engine
from calypso.store.media import PostgresMediaStore
from calypso.store.media_files import BETWEEN, FILES, LAST, between
from calypso.store.migrate import upgrade

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(400)]
ARCHIVES, EACH = 10, 100_000
LIMIT = 50
ARCHIVE = """
INSERT INTO calypso.archives (id, node, job_id, pool, source, began_at, state, files)
SELECT ('00000000-0000-7000-8000-0000000000' || lpad(n::text, 2, '0'))::uuid, 'keep', gen_random_uuid(), 'monthly', 'tank', now(), 'whole', %s
  FROM generate_series(1, %s) n"""  # noqa: E501 - SQL is read in whole lines
# Between a folder and what is in it sort very many that only begin like it.
FILE = """
INSERT INTO calypso.archive_files (archive_no, number, kind, size_bytes, first_byte, end_byte, path)
SELECT no, n - 1, 'file', 10, n * 1024::bigint, (n + 1) * 1024::bigint,
       CASE WHEN n %% 2 = 0 THEN 'home-old/' || n ELSE 'home/ada/' || n END::bytea
  FROM calypso.archives, generate_series(1, %s) n"""
SHARED_READ = ("Shared Hit Blocks", "Shared Read Blocks")
MOST_BLOCKS = 4 * LIMIT  # an index page and a page of the table for each row, and the way down


@pytest.fixture(scope="module")
def million(shared_database):
    upgrade(shared_database)
    engine = make_engine(shared_database, statement_timeout_s=None)
    with engine.connect() as connection:
        connection.exec_driver_sql(ARCHIVE, (EACH, ARCHIVES))
        connection.exec_driver_sql(FILE, (EACH,))
        connection.exec_driver_sql("ANALYZE calypso.archive_files")
    yield engine
    engine.dispose()


def cost(engine, statement, *values):
    """Return (rows shown, blocks read)."""
    with engine.connect() as connection:
        plan = connection.exec_driver_sql(
            f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {FILES}{statement}", values
        ).scalar()
    top = (plan if isinstance(plan, list) else json.loads(plan))[0]["Plan"]
    return top["Actual Rows"], sum(top[blocks] for blocks in SHARED_READ)


@pytest.mark.parametrize("after", [None, (b"home/ada/5", 50_000)])
@pytest.mark.parametrize("folder", [b"home", b"home/ada"])
def test_a_page_of_a_folder_reads_what_it_shows(million, folder, after):
    low, high = folder + b"/", folder + b"0"

    rows, blocks = cost(million, BETWEEN, 5, EACH, *between(low, high, after), LIMIT)

    assert rows == LIMIT
    assert blocks <= MOST_BLOCKS


def test_a_page_of_an_empty_folder_reads_next_to_nothing(million):
    low, high = b"nothing/", b"nothing0"

    rows, blocks = cost(million, BETWEEN, 5, EACH, *between(low, high, None), LIMIT)

    assert rows == 0
    assert blocks <= 10


def test_one_file_is_found_by_its_path_at_once(million):
    path = b"home/ada/77777"

    rows, blocks = cost(million, LAST, 5, EACH, path[:FRONT_BYTES], path)

    assert rows == 1
    assert blocks <= 10


def test_each_of_many_look_ups_takes_far_less_than_a_second(million):
    books = PostgresMediaStore(million).reading("keep")
    began = time.monotonic()
    for n in range(1, 101, 2):
        archive = UUID(f"00000000-0000-7000-8000-0000000000{1 + n % ARCHIVES:02}")
        found = books.file(archive, f"home/ada/{n * 999}")
        assert (found is not None) == (n * 999 <= EACH)
    assert time.monotonic() - began < 50
