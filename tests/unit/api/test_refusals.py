"""What comes in crooked is refused, in the words of RFC 9457, and never breaks anything."""

import json
import re

import pytest

from calypso.errors import Misconfigured

JOBS = "/api/v1/jobs"
NOOP = {"type": "system.noop", "params": {}}
DEEP = '{"params":' * 1000 + "1" + "}" * 1000
JSON = {"content_type": "application/json"}


def assert_problem(answer, status, code=None):
    told = answer.get_json()
    assert answer.status_code == status, told
    assert answer.content_type == "application/problem+json"
    assert {"type", "title", "status", "detail", "code", "instance", "trace_id"} <= set(told)
    assert told["status"] == status
    assert told["type"] == f"/problems/{told['code']}"
    assert re.fullmatch(r"[0-9a-f]{32}", told["trace_id"])
    assert "Traceback" not in answer.text
    assert ".py" not in answer.text
    if code:
        assert told["code"] == code
    return told


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{bad", 400),
        (b"", 422),
        (b"[]", 422),
        (b'"text"', 422),
        (b'"{\\"type\\": \\"system.noop\\"}"', 422),
        (b"null", 422),
        (b"\xff\xfe", 400),
        (DEEP.encode(), 400),
        (b"[" * 100_000, 400),
        (b'{"type":"system.noop","type":"system.noop"}', 400),
        (b'{"type":"system.noop","params":{"seconds":NaN}}', 400),
        (b'{"type":"system.noop","params":{"seconds":Infinity}}', 400),
        (b'{"type":"system.noop","params":{"seconds":1e999}}', 422),
        (b'{"type":"system.noop","params":{"steps":' + b"9" * 5000 + b"}}", 422),
        (b'{"type":"system.noop","params":{"lock":"a\\u0000b"}}', 422),
        (b'{"type":"system.noop","params":{"lock":"\\ud800"}}', 422),
        (b'{"type":"system.noop","params":{"a\\u0000":1}}', 422),
        (b'{"type":"system.noop","params":{"\\ud800":1}}', 422),
        (b'{"type":"system.noop","params":{},"surprise":1}', 422),
        (b'{"type":"system.noop","params":{"surprise":1}}', 422),
        (b'{"type":"system.noop","params":[]}', 422),
        (b'{"type":5}', 422),
        (b'{"type":"system.noop","priority":99999999999}', 422),
        (b'{"type":"system.noop","not_before":"9999-12-31T23:59:59-14:00"}', 422),
        (b'{"type":"system.noop","not_before":"2026-01-01T00:00:00"}', 422),
        (b'{"type":"system.noop","after":["00000000-0000-7000-8000-000000000000"]}', 422),
        (b'{"type":"nobody.knows"}', 404),
    ],
)
def test_a_crooked_body_is_refused(client, body, status):
    assert_problem(client.post(JOBS, data=body, **JSON), status)


def test_wrong_fields_are_named_by_json_pointer(client):
    answer = client.post(JOBS, json={"type": "system.noop", "params": {"steps": -1, "x": 2}})
    told = assert_problem(answer, 422)
    assert {one["pointer"] for one in told["errors"]} == {"/params/steps", "/params/x"}


