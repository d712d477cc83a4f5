"""Who hears what: all hear what is told to all, and a node's own ears what is told to it."""

import pytest

from calypso.live.progress import RedisLive
from tests.contract.store.making import eventually
from tests.fakes.ports import MemoryLive

SOON_S = 0.05


@pytest.fixture(params=["memory", pytest.param("redis", marks=pytest.mark.redis)])
def live(request):
    if request.param == "memory":
        return MemoryLive()
    return RedisLive(request.getfixturevalue("redis_url"))


def heard(feed):
    return [event for event, _ in feed.next(SOON_S)]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_what_is_told_to_a_node_wakes_nobody_else(live):
    with live.feed() as all_of_it, live.feed("vault") as vault, live.feed("attic") as attic:
        for feed in (all_of_it, vault, attic):
            assert heard(feed) == []

        live.tell("job.ended", {"subsystem": "storage"}, node="vault")

        assert eventually(lambda: heard(vault)) == ["job.ended"]
        assert (heard(attic), heard(all_of_it)) == ([], [])
        live.tell("inventory.changed", {})
        assert eventually(lambda: heard(all_of_it)) == ["inventory.changed"]
        assert (heard(attic), heard(vault)) == ([], [])
