"""The server as it is run: greenlets, real databases, rude peers."""

import os
import signal
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from calypso.models.clock import uuid7
from calypso.models.ledger import Ending
from tests.acceptance.api.conftest import NODE, Stream, until

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


def test_a_frozen_redis_holds_no_request_up(new_api, own_redis):
    api = new_api(redis=own_redis.url)
    api.serve_noop()
    client = api.client()
    start(client)
    with own_redis.frozen():
        took_s = []
        for _ in range(5):
            began = time.monotonic()
            job = start(client)
            client.get(f"/jobs/{job['id']}")
            took_s.append(time.monotonic() - began)

    assert max(took_s) < 2 * 1.2
    assert client.get("/queues").json()["items"][0]["queued"] == 6


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
