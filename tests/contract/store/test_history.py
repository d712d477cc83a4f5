"""What moved to the monthly history is still there, until its time is over. PostgreSQL only."""

from datetime import UTC, datetime, timedelta

import pytest

from calypso.errors import StoreUnavailable
from calypso.models.clock import now
from calypso.models.job import State
from calypso.models.listing import JobQuery
from calypso.store import migrate
from calypso.store.engine import make_engine
from calypso.store.jobs import PostgresJobStore
from calypso.store.migrate import current_revision, is_current, upgrade
from tests.contract.store.making import NODE, claim, finish, new, running, state, submitted
from tests.contract.store.test_concurrency import at_once

pytestmark = pytest.mark.postgres
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
EVERY_MIGRATION = list(migrate._scripts())


def tomorrow():
    return now() + timedelta(days=1)


def aged(engine, job_id, days):
    with engine.connect() as connection:
        connection.exec_driver_sql(
            "UPDATE calypso.jobs SET finished_at = finished_at - %s, created_at = created_at - %s"
            " WHERE id = %s",
            (timedelta(days=days), timedelta(days=days), job_id),
        )


def hot(engine, table="jobs"):
    with engine.connect() as connection:
        return connection.exec_driver_sql(f"SELECT count(*) FROM calypso.{table}").scalar()


def everything(store, job_id, cursor):
    return (
        store.get(job_id),
        store.page(JobQuery()),
        store.page(JobQuery(sort="-finished_at")),
        store.events_of(job_id),
        store.events_since(cursor),
        store.read_log(job_id, offset=4, limit=99),
        store.replay_of("ada", "k"),
        store.cancel(job_id, "ada"),
    )


def test_retired_jobs_read_as_before(postgres, engine):
    cursor = postgres.last_cursor()
    run = running(postgres, request_key="k", request_hash="h")
    postgres.append_log(run.id, run.epoch, "one\ntwo\n", limit_bytes=1000)
    finish(postgres, run)
    unfinished = submitted(postgres)
    before = everything(postgres, run.id, cursor)

    assert postgres.retire(before=tomorrow(), drop_before=LONG_AGO) == 1

    assert (hot(engine), hot(engine, "job_log"), hot(engine, "jobs_history")) == (1, 0, 1)
    assert everything(postgres, run.id, cursor) == before
    assert state(postgres, unfinished) == "queued"
    assert postgres.submit(new(request_key="k", request_hash="h")).job_id == run.id
    assert postgres.submit(new(request_key="k", request_hash="x")).verdict == "conflict"


def test_young_and_unfinished_jobs_stay(postgres, engine):
    finish(postgres, running(postgres))
    submitted(postgres)

    assert postgres.retire(before=now() - timedelta(days=7), drop_before=LONG_AGO) == 0
    assert hot(engine) == 2


def test_jobs_retire_in_batches(postgres):
    for _ in range(5):
        finish(postgres, running(postgres))
    finish(postgres, running(postgres, control=True))

    moved = []
    while not moved or moved[-1]:
        moved.append(postgres.retire(before=tomorrow(), drop_before=LONG_AGO, batch=2))
    assert sum(moved) == 6
    assert max(moved) <= 4
    assert len(postgres.page(JobQuery()).items) == 5


def test_every_month_has_its_own_partition_and_old_ones_go(postgres, engine):
    ids = []
    for days in (0, 45, 400, 800):
        run = running(postgres)
        finish(postgres, run)
        aged(engine, run.id, days)
        ids.append(run.id)

    postgres.retire(before=tomorrow(), drop_before=now() - timedelta(days=500))
    assert [postgres.get(one) is not None for one in ids] == [True, True, True, False]
    assert [job.id for job in postgres.page(JobQuery(sort="-finished_at")).items] == ids[:3]

    postgres.retire(before=tomorrow(), drop_before=now() - timedelta(days=200))
    assert [postgres.get(one) is not None for one in ids] == [True, True, False, False]
    assert postgres.events_of(ids[2]) == []


def test_pages_run_on_from_today_into_history(postgres):
    ids = []
    for turn in range(6):
        run = running(postgres)
        finish(postgres, run)
        ids.append(run.id)
        if turn == 2:
            postgres.retire(before=tomorrow(), drop_before=LONG_AGO)

    for sort in ("created_at", "-created_at", "-finished_at"):
        first = postgres.page(JobQuery(sort=sort, limit=4, states=[State.SUCCEEDED, State.LOST]))
        second = postgres.page(
            JobQuery(
                sort=sort, limit=4, states=[State.SUCCEEDED, State.LOST], cursor=first.next_cursor
            )
        )
        found = [job.id for job in (*first.items, *second.items)]
        assert found == (ids if sort == "created_at" else ids[::-1])
        assert second.next_cursor is None


