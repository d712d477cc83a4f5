"""`calypso alerts` and `calypso alert …`, over an API in memory."""

import httpx
import pytest
from typer.testing import CliRunner

from calypso.cli import alerts as commands
from calypso.cli.client import Client
from calypso.cli.main import app
from calypso.cli.server import Place, Sessions

URL = "http://appliance.example"
ID = "00000000-0000-7000-8000-000000000001"
ALERT = {
    "id": ID, "level": "critical", "title": "Pool tank is nearly full", "state": "active",
    "count": 2, "since": "2026-03-29T01:00:00Z", "detail": "Remove something.",
    "dismissed_by": "ada",
}  # fmt: skip


@pytest.fixture
def answers(tmp_path, monkeypatch):
    """Path → JSON that the API answers; what was asked is in `asked`."""
    found, asked = {}, []

    def answer(request):
        path = request.url.path.removeprefix("/api/v1")
        asked.append((request.method, path, dict(request.url.params)))
        return httpx.Response(200, json=found[path])

    def client(_place):
        sessions = Sessions(tmp_path / "sessions.json")
        sessions.put(URL, {"access_token": "1", "refresh_token": "keep"})
        return Client(Place(URL), sessions=sessions, transport=httpx.MockTransport(answer))

    monkeypatch.setattr(commands, "Client", client)
    found["asked"] = asked
    return found


def run(*words):
    return CliRunner().invoke(app, list(words))


def test_alerts_are_listed_with_how_to_mend_them(answers):
    answers["/alerts"] = {"items": [ALERT], "next_cursor": None}
    done = run("alerts", "--level", "error", "--level", "critical")

    assert done.exit_code == 0
    assert answers["asked"][0][2]["state"] == "active"


def test_no_alerts_is_good_news(answers):
    answers["/alerts"] = {"items": [], "next_cursor": None}

    assert run("alerts").exit_code == 0


def test_an_alert_is_dismissed_by_its_id(answers):
    answers[f"/alerts/{ID}/dismiss"] = ALERT

    assert run("alert", "dismiss", ID).exit_code == 0
    assert answers["asked"] == [("POST", f"/alerts/{ID}/dismiss", {})]
    assert run("alert", "dismiss", "no-id").exit_code == 2


@pytest.mark.parametrize(
    ("letter", "code", "said"),
    [
        ({"state": "sent", "last_error": None}, 0, "Sent."),
        ({"state": "given_up", "last_error": "The peer answered 404."}, 1, "answered 404"),
        ({"state": "pending", "last_error": None}, 1, "Not sent yet"),
    ],
)
def test_a_test_says_what_became_of_it(answers, letter, code, said):
    answers["/alert-channels"] = {"items": [{"id": ID, "name": "ops"}], "next_cursor": None}
    answers[f"/alert-channels/{ID}/test"] = letter
    done = run("alert", "test", "ops")

    assert (done.exit_code, said in done.output) == (code, True)


def test_a_channel_that_is_not_there_is_answered_with_those_that_are(answers):
    answers["/alert-channels"] = {"items": [{"id": ID, "name": "ops"}], "next_cursor": None}
    done = run("alert", "test", "opps")

    assert done.exit_code == 1
    assert "There are: ops." in done.output


def test_a_table_shows_what_a_person_needs():
    table = commands.alert_table([ALERT])
    assert [next(iter(column.cells)) for column in table.columns][2:4] == [
        "Pool tank is nearly full", "2 times",
    ]  # fmt: skip
