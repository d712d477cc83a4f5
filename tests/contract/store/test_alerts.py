"""Alerts: one for each thing that is wrong, told once, followed exactly once."""

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import pytest

from calypso.errors import Invalid
from calypso.models.alert import AlertQuery, AlertState, Clearing, Level, NewAlert
from calypso.models.clock import now, uuid7
from calypso.models.ledger import Ending
from calypso.store.alerts import PostgresAlertStore
from calypso.store.migrate import upgrade
from tests.contract.store.making import DONE, claim, eventually, finish, running, submitted

FAILED = Ending("failed", error={"code": "busy", "title": "Busy", "detail": "The pool is busy."})


def full(level=Level.WARNING, **given):
    plain = {
        "key": "pool_full/keep/tank", "kind": "pool_full", "level": level, "subject": "tank",
        "title": "Pool tank is nearly full", "detail": "Remove something.", "node": "keep",
        "subsystem": "storage",
    }  # fmt: skip
    return NewAlert(**{**plain, **given})


def only(alerts, state=None, **asked):
    (found,) = alerts.page(AlertQuery(state=state, **asked)).items
    return found


def heard(alerting):
    return [data["event"] for _, data in alerting.told]


def test_the_same_thing_raised_again_is_counted_and_not_told(alerting):
    first = alerting.alerts.raise_(full())
    again = alerting.alerts.raise_(full(detail="Remove more."))

    found = only(alerting.alerts)
    assert (first, again) == ("raised", "again")
    assert (found.count, found.detail, found.state) == (2, "Remove more.", AlertState.ACTIVE)
    assert found.last_seen_at >= found.since
    assert heard(alerting) == ["raised"]


def test_a_level_that_rises_is_told_and_one_that_falls_is_not(alerting):
    alerting.alerts.raise_(full())
    rose = alerting.alerts.raise_(full(Level.CRITICAL))
    fell = alerting.alerts.raise_(full(Level.WARNING))

    assert (rose, fell) == ("rose", "again")
    assert only(alerting.alerts).level is Level.WARNING
    assert heard(alerting) == ["raised", "rose"]


def test_a_dismissed_alert_stays_quiet_until_its_level_rises(alerting):
    alerting.alerts.raise_(full())
    alert_id = only(alerting.alerts).id
    dismissed = alerting.alerts.dismiss(alert_id, "ada")
    again = alerting.alerts.raise_(full())
    still = alerting.alerts.get(alert_id)
    rose = alerting.alerts.raise_(full(Level.ERROR))
    awake = alerting.alerts.get(alert_id)

    assert (dismissed.state, dismissed.dismissed_by) == (AlertState.DISMISSED, "ada")
    assert (again, still.state, still.count) == ("again", AlertState.DISMISSED, 2)
    assert (rose, awake.state, awake.dismissed_by) == ("rose", AlertState.ACTIVE, None)
    assert heard(alerting) == ["raised", "dismissed", "rose"]


def test_to_dismiss_twice_keeps_who_was_first(alerting):
    alerting.alerts.raise_(full())
    alert_id = only(alerting.alerts).id

    alerting.alerts.dismiss(alert_id, "ada")
    second = alerting.alerts.dismiss(alert_id, "bob")

    assert second.dismissed_by == "ada"
    assert alerting.alerts.dismiss(uuid7(), "ada") is None


def test_a_cleared_alert_stays_in_the_list_and_the_next_one_is_another(alerting):
    alerting.alerts.raise_(full())
    cleared = alerting.alerts.clear("pool_full/keep/tank")
    twice = alerting.alerts.clear("pool_full/keep/tank")
    verdict = alerting.alerts.raise_(full())

    assert (cleared, twice, verdict) == (True, False, "raised")
    old = only(alerting.alerts, AlertState.CLEARED)
    new = only(alerting.alerts, AlertState.ACTIVE)
    assert old.id != new.id
    assert (old.cleared_at is not None, new.count) == (True, 1)
    assert alerting.alerts.dismiss(old.id, "ada").state is AlertState.CLEARED


