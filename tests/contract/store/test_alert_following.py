"""What follows from the ends of jobs is drawn once, by one of many schedulers."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from calypso.models.alert import AlertState, Clearing
from calypso.models.ledger import Ending
from calypso.store.alerts import PostgresAlertStore
from calypso.store.migrate import upgrade
from tests.contract.store.alarming import full, heard, only
from tests.contract.store.making import DONE, claim, eventually, finish, running, submitted

FAILED = Ending("failed", error={"code": "busy", "title": "Busy", "detail": "The pool is busy."})


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
