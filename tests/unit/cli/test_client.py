"""The API's client: sessions, renewals, refusals. The API here is a transport in memory."""

import json
import stat

import httpx
import pytest

from calypso.cli.client import Client, Refused
from calypso.cli.server import Place, Sessions
from calypso.errors import Unauthenticated, Unavailable

URL = "http://appliance.example"
USER = {"name": "ada"}


class Api:
    """Signs `ada` in; access tokens are numbered, and only the newest is good."""

    def __init__(self):
        self.newest, self.refreshable, self.asked = 0, True, []

    def __call__(self, request):
        path = request.url.path.removeprefix("/api/v1")
        self.asked.append((request.method, path))
        if path == "/auth/login":
            good = json.loads(request.content)["password"] == "right"
            return self._tokens() if good else _problem(401, "The name or the password is wrong.")
        if path == "/auth/refresh":
            good = self.refreshable and request.headers["Authorization"] == "Bearer keep"
            return self._tokens() if good else _problem(401, "Sign in again.")
        if request.headers["Authorization"] != f"Bearer {self.newest}":
            return _problem(401, "The token has expired.")
        return self.answer(request, path)

    def answer(self, request, path):
        return httpx.Response(200, json={"path": path})

    def _tokens(self):
        self.newest += 1
        body = {"access_token": str(self.newest), "refresh_token": "keep", "user": USER}
        return httpx.Response(200, json=body)


def _problem(status, detail, **more):
    return httpx.Response(status, json={"detail": detail, "status": status, **more})


@pytest.fixture
def api():
    return Api()


@pytest.fixture
def sessions(tmp_path):
    return Sessions(tmp_path / "config" / "sessions.json")


@pytest.fixture
def client(api, sessions):
    def make():
        return Client(Place(URL), sessions=sessions, transport=httpx.MockTransport(api))

    return make


def test_a_session_outlives_the_program_in_a_file_only_its_owner_reads(client, sessions, tmp_path):
    client().sign_in("ada", "right")

    assert client().get("/jobs") == {"path": "/jobs"}
    file = tmp_path / "config" / "sessions.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert "right" not in file.read_text()


def test_an_expired_token_is_renewed_and_the_request_repeated(client, api):
    client().sign_in("ada", "right")
    api.newest += 1  # the token we have is old now

    assert client().get("/jobs") == {"path": "/jobs"}
    assert api.asked.count(("POST", "/auth/refresh")) == 1
    assert client().get("/jobs") == {"path": "/jobs"}
    assert api.asked.count(("POST", "/auth/refresh")) == 1


def test_a_session_that_cannot_be_renewed_is_dropped_and_the_way_out_said(client, api, sessions):
    client().sign_in("ada", "right")
    api.newest, api.refreshable = 99, False

    with pytest.raises(Unauthenticated, match="calypso login"):
        client().get("/jobs")
    assert sessions.get(URL) is None


def test_who_never_signed_in_is_told_how(client):
    with pytest.raises(Unauthenticated, match="calypso login"):
        client().get("/jobs")


def test_a_wrong_password_is_refused_in_the_apis_words(client):
    with pytest.raises(Refused, match="The name or the password is wrong"):
        client().sign_in("ada", "wrong")


def test_a_refusal_names_the_fields_and_the_job_in_the_way(client, api):
    client().sign_in("ada", "right")
    wrong = [{"pointer": "/params/dataset", "code": "missing", "message": "Field required"}]
    api.answer = lambda *_: _problem(422, "No.", errors=wrong, holder_job="j1")

    with pytest.raises(Refused) as refused:
        client().post("/jobs", {})

    assert refused.value.detail == ("No.\n  /params/dataset: Field required\n  in the way: job j1")


def test_an_answer_that_is_no_problem_document_is_shown_as_it_is(client, api):
    client().sign_in("ada", "right")
    api.answer = lambda *_: httpx.Response(502, text="<h1>Bad gateway</h1>")

    with pytest.raises(Refused, match="Bad gateway"):
        client().get("/jobs")


def test_an_api_that_does_not_answer_is_named(client, api, sessions):
    sessions.put(URL, {"access_token": "1", "refresh_token": "keep"})

    def away(*_):
        raise httpx.ConnectError("refused")

    api.newest, api.answer = 1, away
    with pytest.raises(Unavailable, match=URL):
        client().get("/jobs")


def test_a_job_is_followed_by_what_changed(client, api):
    client().sign_in("ada", "right")
    states = iter(["queued", "running", None, "succeeded"])
    known = []

    def answer(request, _path):
        known.append(request.headers.get("If-None-Match"))
        state = next(states)
        if state is None:
            return httpx.Response(304)
        return httpx.Response(200, json={"state": state}, headers={"ETag": f'"{state}"'})

    api.answer = answer

    assert [job["state"] for job in client().job_changes("j1")] == [
        "queued", "running", "succeeded",
    ]  # fmt: skip
    assert known == [None, '"queued"', '"running"', '"running"']


def test_signing_out_ends_the_session_here_even_when_it_had_ended_there(client, api, sessions):
    client().sign_in("ada", "right")
    api.newest, api.refreshable = 99, False

    assert client().sign_out() is True
    assert sessions.get(URL) is None
    assert client().sign_out() is False


def test_a_broken_file_of_sessions_is_as_good_as_none(tmp_path):
    file = tmp_path / "sessions.json"
    file.write_text("{oops")
    sessions = Sessions(file)

    assert sessions.get(URL) is None
    sessions.put(URL, {"access_token": "1"})
    assert sessions.get(URL) == {"access_token": "1"}


def test_no_server_is_guessed(tmp_path):
    with pytest.raises(Unavailable, match="--server"):
        _ = Place(None, tmp_path).url