def test_a_job_may_wait_for_one_in_history(postgres):
    good, bad = running(postgres), running(postgres)
    finish(postgres, good)
    postgres.release(bad.id, "ada")
    late = running(postgres)
    both = submitted(postgres, after=[good.id, late.id])
    postgres.retire(before=tomorrow(), drop_before=LONG_AGO)

    after_good, after_bad = (
        submitted(postgres, after=[good.id]),
        submitted(postgres, after=[bad.id]),
    )
    finish(postgres, late)
    while postgres.promote(NODE):
        pass

    assert [state(postgres, one) for one in (after_good, after_bad, both)] == [
        "queued",
        "failed",
        "queued",
    ]


def test_retiring_from_many_processes_at_once_moves_each_job_once(postgres, engine):
    for _ in range(30):
        finish(postgres, running(postgres))

    def sweep():
        return sum(
            postgres.retire(before=tomorrow(), drop_before=LONG_AGO, batch=4) for _ in range(10)
        )

    assert sum(at_once(sweep, sweep, sweep)) == 30
    assert (hot(engine), hot(engine, "jobs_history")) == (0, 30)


# -- the schema and the connection


def test_many_may_migrate_at_once(fresh_database):
    url = fresh_database()
    engine = make_engine(url)
    assert (current_revision(engine), is_current(engine)) == (None, False)
    with pytest.raises(StoreUnavailable, match="calypso migrate"):
        PostgresJobStore(engine).due_nodes()

    at_once(*(lambda: upgrade(url) for _ in range(4)))
    upgrade(url)

    assert is_current(engine)
    assert PostgresJobStore(engine).due_nodes() == []
    engine.dispose()


def of_release(monkeypatch, newest, serves_from=None):
    """Have `migrate` be that of a release whose last migration is `newest`.

    `serves_from` is what that migration says of the releases that do without what it takes away.
    """
    scripts = [one for one in EVERY_MIGRATION if one.revision <= newest]
    said = {newest: serves_from}
    monkeypatch.setattr(migrate, "_scripts", lambda: iter(scripts))
    monkeypatch.setattr(migrate, "_serves_from", lambda script: said.get(script.revision))


def test_a_newer_schema_serves_an_older_release_until_it_takes_away_what_that_needs(
    fresh_database, monkeypatch
):
    url = fresh_database()
    engine = make_engine(url)
    upgrade(url)
    newest = current_revision(engine)
    of_release(monkeypatch, "0005")
    assert is_current(engine)
    assert migrate.state(engine)["floor"] is None

    of_release(monkeypatch, newest, serves_from="0007")
    upgrade(url)
    assert is_current(engine)
    assert migrate.state(engine)["floor"] == "0007"

    of_release(monkeypatch, "0006")
    assert not is_current(engine)
    of_release(monkeypatch, "0007")
    assert is_current(engine)

    of_release(monkeypatch, newest, serves_from="0003")  # another branch of an older one
    upgrade(url)
    assert migrate.state(engine)["floor"] == "0007"
    engine.dispose()


def test_events_of_a_restored_dump_are_not_taken_for_future_ones(postgres, engine, database_url):
    submitted(postgres)
    with engine.connect() as connection:
        connection.exec_driver_sql("UPDATE calypso.job_events SET xact = '999999999'")
    upgrade(database_url)
    cursor = postgres.last_cursor()

    second = submitted(postgres)
    assert [event.job_id for event in postgres.events_since("0-0")][-1] == second
    assert [event.job_id for event in postgres.events_since(cursor)] == [second]


def test_a_connection_the_server_closed_is_replaced_unseen(postgres, engine):
    postgres.ping()
    with engine.connect() as connection:
        connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = current_user"
            " AND datname = current_database() AND pid <> pg_backend_pid()"
        )
    submitted(postgres)

    assert claim(postgres) is not None


def test_a_server_that_is_away_is_said_so():
    engine = make_engine("postgresql://nobody@127.0.0.1:1/none")

    with pytest.raises(StoreUnavailable):
        PostgresJobStore(engine).ping()


def test_a_statement_that_hangs_is_cut(database_url):
    engine = make_engine(database_url, statement_timeout_s=0.2)

    with pytest.raises(StoreUnavailable):
        PostgresJobStore(engine)._value("SELECT pg_sleep(20)")
    PostgresJobStore(engine).ping()
    engine.dispose()


def test_heartbeats_touch_no_index(postgres, engine):
    from calypso.models.ledger import Beat

    run = running(postgres)
    for done in range(50):
        postgres.heartbeat(
            claim.__defaults__[0], [Beat(run.id, run.epoch, {"done": done})], lease_s=60
        )
    with engine.connect() as connection:
        connection.exec_driver_sql("SELECT pg_stat_force_next_flush()")
        updates, in_place = connection.exec_driver_sql(
            "SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_user_tables"
            " WHERE schemaname = 'calypso' AND relname = 'jobs'"
        ).one()
    assert postgres.get(run.id).progress.done == 49
    assert updates - in_place <= 3
