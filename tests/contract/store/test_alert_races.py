"""Alerts that several raise, clear and send at the same time."""

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from calypso.models.alert import AlertState, Level, NewAlert
from calypso.models.clock import uuid7
from calypso.store.alerts import PostgresAlertStore
from calypso.store.channels import Channels
from calypso.store.secrets import Secrets
from tests.contract.store.alarming import DAY, full, hook, only
from tests.contract.store.conftest import KEY, SECRET
from tests.contract.store.making import eventually


def test_raised_by_many_at_once_it_is_one_alert_told_once(alerting):
    with ThreadPoolExecutor(8) as pool:
        verdicts = list(pool.map(lambda _: alerting.alerts.raise_(full()), range(16)))

    assert sorted(verdicts) == ["again"] * 15 + ["raised"]
    assert only(alerting.alerts).count == 16


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


@pytest.mark.postgres
def test_a_channel_that_is_being_taken_is_passed_over_at_once(engine):
    Secrets(engine, KEY).put(SECRET, kind="password", value="hunter2!", by="ada")
    channels = Channels(engine)
    channels.add(hook(), by="ada")
    PostgresAlertStore(engine).raise_(full())
    asked = {"limit": 10, "lease_s": 60, "give_up_s": DAY}
    with engine.connect().execution_options(isolation_level="READ COMMITTED") as other:
        other.exec_driver_sql("SELECT * FROM calypso.claim_deliveries(10, '60 s', '1 day')")

        assert channels.claim(**asked) == []
        other.commit()
    assert channels.claim(**asked) == []
