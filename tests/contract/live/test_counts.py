"""Counts that many processes add up, in memory and in Redis."""

import pytest
import redis

from calypso.live import tallies
from calypso.live.progress import RedisLive
from tests.fakes.ports import MemoryLive

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture(params=["memory", pytest.param("redis", marks=pytest.mark.redis)])
def live(request):
    if request.param == "memory":
        return MemoryLive()
    return RedisLive(request.getfixturevalue("redis_url"))


def test_counts_of_a_node_add_up_and_nodes_stay_apart(live):
    assert live.counts() == {}
    assert live.add("n1", {"a": 1, "b": 0.25})
    assert live.add("n1", {"a": 2})
    assert live.add("n2", {"a": 5})
    assert live.counts() == {"n1": {"a": 3, "b": 0.25}, "n2": {"a": 5}}


@pytest.mark.redis
def test_while_redis_is_away_nothing_is_added_and_that_is_said(own_redis):
    live = RedisLive(own_redis.url)
    own_redis.stop()
    assert not live.add("n1", {"a": 1})
    assert live.counts() == {}


@pytest.mark.redis
def test_a_node_that_has_said_nothing_for_long_is_forgotten(redis_url):
    live = RedisLive(redis_url)
    live.add("n1", {"a": 1})
    with redis.Redis.from_url(redis_url, decode_responses=True) as server:
        assert 0 < server.ttl(f"{tallies.NODES}:n1") <= tallies.KEPT_S
        server.delete(f"{tallies.NODES}:n1")
        assert live.counts() == {}
        assert server.smembers(tallies.NODES) == set()
