"""The server as it is run: greenlets, real databases, rude peers."""

import json
import os
import signal
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import jwt
import pytest

from calypso.models.clock import uuid7
from calypso.models.ledger import Ending
from tests.acceptance.api.conftest import KEY, NODE, PASSWORD, Stream, until

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.redis,
    # redis-py's connections are left to the garbage collector: its port has no close
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def start(client, **params):
    answer = client.post("/jobs", json={"type": "system.noop", "params": params})
    assert answer.status_code == 202, answer.text
    return answer.json()


def claim(api):
    return api.house.ports.jobs.claim(f"system@{NODE}", NODE, uuid7(), lease_s=60)


def finish(api, claimed):
    ending = Ending("succeeded", result={"steps": 1})
    return api.house.ports.jobs.finish(claimed.id, claimed.epoch, ending)


def test_a_job_is_taken_in_shown_and_cancelled(api):
    api.serve_noop()
    client = api.client()

    job = start(client)
    shown = client.get(f"/jobs/{job['id']}")
    known = client.get(f"/jobs/{job['id']}", headers={"If-None-Match": shown.headers["ETag"]})
    cancelled = client.post(f"/jobs/{job['id']}/cancel")
    again = client.post(f"/jobs/{job['id']}/cancel")
    rerun = client.post(f"/jobs/{job['id']}/rerun")

    assert shown.json()["state"] == "queued"
    assert known.status_code == 304
    assert cancelled.status_code == 202
    assert cancelled.json()["state"] == "cancelled"
    assert again.status_code == 409
    assert again.json()["code"] == "already_ended"
    assert rerun.json()["parent_id"] == job["id"]
    events = [one["type"] for one in client.get(f"/jobs/{job['id']}/history").json()["items"]]
    assert events[0] == "submitted"
    assert events[-1] == "cancelled"


def test_a_stream_tells_what_happens_and_resumes_where_it_broke_off(api):
    api.serve_noop()
    client = api.client()
    stream = Stream(client)
    job = start(client)
    first = stream.until(lambda m: m.get("event") == "job.state")
    stream.close()

    claimed = claim(api)
    finish(api, claimed)
    resumed = Stream(client, **{"Last-Event-ID": first["id"]})
    missed = [resumed.until(lambda m: "event" in m) for _ in range(2)]
    resumed.close()

    assert first["data"]["id"] == job["id"]
    assert [m["data"]["state"] for m in missed] == ["running", "succeeded"]
    assert {m["data"]["title"] for m in missed} == {"Check a worker"}


def test_no_state_is_told_twice_or_left_out_while_streams_break_off(api):
    api.serve_noop()
    client = api.client()
    last = Stream(client)
    hello = last.next()
    last.close()
    jobs = []
    with ThreadPoolExecutor(4) as pool:
        made = [pool.submit(start, api.client()) for _ in range(4)]
        jobs = [one.result()["id"] for one in made]
        made = [pool.submit(start, client) for _ in range(40)]
        told, since = [], hello["id"]
        while len(told) < 44:
            stream = Stream(client, **{"Last-Event-ID": since})
            for _ in range(5):
                if len(told) == 44:
                    break
                message = stream.until(lambda m: m.get("event") == "job.state")
                told.append(message["data"]["id"])
                since = message["id"]
            stream.close()
        jobs += [one.result()["id"] for one in made]

    assert sorted(told) == sorted(jobs)


def test_progress_reaches_streams_at_most_twice_a_second(api):
    api.serve_noop()
    client = api.client()
    job = start(client)
    claimed = claim(api)
    stream = Stream(client, f"/events?job={job['id']}")
    stream.next()
    done = threading.Event()

    def publish():
        percent = 0
        while not done.wait(0.02):
            percent += 1
            api.house.ports.live.progress(claimed.id, "system", {"percent": percent})

    with ThreadPoolExecutor(1) as pool:
        pool.submit(publish)
        stream.until(lambda m: m.get("event") == "job.progress")
        began = time.monotonic()
        heard = [stream.until(lambda m: m.get("event") == "job.progress") for _ in range(4)]
        took_s = time.monotonic() - began
        done.set()
    stream.close()

    assert all("id" not in one for one in heard)
    assert 1.8 <= took_s < 4
    assert heard[-1]["data"]["progress"]["percent"] > heard[0]["data"]["progress"]["percent"] + 20


def test_a_long_poll_answers_when_the_job_changes_and_not_before(api):
    api.serve_noop()
    client = api.client()
    job = start(client)
    etag = client.get(f"/jobs/{job['id']}").headers["ETag"]

    with ThreadPoolExecutor(1) as pool:
        poll = pool.submit(
            client.get, f"/jobs/{job['id']}?wait=10", headers={"If-None-Match": etag}
        )
        time.sleep(0.7)  # the poll must still be held then
        early = poll.done()
        claim(api)
        changed = time.monotonic()
        answer = poll.result()

    assert not early
    assert answer.json()["state"] == "running"
    assert time.monotonic() - changed < 3
    still = client.get(
        f"/jobs/{job['id']}?wait=1", headers={"If-None-Match": answer.headers["ETag"]}
    )
    assert still.status_code == 304


