"""A tick costs what changed: not the jobs, alerts and letters there have been. PostgreSQL only."""

import pytest

from calypso.models.alert import AlertQuery, AlertState
from calypso.store import alerts, channels
from calypso.store.alerts import PostgresAlertStore
from calypso.store.engine import make_engine
from calypso.store.events import LARGEST
from calypso.store.migrate import upgrade

pytestmark = pytest.mark.postgres
MANY = 30_000
FEW_BLOCKS = 150  # of 8 kB; each of these tables has thousands
JOBS = f"""
INSERT INTO calypso.jobs (id, type, subsystem, node, queue, title, requested_by, source_kind, state, finished_at)
SELECT md5(n::text)::uuid, 'system.noop', 'system', 'keep', 'system@keep', 'Nothing ' || n, 'ada', 'user',
       'succeeded', now() FROM generate_series(1, {MANY}) n"""  # noqa: E501 - SQL
EVENTS = f"""
INSERT INTO calypso.job_events (xact, job_id, type)
SELECT '5', md5(n::text)::uuid, e FROM generate_series(1, {MANY}) n,
       unnest(ARRAY['submitted', 'started', 'succeeded']) e"""
ALERTS = f"""
INSERT INTO calypso.alerts (id, key, kind, level, subject, title, detail, cleared_at)
SELECT md5(n::text)::uuid, 'k' || n, 'job_failed', 'error', 's', 't', 'd', CASE WHEN n > 40 THEN now() END
  FROM generate_series(1, {MANY}) n"""  # noqa: E501 - SQL
CHANNEL = """
INSERT INTO calypso.alert_channels (id, name, kind, settings, min_level, enabled, updated_by)
VALUES (gen_random_uuid(), 'ops', 'email', '{}', 'error', true, 'ada')"""
LETTERS = """
INSERT INTO calypso.alert_deliveries (id, channel_id, alert_id, what, state)
SELECT gen_random_uuid(), c.id, a.id, 'raised', 'sent'
  FROM calypso.alerts a, calypso.alert_channels c"""


@pytest.fixture(scope="module")
def busy(shared_database):
    """A database with much behind it and nothing new."""
    upgrade(shared_database)
    engine = make_engine(shared_database, statement_timeout_s=None)
    with engine.connect() as connection:
        for statement in (JOBS, EVENTS, ALERTS, CHANNEL, LETTERS):
            connection.exec_driver_sql(statement)
        connection.exec_driver_sql("VACUUM ANALYZE")
    yield engine
    engine.dispose()


def blocks(engine, statement, values):
    """Return how many blocks a statement reads, functions that it calls included."""
    with engine.connect() as connection:
        explained = f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}"
        connection.exec_driver_sql(explained, tuple(values))  # the catalogue is read once
        (plan,) = connection.exec_driver_sql(explained, tuple(values)).scalar_one()
    return plan["Plan"]["Shared Hit Blocks"] + plan["Plan"]["Shared Read Blocks"]


def after(xact, number, limit=1000):
    return (xact, number, limit, xact, number, xact, limit, limit)


def test_a_look_without_news_reads_nothing_of_the_past(busy):
    assert blocks(busy, alerts.OUTCOMES, after("5", LARGEST)) < FEW_BLOCKS


def test_a_look_reads_as_much_as_there_is_news(busy):
    with busy.connect() as connection:
        last = connection.exec_driver_sql("SELECT max(id) FROM calypso.job_events").scalar_one()

    assert blocks(busy, alerts.OUTCOMES, after("5", last - 30)) < FEW_BLOCKS


def test_the_open_alerts_of_a_kind_are_found_among_many_that_are_cleared(busy):
    assert blocks(busy, alerts.OPEN, ("job_failed",)) < FEW_BLOCKS
    assert blocks(busy, alerts.COUNTS, ()) < FEW_BLOCKS


def test_a_look_for_letters_reads_none_that_were_sent(busy):
    assert blocks(busy, channels.CLAIM, (4, 60, 86400)) < FEW_BLOCKS


@pytest.mark.parametrize("state", [None, *AlertState])
def test_a_page_of_alerts_reads_what_it_shows(busy, state):
    statement, values = alerts._listing(AlertQuery(state=state))

    assert blocks(busy, statement, values) < FEW_BLOCKS


def test_raising_and_clearing_touch_one_alert(busy):
    store = PostgresAlertStore(busy)
    given = '{"id": "00000000-0000-7000-8000-000000000001", "key": "k50000", "kind": "x",'
    given += ' "level": "info", "subject": "s", "title": "t", "detail": "d"}'

    assert blocks(busy, alerts.RAISE, (given,)) < FEW_BLOCKS
    assert blocks(busy, alerts.CLEAR, ("k50000",)) < FEW_BLOCKS
    assert store.open_of("x") == []


def test_a_turn_that_is_not_due_writes_nothing(busy):
    assert PostgresAlertStore(busy).turn("look", every_s=60) is not None
    with busy.connect() as connection:
        connection.exec_driver_sql("BEGIN")
        took = connection.exec_driver_sql(alerts.TURN, ("look", 60, "look")).first()
        wrote = connection.exec_driver_sql("SELECT pg_current_xact_id_if_assigned()").scalar_one()
        connection.exec_driver_sql("ROLLBACK")

    assert took is None
    assert wrote is None, "a row that is locked costs a transaction's id and a flush of the disk"
