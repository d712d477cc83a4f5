"""Who may come in, with what, and what they may do then."""

import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import jwt
import pytest

from calypso.models.clock import uuid7
from tests.acceptance.api.conftest import KEY, PASSWORD

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.redis,
    # redis-py's connections are left to the garbage collector: its port has no close
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def test_sign_in_is_slowed_down_after_repeated_failures(api):
    def attempt(name, password):
        url = f"{api.url}/api/v1/auth/login"
        return httpx.post(url, json={"username": name, "password": password})

    failures = [attempt("admin", "wrong") for _ in range(5)]
    refused = attempt("admin", PASSWORD)
    other = attempt("operator", PASSWORD)

    assert {one.status_code for one in failures} == {401}
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 300
    assert other.status_code == 200


def test_attempts_made_at_once_are_counted_too(api):
    def attempt(_):
        url = f"{api.url}/api/v1/auth/login"
        return httpx.post(url, json={"username": "admin", "password": "wrong"}).status_code

    with ThreadPoolExecutor(12) as pool:
        statuses = list(pool.map(attempt, range(12)))

    assert statuses.count(401) == 5
    assert statuses.count(429) == 7


def test_an_unknown_name_takes_as_long_as_a_known_one(api):
    def attempt(name):
        began = time.perf_counter()
        answer = httpx.post(
            f"{api.url}/api/v1/auth/login", json={"username": name, "password": "wrong"}
        )
        told = answer.json()
        told.pop("trace_id")
        return time.perf_counter() - began, told

    attempt("warm-up")
    known = [attempt("viewer") for _ in range(4)]
    unknown = [attempt("nobody-here") for _ in range(4)]

    assert known[0][1] == unknown[0][1]
    assert min(t for t, _ in unknown) > min(t for t, _ in known) / 2


def test_tokens_that_are_not_ours_or_not_good_any_more_are_refused(shared_api):
    client = shared_api.client()
    good = client.headers["Authorization"].removeprefix("Bearer ")
    claims = jwt.decode(good, options={"verify_signature": False})
    bad = [
        jwt.encode(claims, "another key that is long enough too", algorithm="HS256"),
        jwt.encode(claims, None, algorithm="none"),
        jwt.encode({**claims, "exp": 1}, KEY, algorithm="HS256"),
        jwt.encode({**claims, "sub": str(uuid7())}, KEY, algorithm="HS256"),
        jwt.encode({**claims, "gen": 7}, KEY, algorithm="HS256"),
        jwt.encode({**claims, "type": "refresh"}, KEY, algorithm="HS256"),
        jwt.encode({**claims, "sub": 5}, KEY, algorithm="HS256"),
        good[:-4], "x.y.z", "cal_unknown", good + " more",
    ]  # fmt: skip
    for token in bad:
        answer = httpx.get(
            f"{shared_api.url}/api/v1/jobs", headers={"Authorization": f"Bearer {token}"}
        )
        assert answer.status_code == 401, token
        assert answer.headers["Content-Type"] == "application/problem+json"
    assert client.get("/auth/me").json()["user"]["name"] == "admin"


@pytest.mark.by_url
def test_signing_out_ends_every_token_of_the_session(shared_api):
    told = httpx.post(
        f"{shared_api.url}/api/v1/auth/login",
        json={"username": "admin", "password": shared_api.password},
    ).json()
    access, refresh = (
        {"Authorization": f"Bearer {told[name]}"} for name in ("access_token", "refresh_token")
    )
    url = f"{shared_api.url}/api/v1"
    renewed = httpx.post(f"{url}/auth/refresh", headers=refresh)
    newer = {"Authorization": f"Bearer {renewed.json()['access_token']}"}

    out = httpx.post(f"{url}/auth/logout", headers=access)

    assert out.status_code == 204
    assert [
        httpx.get(f"{url}/auth/me", headers=access).status_code,
        httpx.get(f"{url}/auth/me", headers=newer).status_code,
        httpx.post(f"{url}/auth/refresh", headers=refresh).status_code,
    ] == [401, 401, 401]


def test_what_ends_a_session_at_one_api_ends_it_at_every_other_at_once(new_api, fresh_database):
    database = fresh_database()
    here, there = new_api(database), new_api(database)
    here.serve_noop()
    boss, viewer = here.client(), here.client("viewer")
    job = boss.post("/jobs", json={"type": "system.noop", "params": {}}).json()["id"]
    users = {one["name"]: one["id"] for one in boss.get("/users").json()["items"]}
    asking = [
        there.anybody(headers={"Authorization": one.headers["Authorization"]})
        for one in (boss, viewer)
    ]

    def seen():
        return [one.get(f"/jobs/{job}").status_code for one in asking]

    assert [seen(), seen()] == [[200, 200], [200, 200]]
    boss.patch(f"/users/{users['viewer']}", json={"roles": []})
    demoted = seen()
    boss.patch(f"/users/{users['viewer']}", json={"disabled": True})
    disabled = seen()
    boss.post("/auth/logout")

    assert [demoted, disabled, seen()] == [[200, 403], [200, 401], [401, 401]]