def test_other_requests_are_served_while_some_wait(api):
    api.serve_noop()
    client = api.client()
    job = start(client)
    with ThreadPoolExecutor(30) as pool:
        polls = [pool.submit(client.get, f"/jobs/{job['id']}?wait=5") for _ in range(30)]
        began = time.monotonic()
        answer = client.get("/jobs")
        took_s = time.monotonic() - began
        client.post(f"/jobs/{job['id']}/cancel")
        states = {one.result().json()["state"] for one in polls}

    assert answer.status_code == 200
    assert took_s < 2
    assert states == {"cancelled"}


def test_the_server_stops_within_seconds_though_streams_are_open(api):
    client = api.client()
    stream = Stream(client)
    stream.next()

    began = time.monotonic()
    os.kill(api.process.pid, signal.SIGTERM)
    ended = stream.next()
    api.process.wait(timeout=10)

    assert ended is None
    assert time.monotonic() - began < 5
    assert api.process.returncode == 0


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


def test_tokens_that_are_not_ours_or_not_good_any_more_are_refused(api):
    client = api.client()
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
        answer = httpx.get(f"{api.url}/api/v1/jobs", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 401, token
        assert answer.headers["Content-Type"] == "application/problem+json"
    assert client.get("/auth/me").json()["user"]["name"] == "admin"


def test_signing_out_ends_every_token_of_the_session(api):
    told = httpx.post(
        f"{api.url}/api/v1/auth/login", json={"username": "admin", "password": PASSWORD}
    ).json()
    access, refresh = (
        {"Authorization": f"Bearer {told[name]}"} for name in ("access_token", "refresh_token")
    )
    url = f"{api.url}/api/v1"
    renewed = httpx.post(f"{url}/auth/refresh", headers=refresh)
    newer = {"Authorization": f"Bearer {renewed.json()['access_token']}"}

    out = httpx.post(f"{url}/auth/logout", headers=access)

    assert out.status_code == 204
    assert [
        httpx.get(f"{url}/auth/me", headers=access).status_code,
        httpx.get(f"{url}/auth/me", headers=newer).status_code,
        httpx.post(f"{url}/auth/refresh", headers=refresh).status_code,
    ] == [401, 401, 401]


def test_a_browser_needs_its_csrf_cookie_to_write_but_not_to_read(api):
    browser = api.anybody()
    browser.post("/auth/login", json={"username": "admin", "password": PASSWORD})
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


def test_an_api_token_does_what_it_is_for_and_no_more(api):
    api.serve_noop()
    client = api.client()
    made = client.post("/tokens", json={"name": "ci", "permissions": ["*:read"]}).json()
    token = api.anybody(headers={"Authorization": f"Bearer {made['token']}"})

    assert made["token"].startswith("cal_")
    assert "token" not in client.get("/tokens").json()["items"][0]
    assert token.get("/jobs").status_code == 200
    assert token.post("/jobs", json={"type": "system.noop", "params": {}}).status_code == 403
    assert token.post("/tokens", json={"name": "y", "permissions": ["*:*"]}).status_code == 403
    assert client.delete(f"/tokens/{made['id']}").status_code == 204
    assert token.get("/jobs").status_code == 401


def test_a_secret_is_kept_encrypted_and_stays_while_a_job_needs_it(api):
    client = api.client()
    put = client.put("/secrets/off/site", json={"kind": "password", "value": "hunter2!"})
    again = client.put("/secrets/off/site", json={"kind": "password", "value": "hunter3!"})
    listed = client.get("/secrets")
    with api.house.engine.connect() as connection:
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
    assert api.house.secrets.reveal("off/site") == "hunter3!"
    assert held.status_code == 409
    assert held.json()["holder_job"] == str(holder)
    assert client.delete("/secrets/off/site").status_code == 204
    assert client.delete("/secrets/off/site").status_code == 404
    assert "hunter" not in api.log.read_text()


def test_a_huge_body_is_refused_however_it_comes(api):
    client = api.client()

    def pieces():
        for _ in range(20):
            yield b"x" * (1 << 20)

    plain = client.post(
        "/jobs", content=b"x" * (20 << 20), headers={"Content-Type": "application/json"}
    )
    chunked = client.post("/jobs", content=pieces(), headers={"Content-Type": "application/json"})
    after = client.get("/jobs")

    assert [plain.status_code, chunked.status_code] == [413, 413]
    assert plain.json()["code"] == chunked.json()["code"] == "too_large"
    assert after.status_code == 200


def test_a_broken_head_is_answered_with_a_problem(api):
    for rude in (b"GARBAGE\r\n\r\n", b"GET / HTTP/1.1\r\nX: " + b"y" * 40000 + b"\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", api.port)) as peer:
            peer.sendall(rude)
            answer = peer.makefile("rb").read()
        assert b"application/problem+json" in answer, answer[:300]
        assert answer.startswith(b"HTTP/1.1 4")


