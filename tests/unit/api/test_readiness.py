"""Which part is ill, and since when."""

from datetime import timedelta

import pytest

from api import readiness
from api.readiness import Watch
from calypso.errors import StoreUnavailable
from calypso.models.clock import now


@pytest.fixture
def watch(house, monkeypatch):
    monkeypatch.setattr(readiness.migrate, "is_current", lambda _engine: True)
    return Watch(house, clock=lambda: watch_time[0])


watch_time = [now()]


def parts(told):
    return {one.name: one for one in told.parts}


def test_all_is_well_and_nothing_has_a_since(watch):
    told = watch.look()
    assert (told.status, told.postgresql, told.migrations, told.redis) == ("ok",) * 4
    assert {one.since for one in told.parts} == {None}


def test_without_redis_it_is_degraded_since_it_was_first_seen_so(watch, house):
    house.ports.live.away = True
    first = watch_time[0]
    told = watch.look()
    assert (told.status, told.redis) == ("degraded", "degraded: live progress is delayed")
    watch_time[0] = first + timedelta(minutes=5)
    again = parts(watch.look())["redis"]
    assert (again.status, again.since) == ("degraded", first)
    assert "Redis" in again.detail

    house.ports.live.away = False
    assert parts(watch.look())["redis"].since is None
    house.ports.live.away = True
    assert parts(watch.look())["redis"].since == watch_time[0]


def test_a_database_that_is_away_is_said_without_the_words_of_the_server(watch, house, monkeypatch):
    def away():
        raise StoreUnavailable('connection to server at "10.0.0.5" failed')

    monkeypatch.setattr(house.ports.jobs, "ping", away)
    told = watch.look()
    assert (told.status, told.postgresql, told.migrations) == (
        "unavailable", "unavailable", "unknown",
    )  # fmt: skip
    assert "10.0.0.5" not in told.model_dump_json()


def test_a_schema_of_another_release_is_told_apart_from_a_database_that_is_away(watch, monkeypatch):
    monkeypatch.setattr(readiness.migrate, "is_current", lambda _engine: False)
    told = watch.look()
    assert (told.status, told.postgresql) == ("unavailable", "ok")
    assert told.migrations == "missing: run calypso migrate"
    assert "calypso migrate" in parts(told)["migrations"].detail
