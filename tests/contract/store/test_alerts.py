"""Alerts: one for each thing that is wrong, told once, quiet when dismissed."""

from datetime import timedelta

import pytest

from calypso.errors import Invalid
from calypso.models.alert import AlertQuery, AlertState, Level
from calypso.models.clock import now, uuid7
from tests.contract.store.alarming import full, heard, only
from tests.contract.store.making import eventually


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


def test_a_turn_is_taken_until_the_next_is_late(alerting):
    assert not alerting.alerts.is_taken("look", late_s=60)

    alerting.alerts.turn("look", every_s=0)

    assert alerting.alerts.is_taken("look", late_s=60)
    assert eventually(lambda: not alerting.alerts.is_taken("look", late_s=0.01))
    alerting.alerts.turn("look", every_s=60)
    assert alerting.alerts.is_taken("look", late_s=0)
