"""What a proxy says of its clients, and whose word counts."""

import dataclasses

import pytest

from calypso.config import Settings
from calypso.errors import Misconfigured

SAID = {"X-Forwarded-For": "203.0.113.9, 198.51.100.7", "X-Forwarded-Proto": "https"}
ADDRESS = "198.51.100.7"  # what the proxy itself saw: the rest the client may have made up


@pytest.fixture
def proxies():
    return ""


@pytest.fixture
def house(house, proxies):
    settings = Settings(
        jwt_key="a key for tests that is long enough", node="keep",
        database_url="postgresql://calypso:pw@db.example/calypso",
        redis_url="rediss://:pw@redis.example:6380/0",
        trusted_proxies=proxies,
    )  # fmt: skip
    return dataclasses.replace(house, settings=settings)


@pytest.fixture
def joined(app, client):
    """Call it for the answer to a node that joins in the clear, by whatever stands between."""
    token = client.post("/api/v1/nodes/tokens", json={"node": "vault"}).get_json()["token"]

    def join(**said):
        import calypso

        body = {"node": "vault", "token": token, "version": calypso.__version__}
        asking = app.test_client(use_cookies=False)
        return asking.post("/api/v1/nodes/join", json=body, headers=said)

    return join


def used_from(client):
    return client.get("/api/v1/nodes/tokens").get_json()["items"][0]["used_from"]


@pytest.mark.parametrize("proxies", ["10.0.0.0/8, 127.0.0.1"])
def test_a_node_joins_through_a_proxy_that_is_named_and_its_own_address_counts(joined, client):
    answer = joined(**SAID)
    assert answer.status_code == 200, answer.get_json()
    assert used_from(client) == ADDRESS


@pytest.mark.parametrize("proxies", ["10.0.0.0/8"])
def test_the_word_of_anybody_else_does_not_count(joined):
    assert joined(**SAID).status_code == 403


@pytest.mark.parametrize("proxies", ["127.0.0.1"])
def test_a_proxy_that_was_reached_in_the_clear_or_says_nothing_lets_no_node_join(joined):
    assert joined(**{"X-Forwarded-Proto": "http"}).status_code == 403


def test_what_is_no_address_is_refused_at_the_start(monkeypatch):
    from calypso.config import load

    with pytest.raises(Misconfigured, match="trusted_proxies"):
        load(trusted_proxies="proxy.example")
