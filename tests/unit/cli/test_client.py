"""The API's client: sessions, renewals, refusals. The API here is a transport in memory."""

import json
import stat

import httpx
import pytest

from calypso import config
from calypso.cli.client import Client, Refused
from calypso.cli.server import Place, Sessions
from calypso.errors import Unauthenticated, Unavailable
from tests.certificates import self_signed

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


def test_what_is_installed_as_a_service_is_talked_to_by_its_own_certificate(tmp_path, monkeypatch):
    certificate = self_signed(tmp_path, "appliance.example", "10.0.0.1").certificate
    monkeypatch.setenv("CALYPSO_CONFIG_DIR", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "none"))
    (tmp_path / "calypso.yaml").write_text(
        f"listen: 0.0.0.0:8443\ntls_certificate: {certificate}\n"
        f"tls_key: {certificate.with_suffix('.key')}\nroot: {tmp_path}\n"
    )
    (tmp_path / "var/lib/calypso").mkdir(parents=True)
    (tmp_path / "var/lib/calypso/admin-password").write_text("first\n")

    place = Place()
    trusted = place.trusted()

    assert place.url == "https://127.0.0.1:8443"
    assert place.first_password() == ("admin", "first")
    assert [dict(one["subject"][0])["commonName"] for one in trusted.get_ca_certs()] == [
        "appliance.example"
    ]


def test_an_ordinary_user_who_may_not_read_the_secrets_can_talk_to_an_api(tmp_path, monkeypatch):
    monkeypatch.setenv("CALYPSO_CONFIG_DIR", str(tmp_path))
    monkeypatch.setattr("os.access", lambda *_asked: False)  # as it is for all but root
    (tmp_path / "secrets.env").write_text("CALYPSO_JWT_KEY=hidden\n")

    assert config.load().jwt_key.get_secret_value() == ""
    assert Place(URL).url == URL


def test_secrets_that_systemd_hands_over_come_first(tmp_path, monkeypatch):
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/secrets.env").write_text("CALYPSO_JWT_KEY=of the machine\n")
    (tmp_path / "handed").mkdir()
    (tmp_path / "handed/secrets.env").write_text("CALYPSO_JWT_KEY='handed over'\n")
    monkeypatch.setenv("CALYPSO_CONFIG_DIR", str(tmp_path / "etc"))

    assert config.load().jwt_key.get_secret_value() == "of the machine"
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path / "handed"))
    assert config.load().jwt_key.get_secret_value() == "handed over"
