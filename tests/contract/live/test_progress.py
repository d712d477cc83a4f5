"""A progress write is a value and an event in one packet; what goes wrong spoils no later one."""

import json

import pytest
import redis

from calypso.live.connection import connect, send
from calypso.live.progress import PREFIX, PROGRESS_TTL_S, STREAM, RedisLive
from calypso.models.clock import uuid7

pytestmark = [
    pytest.mark.redis,
    # redis-py's connections are left to the garbage collector: its port has no close
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
HALF = {"percent": 50.0, "message": 'reading "tank"', "eta_s": None}


@pytest.fixture
def server(redis_url):
    with redis.Redis.from_url(redis_url, decode_responses=True) as client:
        yield client


@pytest.fixture
def client(redis_url):
    with connect(redis_url) as client:
        yield client


def test_it_is_the_latest_value_for_an_hour_and_an_event_that_says_the_same(redis_url, server):
    live, job_id = RedisLive(redis_url), uuid7()

    live.progress(job_id, "storage", HALF)

    ((_, entry),) = server.xrange(STREAM)
    told = {"id": str(job_id), "subsystem": "storage", "progress": HALF}
    assert (entry["event"], json.loads(entry["data"])) == ("job.progress", told)
    assert live.latest(job_id) == HALF
    assert 0 < server.ttl(PREFIX + str(job_id)) <= PROGRESS_TTL_S


def test_the_next_write_arrives_though_the_server_hung_up_meanwhile(redis_url, server):
    live, job_id = RedisLive(redis_url), uuid7()
    live.progress(job_id, "storage", HALF)
    server.client_kill_filter(_type="normal", skipme=True)

    live.progress(job_id, "storage", {"percent": 60.0})

    assert live.latest(job_id) == {"percent": 60.0}


def test_nobody_reads_an_answer_that_was_meant_for_another(client):
    client.set("odd", "no stream")

    with pytest.raises(redis.ResponseError):
        send(client, ("XADD", "odd", "*", "a", "b"), ("SET", "even", "first"))

    assert [client.get("even"), client.get("odd")] == ["first", "no stream"]


def test_a_connection_goes_back_to_the_pool(client):
    for _ in range(3):
        send(client, ("SET", "one", "1"), ("SET", "two", "2"))

    assert client.connection_pool.get_connection_count()[0][0] == 1