@pytest.mark.parametrize(
    "query",
    [
        "limit=-1", "limit=501", "limit=x", "cursor=made-up", "sort=title", "state=asleep",
        "surprise=1", "since=yesterday", "since=0001-01-01T00:00:00%2B14:00", "q=%00", "q=",
        "wait=1",
    ],
)  # fmt: skip
def test_a_crooked_query_is_refused(client, query):
    assert_problem(client.get(f"{JOBS}?{query}"), 422)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v1/jobs/abc", 404),
        ("GET", "/api/v1/jobs/%00", 404),
        ("GET", "/api/v1/jobs/00000000-0000-7000-8000-000000000000", 404),
        ("GET", "/api/v1/jobs/00000000-0000-7000-8000-000000000000/log", 404),
        ("POST", "/api/v1/jobs/00000000-0000-7000-8000-000000000000/cancel", 404),
        ("GET", "/api/v1/nothing/here", 404),
        ("GET", "/api/v1/schedules/00000000-0000-7000-8000-000000000000", 404),
        ("GET", "/api", 404),
        ("DELETE", "/api/v1/jobs", 405),
        ("GET", "/api/v1/inventory/storage/unicorns", 404),
        ("GET", "/api/v1/inventory/storage/pools?colour=red", 422),
        ("GET", "/api/v1/inventory/storage/snapshots?pool=a&pool=b", 422),
        ("GET", "/api/v1/healthz?x=1", 422),
        ("GET", "/api/v1/docs/..%2f..%2fapp", 404),
        ("GET", "/api/v1/events?last_event_id=made-up", 422),
    ],
)
def test_what_is_not_there_is_a_problem(client, method, path, status):
    answer = client.open(path, method=method)
    assert_problem(answer, status)
    if status == 405:
        assert "POST" in answer.headers["Allow"]


def test_a_body_that_is_not_json_is_refused(client):
    assert_problem(client.post(JOBS, data="x=1"), 415)
    assert_problem(client.post(JOBS, data=json.dumps(NOOP), content_type="text/plain"), 415)


def test_an_operation_without_a_body_refuses_fields(client):
    job = client.post(JOBS, json=NOOP).get_json()
    told = assert_problem(client.post(f"{JOBS}/{job['id']}/cancel", json={"force": True}), 422)
    assert told["errors"][0]["pointer"] == "/force"
    assert client.post(f"{JOBS}/{job['id']}/cancel", json={}).status_code == 202


def test_a_body_beyond_a_mebibyte_is_refused(client):
    body = json.dumps({**NOOP, "params": {"lock": "x" * (1 << 20)}})
    assert_problem(client.post(JOBS, data=body, **JSON), 413, "too_large")


def test_a_wrong_idempotency_key_is_refused(client):
    for key in ("", "x" * 256):
        answer = client.post(JOBS, json=NOOP, headers={"Idempotency-Key": key})
        assert_problem(answer, 422)


@pytest.mark.parametrize("wrong", [RuntimeError, Misconfigured])
def test_a_surprise_inside_is_told_without_its_insides(client, house, monkeypatch, wrong):
    def broken(*_):
        raise wrong("secret detail of /srv/calypso/store.py")

    monkeypatch.setattr(house.ports.jobs, "page", broken)
    told = assert_problem(client.get(JOBS), 500)
    assert "secret" not in json.dumps(told)


def test_a_store_that_is_away_is_503_with_retry_after(client, house):
    house.ports.jobs.away = True
    answer = client.get(JOBS)
    assert_problem(answer, 503, "store_unavailable")
    assert int(answer.headers["Retry-After"]) > 0


def test_without_signing_in_only_the_public_is_shown(app):
    stranger = app.test_client()
    for path in (
        "jobs",
        "job-types",
        "events",
        "inventory",
        "users",
        "workers",
        "auth/me",
        "locks",
        "queues",
    ):
        answer = stranger.get(f"/api/v1/{path}")
        assert_problem(answer, 401, "unauthenticated")
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    for path in ("healthz", "version", "openapi.json", "docs", "docs/swagger-ui.css"):
        assert stranger.get(f"/api/v1/{path}").status_code == 200


def test_too_many_attempts_are_told_when_to_come_back(app, house):
    house.accounts.wait_s = 17
    answer = app.test_client().post(
        "/api/v1/auth/login", json={"username": "admin", "password": "x"}
    )
    assert_problem(answer, 429)
    assert answer.headers["Retry-After"] == "17"


def test_every_answer_carries_the_headers_that_protect_it(client):
    for path in ("/api/v1/jobs", "/api/v1/nothing", "/api/v1/docs"):
        headers = client.get(path).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"
        assert "default-src 'none'" in headers["Content-Security-Policy"]
