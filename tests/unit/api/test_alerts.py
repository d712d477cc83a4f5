"""Alerts and channels over HTTP: who may see, dismiss and configure what."""

import pytest

from api import alert_channels
from api.events import EventsQuery, _wanted
from api.hub import Hub
from api.listening import Subscription
from calypso.models.access import Actor
from calypso.models.alert import Level, NewAlert
from calypso.models.clock import uuid7
from tests.unit.api.test_refusals import assert_problem

ALERTS, CHANNELS = "/api/v1/alerts", "/api/v1/alert-channels"
URL = "https://hooks.example.org/T0/secret-path?key=1"
HOOK = {"name": "ops", "kind": "webhook", "webhook": {"url": URL, "secret": {"secret": "hook/key"}}}
MAIL = {
    "name": "mail", "kind": "email", "min_level": "error",
    "email": {"host": "mail.example.org", "from": "a@example.org", "to": ["b@example.org"]},
}  # fmt: skip


def alarm(house, key="pool_full/keep/tank", level=Level.WARNING, **given):
    plain = {"kind": "pool_full", "subject": "tank", "title": "Full", "detail": "Do.", "node": "n1"}
    house.ports.alerts.raise_(NewAlert(key=key, level=level, **{**plain, **given}))


def test_the_active_ones_are_listed_unless_told_otherwise(client, house):
    alarm(house)
    alarm(house, "job/x", Level.ERROR, kind="job_failed")
    house.ports.alerts.clear("pool_full/keep/tank")

    (active,) = client.get(ALERTS).get_json()["items"]
    everything = client.get(f"{ALERTS}?state=all&limit=1").get_json()
    rest = client.get(f"{ALERTS}?state=all&limit=1&cursor={everything['next_cursor']}").get_json()

    assert (active["key"], active["state"], active["level"]) == ("job/x", "active", "error")
    assert [one["items"][0]["state"] for one in (everything, rest)] == ["active", "cleared"]
    assert client.get(f"{ALERTS}?state=cleared&kind=job_failed").get_json()["items"] == []
    assert len(client.get(f"{ALERTS}?level=error&level=critical").get_json()["items"]) == 1
    assert client.get(f"{ALERTS}/{active['id']}").get_json() == active


@pytest.mark.parametrize("query", ["state=odd", "level=odd", "surprise=1", "cursor=odd", "limit=0"])
def test_a_question_that_makes_no_sense_is_refused(client, query):
    assert_problem(client.get(f"{ALERTS}?{query}"), 422, "invalid")


def test_an_operator_dismisses_and_a_viewer_does_not(client_of, house):
    alarm(house)
    alert_id = client_of("viewer").get(ALERTS).get_json()["items"][0]["id"]

    refused = client_of("viewer").post(f"{ALERTS}/{alert_id}/dismiss")
    done = client_of("operator").post(f"{ALERTS}/{alert_id}/dismiss")
    again = client_of("admin").post(f"{ALERTS}/{alert_id}/dismiss")

    assert_problem(refused, 403, "forbidden")
    assert done.get_json()["state"] == "dismissed"
    assert again.get_json()["dismissed_by"] == "operator"


def test_what_is_not_there_or_over_cannot_be_dismissed(client, house):
    alarm(house)
    alert_id = client.get(ALERTS).get_json()["items"][0]["id"]
    house.ports.alerts.clear("pool_full/keep/tank")

    assert_problem(client.post(f"{ALERTS}/{alert_id}/dismiss"), 409, "already_ended")
    assert_problem(client.post(f"{ALERTS}/{uuid7()}/dismiss"), 404, "not_found")
    assert_problem(client.get(f"{ALERTS}/{uuid7()}"), 404, "not_found")