def test_a_peer_that_never_finishes_its_head_is_let_go(api):
    with socket.create_connection(("127.0.0.1", api.port), timeout=20) as peer:
        peer.sendall(b"GET /api/v1/healthz HTTP/1.1\r\nHost: x\r\n")
        began = time.monotonic()
        rest = peer.makefile("rb").read()
    assert time.monotonic() - began < 15
    assert not rest.startswith(b"HTTP/1.1 200")


def test_a_peer_that_never_finishes_its_body_is_told_so(api):
    head = (
        "POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        "Content-Length: 100\r\n\r\n{"
    )
    with socket.create_connection(("127.0.0.1", api.port), timeout=40) as peer:
        peer.sendall(head.encode())
        first = peer.recv(1 << 16)
    assert first.startswith(b"HTTP/1.1 408")
    assert b"too_slow" in first


def test_a_listener_that_does_not_read_costs_itself_its_stream_only(api):
    api.serve_noop()
    client = api.client()
    token = client.headers["Authorization"]
    job = start(client)
    claim(api)
    deaf = socket.socket()
    deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    deaf.connect(("127.0.0.1", api.port))
    deaf.sendall(
        f"GET /api/v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: {token}\r\n\r\n".encode()
    )
    live = api.house.ports.live
    other = Stream(client)
    heard = threading.Event()

    def call():
        while not heard.wait(0.05):
            live.tell("inventory.changed", {"table": "storage/pools", "node": "n", "n": -1})

    with ThreadPoolExecutor(1) as pool:
        pool.submit(call)
        other.until(lambda m: m.get("event") == "inventory.changed")
        heard.set()
    for number in range(3000):
        live.tell("inventory.changed", {"table": "storage/pools", "node": "x" * 2000, "n": number})
        if number % 100 == 0:
            other.until(lambda m, n=number: m.get("data", {}).get("n") == n)
    last = other.until(lambda m: m.get("data", {}).get("n") == 2999)
    other.close()

    assert last["event"] == "inventory.changed"
    assert job["id"]
    deaf.settimeout(10)
    got = b""
    while piece := _received(deaf):
        got += piece
    assert got.count(b"inventory.changed") < 3000
    deaf.close()


def _received(peer):
    try:
        return peer.recv(1 << 16)
    except ConnectionError:
        return b""


def test_without_redis_jobs_are_taken_and_streams_tell_their_states(new_api, own_redis):
    api = new_api(redis=own_redis.url)
    api.serve_noop()
    client = api.client()
    own_redis.stop()

    ready = client.get("/readyz")
    stream = Stream(client)
    began = time.monotonic()
    job = start(client)
    taken_s = time.monotonic() - began
    told = stream.until(lambda m: m.get("event") == "job.state")

    assert ready.status_code == 200
    assert ready.json()["status"] == "degraded"
    assert taken_s < 5
    assert told["data"]["id"] == job["id"]
    own_redis.start()
    claimed = claim(api)
    stream.until(lambda m: m.get("data", {}).get("state") == "running")

    def heard():
        api.house.ports.live.progress(claimed.id, "system", {"percent": 5})
        message = stream.next()
        return message is not None and message.get("event") == "job.progress"

    until(heard, what="progress after the outage")
    stream.close()


def test_without_postgresql_the_answer_is_503_and_all_is_well_again_after(new_api, own_postgres):
    api = new_api(database_url=own_postgres.url)
    client = api.client()
    own_postgres.stop()

    away = client.get("/jobs")
    ready = client.get("/readyz")
    health = client.get("/healthz")
    own_postgres.start()

    assert [away.status_code, ready.status_code, health.status_code] == [503, 503, 200]
    assert away.json()["code"] == "store_unavailable"
    assert int(away.headers["Retry-After"]) > 0
    assert "127.0.0.1" not in away.text
    until(lambda: client.get("/jobs").status_code == 200, what="answers after the outage")


def test_what_is_logged_of_a_request_names_its_trace_and_no_token(api):
    client = api.client()
    problem = client.get(f"/jobs/{uuid7()}").json()
    lines = api.log.read_text()
    found = [json.loads(line) for line in lines.splitlines() if problem["trace_id"] in line]

    assert found[0]["status"] == 404
    assert client.headers["Authorization"].removeprefix("Bearer ") not in lines