@pytest.mark.by_url
def test_a_browser_needs_its_csrf_cookie_to_write_but_not_to_read(shared_api):
    browser = shared_api.anybody()
    browser.post("/auth/login", json={"username": "admin", "password": shared_api.password})
    csrf = {"X-CSRF-TOKEN": browser.cookies["calypso_csrf"]}

    reading = browser.get("/jobs")
    without = browser.post("/tokens", json={"name": "x", "permissions": ["jobs:read"]})
    foreign = browser.post("/auth/logout", headers={**csrf, "Origin": "http://evil.example"})
    with_it = browser.post("/auth/logout", headers=csrf)

    assert [reading.status_code, without.status_code] == [200, 403]
    assert [foreign.status_code, with_it.status_code] == [403, 204]


def test_users_are_kept_and_the_last_administrator_stays(api):
    client = api.client()
    made = client.post(
        "/users", json={"name": "eve", "password": "long enough", "roles": ["viewer"]}
    )
    twice = client.post("/users", json={"name": "eve", "password": "long enough", "roles": []})
    odd = client.post("/users", json={"name": "a b", "password": "short", "roles": ["king"]})
    users = {one["name"]: one["id"] for one in client.get("/users").json()["items"]}
    last = client.delete(f"/users/{users['admin']}")
    demoted = client.patch(f"/users/{users['admin']}", json={"roles": ["viewer"]})
    viewer = api.client("viewer").get("/users")
    operator = api.client("operator")
    client.patch(f"/users/{users['operator']}", json={"disabled": True})
    removed = client.delete(f"/users/{users['eve']}")

    assert made.status_code == 201
    assert "password" not in made.text
    assert [twice.status_code, last.status_code, demoted.status_code] == [409, 409, 409]
    assert {one["pointer"] for one in odd.json()["errors"]} == {"/name", "/password", "/roles"}
    assert viewer.status_code == 403
    assert operator.get("/jobs").status_code == 401
    assert removed.status_code == 204


@pytest.mark.by_url
def test_an_api_token_does_what_it_is_for_and_no_more(shared_api):
    shared_api.serve_noop()
    client = shared_api.client()
    made = client.post("/tokens", json={"name": "ci", "permissions": ["*:read"]}).json()
    token = shared_api.anybody(headers={"Authorization": f"Bearer {made['token']}"})

    assert made["token"].startswith("cal_")
    assert "token" not in client.get("/tokens").json()["items"][0]
    assert token.get("/jobs").status_code == 200
    assert token.post("/jobs", json={"type": "system.noop", "params": {}}).status_code == 403
    assert token.post("/tokens", json={"name": "y", "permissions": ["*:*"]}).status_code == 403
    assert client.delete(f"/tokens/{made['id']}").status_code == 204
    assert token.get("/jobs").status_code == 401


def test_a_secret_is_kept_encrypted_and_stays_while_a_job_needs_it(shared_api):
    client = shared_api.client()
    put = client.put("/secrets/off/site", json={"kind": "password", "value": "hunter2!"})
    again = client.put("/secrets/off/site", json={"kind": "password", "value": "hunter3!"})
    listed = client.get("/secrets")
    with shared_api.house.engine.connect() as connection:
        sealed = connection.exec_driver_sql("SELECT sealed::text FROM calypso.secrets").scalar_one()
        holder = connection.exec_driver_sql(
            "INSERT INTO calypso.jobs (id, type, subsystem, node, queue, params, requested_by,"
            " source_kind, state) VALUES (gen_random_uuid(), 't', 's', 'n', 'q',"
            """ '{"to": [{"key": {"secret": "off/site"}}]}', 'ada', 'user', 'queued')"""
            " RETURNING id"
        ).scalar_one()
        held = client.delete("/secrets/off/site")
        connection.exec_driver_sql("DELETE FROM calypso.jobs")

    assert [put.status_code, again.status_code] == [201, 200]
    assert "hunter" not in put.text + listed.text + sealed
    assert shared_api.house.secrets.reveal("off/site") == "hunter3!"
    assert held.status_code == 409
    assert held.json()["holder_job"] == str(holder)
    assert client.delete("/secrets/off/site").status_code == 204
    assert client.delete("/secrets/off/site").status_code == 404
    assert "hunter" not in shared_api.log.read_text()