def test_a_channel_is_made_shown_replaced_and_removed(client):
    made = client.post(CHANNELS, json=HOOK)
    place = made.headers["Location"]
    replaced = client.put(place, json={**MAIL, "enabled": False})

    assert made.status_code == 201
    assert made.get_json()["min_level"] == "warning"
    assert replaced.get_json()["email"]["from"] == "a@example.org"
    assert replaced.get_json()["webhook"] is None
    assert client.get(place).get_json() == replaced.get_json()
    assert client.get(f"{place}/deliveries").get_json() == {"items": [], "next_cursor": None}
    assert client.delete(place).status_code == 204
    for answer in (client.get(place), client.delete(place), client.put(place, json=MAIL),
                   client.get(f"{place}/deliveries"), client.post(f"{place}/test")):  # fmt: skip
        assert_problem(answer, 404, "not_found")


def test_names_are_taken_once(client):
    client.post(CHANNELS, json=HOOK)
    assert_problem(client.post(CHANNELS, json=HOOK), 409, "conflict")


@pytest.mark.parametrize(
    "body",
    [
        {**HOOK, "surprise": 1},
        {**HOOK, "webhook": {**HOOK["webhook"], "token": "hunter2"}},
        {**HOOK, "kind": "email"},
        {**MAIL, "email": {**MAIL["email"], "password": "hunter2"}},
    ],
)
def test_a_channel_that_cannot_work_is_refused_without_an_echo(client, body):
    answer = client.post(CHANNELS, json=body)

    assert_problem(answer, 422, "invalid")
    assert "hunter2" not in answer.text


def test_only_who_configures_sees_where_a_webhook_goes(client_of):
    place = client_of("admin").post(CHANNELS, json=HOOK).headers["Location"]
    operator = client_of("operator")

    for answer in (operator.get(place), operator.get(CHANNELS)):
        assert "secret-path" not in answer.text
        assert "https://hooks.example.org/..." in answer.text
    assert client_of("admin").get(place).get_json()["webhook"]["url"] == URL
    for answer in (
        operator.post(CHANNELS, json=MAIL), operator.put(place, json=MAIL),
        operator.delete(place), operator.post(f"{place}/test"),
    ):  # fmt: skip
        assert_problem(answer, 403, "forbidden")


def test_a_test_that_nobody_sends_is_said_to_wait(client, monkeypatch):
    monkeypatch.setattr(alert_channels, "TEST_WAIT_S", 0.0)
    place = client.post(CHANNELS, json=HOOK).headers["Location"]

    answer = client.post(f"{place}/test")

    assert answer.status_code == 202
    assert (answer.get_json()["what"], answer.get_json()["state"]) == ("test", "pending")
    assert len(client.get(f"{place}/deliveries").get_json()["items"]) == 1


def test_numbers_are_there_for_prometheus(client, client_of, house):
    alarm(house)
    alarm(house, "other", Level.CRITICAL)
    answer = client_of("viewer").get("/api/v1/metrics")

    assert answer.content_type.startswith("text/plain")
    assert 'calypso_alerts_active{level="warning"} 1.0' in answer.text
    assert 'calypso_alerts_active{level="critical"} 1.0' in answer.text
    assert 'calypso_alerts_active{level="error"} 0.0' in answer.text


def heard(house, permissions):
    """Return what a listener with these permissions hears when a pool fills up."""
    hub = Hub(house.ports)
    listener = Actor("ada", frozenset({"admin"}), scope=frozenset(permissions))
    subscription = Subscription(_wanted(listener, EventsQuery()))
    hub.subscribe(subscription)
    feeds = house.ports.live._feeds
    while not feeds:
        pass  # the hub's ear is a thread
    alarm(house)
    note = subscription.take(5 if "alerts:read" in permissions else 0.2)
    hub.stop()
    return note


def test_who_may_read_alerts_hears_them_at_once(house):
    note = heard(house, ["alerts:read"])

    assert (note.event, note.data["event"], note.job_id) == ("alert", "raised", None)
    assert note.data["key"] == "pool_full/keep/tank"


def test_who_may_not_hears_nothing(house):
    assert heard(house, ["storage:read", "jobs:read"]) is None