def test_the_list_is_filtered_and_paged(alerting):
    alerts = alerting.alerts
    for number in range(5):
        alerts.raise_(full(key=f"pool_full/{number}", node="keep" if number % 2 else "vault"))
    alerts.raise_(full(Level.CRITICAL, key="worker_gone/vault", kind="worker_gone", node="vault"))

    first = alerts.page(AlertQuery(limit=4))
    rest = alerts.page(AlertQuery(limit=4, cursor=first.next_cursor))
    keys = [one.key for one in (*first.items, *rest.items)]

    assert keys == ["worker_gone/vault", *(f"pool_full/{n}" for n in (4, 3, 2, 1, 0))]
    assert rest.next_cursor is None
    assert only(alerts, levels=(Level.CRITICAL, Level.ERROR)).kind == "worker_gone"
    assert len(alerts.page(AlertQuery(node="vault")).items) == 4
    assert len(alerts.page(AlertQuery(kind="pool_full", node="vault")).items) == 3
    assert alerts.counts() == {
        Level.INFO: 0, Level.WARNING: 5, Level.ERROR: 0, Level.CRITICAL: 1,
    }  # fmt: skip
    with pytest.raises(Invalid):
        alerts.page(AlertQuery(cursor="made-up"))


def test_the_open_ones_of_a_kind_include_those_that_were_dismissed(alerting):
    for key in ("a", "b", "c"):
        alerting.alerts.raise_(full(key=key))
    alerting.alerts.dismiss(alerting.alerts.open_of("pool_full")[0].id, "ada")
    alerting.alerts.clear("b")

    assert [one.key for one in alerting.alerts.open_of("pool_full")] == ["a", "c"]
    assert alerting.alerts.open_of("worker_gone") == []


def test_old_cleared_alerts_are_dropped_and_open_ones_kept(alerting):
    for key in ("a", "b", "c", "open"):
        alerting.alerts.raise_(full(key=key))
    for key in ("a", "b", "c"):
        alerting.alerts.clear(key)
    later = now() + timedelta(seconds=5)

    dropped = [alerting.alerts.retire(before=later, batch=2) for _ in range(3)]

    assert dropped == [2, 1, 0]
    assert only(alerting.alerts).key == "open"


def test_a_dismissed_alert_about_a_job_is_dropped_in_the_end_and_one_about_a_state_kept(alerting):
    for kind in ("job_failed", "pool_full"):
        alerting.alerts.raise_(full(key=kind, kind=kind))
        alerting.alerts.dismiss(alerting.alerts.open_of(kind)[0].id, "ada")
    alerting.alerts.raise_(full(key="active", kind="job_lost"))

    early = alerting.alerts.retire(before=now() - timedelta(days=1))
    dropped = alerting.alerts.retire(before=now() + timedelta(seconds=5))

    assert (early, dropped) == (0, 1)
    assert only(alerting.alerts, AlertState.DISMISSED).kind == "pool_full"
    assert only(alerting.alerts, AlertState.ACTIVE).kind == "job_lost"


def follow(alerting, count=0):
    """Follow what there is to follow; returns the outcomes once there are so many."""
    found = []
    while (seen := alerting.alerts.outcomes()).is_news or len(found) < count:
        found += seen.items
        assert alerting.alerts.follow(seen, ())
    return found


def settled(alerting, count=1):
    """Return so many outcomes without following them; an event may appear in a moment only."""
    return eventually(lambda: len((seen := alerting.alerts.outcomes()).items) >= count and seen)


def test_jobs_that_went_wrong_are_found_whenever_somebody_looks(alerting):
    failed = running(alerting.jobs)
    finish(alerting.jobs, failed, FAILED)
    lost = running(alerting.jobs, title="Copy tank")
    alerting.jobs.release(lost.id, "ada")

    found = follow(alerting, 2)

    assert [(one.job_id, one.ended, one.title) for one in found] == [
        (failed.id, "failed", "Scrub tank"), (lost.id, "lost", "Copy tank"),
    ]  # fmt: skip
    assert found[0].error == "The pool is busy."
    assert follow(alerting) == []


def test_a_success_matters_where_it_may_clear_something(alerting):
    finish(alerting.jobs, running(alerting.jobs), DONE)
    wanted = running(alerting.jobs)
    finish(alerting.jobs, wanted, FAILED)
    after_failure = running(alerting.jobs)
    finish(alerting.jobs, after_failure, DONE)
    beside_failure = settled(alerting, 3)
    follow(alerting, 3)

    finish(alerting.jobs, running(alerting.jobs), DONE)
    finish(alerting.jobs, running(alerting.jobs, title="last"), Ending("cancelled"))
    eventually(lambda: alerting.alerts.outcomes().is_news)
    nothing_to_clear = follow(alerting)
    alerting.alerts.raise_(full(key="job/x", kind="job_failed"))
    done = running(alerting.jobs)
    finish(alerting.jobs, done, DONE)

    assert [one.ended for one in beside_failure.items] == ["succeeded", "failed", "succeeded"]
    assert nothing_to_clear == []
    assert [(one.job_id, one.ended) for one in follow(alerting, 1)] == [(done.id, "succeeded")]


def test_work_behind_the_scenes_is_nobodys_alert(alerting):
    queue = "storage.control@keep"
    submitted(alerting.jobs, control=True, queue=queue, type="storage.plan")
    finish(alerting.jobs, claim(alerting.jobs, queue=queue), FAILED)
    failed = running(alerting.jobs)
    finish(alerting.jobs, failed, FAILED)

    assert [one.job_id for one in settled(alerting).items] == [failed.id]


def test_what_was_followed_already_is_followed_by_nobody_else(alerting):
    finish(alerting.jobs, running(alerting.jobs), FAILED)
    follow(alerting, 1)
    finish(alerting.jobs, running(alerting.jobs), FAILED)
    seen = settled(alerting)

    first = alerting.alerts.follow(seen, [full(key="job/x")])
    second = alerting.alerts.follow(seen, [full(key="job/x")])

    assert (first, second) == (True, False)
    assert only(alerting.alerts).count == 1


def test_of_many_schedulers_one_draws_the_consequences(alerting):
    for _ in range(3):
        finish(alerting.jobs, running(alerting.jobs), FAILED)
    seen = settled(alerting, 3)
    raised = [full(key=f"job/{one.title}") for one in seen.items]

    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(lambda _: alerting.alerts.follow(seen, raised), range(8)))

    assert sorted(done) == [False] * 7 + [True]
    assert only(alerting.alerts).count == len(seen.items)
    assert heard(alerting) == ["raised"]


def test_consequences_are_drawn_in_order(alerting):
    finish(alerting.jobs, running(alerting.jobs), FAILED)
    seen = settled(alerting)

    alerting.alerts.follow(seen, [full(), Clearing(full().key), Clearing("none"), full()])

    assert heard(alerting) == ["raised", "cleared", "raised"]
    assert only(alerting.alerts, AlertState.ACTIVE).count == 1


def test_raised_by_many_at_once_it_is_one_alert_told_once(alerting):
    with ThreadPoolExecutor(8) as pool:
        verdicts = list(pool.map(lambda _: alerting.alerts.raise_(full()), range(16)))

    assert sorted(verdicts) == ["again"] * 15 + ["raised"]
    assert only(alerting.alerts).count == 16


def test_a_turn_is_taken_by_one(alerting):
    with ThreadPoolExecutor(8) as pool:
        turns = list(pool.map(lambda _: alerting.alerts.turn("look", every_s=60), range(8)))

    assert sum(turn is not None for turn in turns) == 1
    assert alerting.alerts.turn("another", every_s=0) is not None
    assert alerting.alerts.turn("another", every_s=0) is not None


@pytest.mark.postgres
def test_after_a_restore_from_a_dump_new_failures_are_found_all_the_same(
    postgres, engine, database_url
):
    with engine.connect() as connection:
        connection.exec_driver_sql("UPDATE calypso.alert_cursors SET xact = '999999999'")
    upgrade(database_url)
    finish(postgres, running(postgres), FAILED)

    assert eventually(lambda: PostgresAlertStore(engine).outcomes().items)


@pytest.mark.postgres
def test_what_is_raised_while_it_is_being_cleared_is_a_new_alert(postgres, engine):
    alerts = PostgresAlertStore(engine)
    alerts.raise_(full())
    with ThreadPoolExecutor(1) as pool, open_transaction(engine) as other:
        other.exec_driver_sql("SELECT * FROM calypso.clear_alert(%s)", (full().key,))
        verdict = pool.submit(alerts.raise_, full())
        eventually(lambda: is_somebody_waiting(engine))
        other.commit()

        assert verdict.result(5) == "raised"
    assert only(alerts, AlertState.ACTIVE).count == 1


@pytest.mark.postgres
def test_a_level_that_rises_for_two_at_once_rises_once(postgres, engine):
    alerts = PostgresAlertStore(engine)
    alerts.raise_(full())
    with ThreadPoolExecutor(1) as pool, open_transaction(engine) as other:
        told = {**alert_text(full(Level.CRITICAL)), "id": str(uuid7())}
        other.exec_driver_sql("SELECT * FROM calypso.raise_alert(%s::jsonb)", (json.dumps(told),))
        verdict = pool.submit(alerts.raise_, full(Level.CRITICAL))
        eventually(lambda: is_somebody_waiting(engine))
        other.commit()

        assert verdict.result(5) == "again"


def alert_text(new):
    return {name: getattr(new, name) for name in NewAlert.__dataclass_fields__}


@contextmanager
def open_transaction(engine):
    with engine.connect().execution_options(isolation_level="READ COMMITTED") as connection:
        yield connection


def is_somebody_waiting(engine):
    with engine.connect() as connection:
        return connection.exec_driver_sql(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        ).scalar_one()
