"""Tokens of nodes: over memory and over PostgreSQL alike."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from calypso.errors import NotFound
from calypso.models.clock import now, uuid7
from calypso.models.worker import WorkerRecord
from calypso.store.nodes import Nodes
from tests.contract.store.making import NODE
from tests.fakes.memory_nodes import MemoryNodes


@pytest.fixture(params=["memory", pytest.param("postgres", marks=pytest.mark.postgres)])
def nodes(request):
    if request.param == "memory":
        return MemoryNodes()
    return Nodes(request.getfixturevalue("engine"))


def worker(node):
    return WorkerRecord(
        id=uuid7(), node=node, subsystem="storage", queues=(f"storage@{node}",), pid=7,
        started=99, boot_id="boot", machine_id="machine", pid_namespace="ns",
    )  # fmt: skip


def add(nodes, node="vault", *, hours=1.0):
    return nodes.add_token(node, by="admin", expires_at=now() + timedelta(hours=hours))


def test_a_token_is_good_once_for_its_node_and_says_who_used_it(nodes):
    token, text = add(nodes)

    assert nodes.is_good(text, node="vault")
    assert not nodes.is_good(text, node="cellar")

    other = nodes.use_token(text, node="cellar", address="10.0.0.9")
    used = nodes.use_token(text, node="vault", address="10.0.0.9")
    again = nodes.use_token(text, node="vault", address="10.0.0.9")
    assert not nodes.is_good(text, node="vault")

    assert (other, again) == (None, None)
    assert (used.id, used.used_from) == (token.id, "10.0.0.9")
    assert nodes.tokens() == [used]


def test_an_expired_token_is_not_good(nodes):
    _, text = add(nodes, hours=-0.01)
    assert nodes.use_token(text, node="vault", address="10.0.0.9") is None


def test_a_new_token_ends_the_open_one_of_its_node_and_no_other(nodes):
    _, first = add(nodes)
    _, elsewhere = add(nodes, "cellar")
    _, second = add(nodes)

    assert nodes.use_token(first, node="vault", address="a") is None
    assert nodes.use_token(second, node="vault", address="a") is not None
    assert nodes.use_token(elsewhere, node="cellar", address="a") is not None
    assert add(nodes)[1]  # a used one is in nobody's way
    assert len(nodes.tokens()) == 3


def test_a_spoilt_or_removed_token_is_not_good(nodes):
    _, spoilt = add(nodes)
    nodes.spoil_token(spoilt)
    removed, text = add(nodes, "cellar")
    nodes.remove_token(removed.id)

    assert nodes.use_token(spoilt, node="vault", address="a") is None
    assert nodes.use_token(text, node="cellar", address="a") is None
    with pytest.raises(NotFound):
        nodes.remove_token(uuid7())


def test_spoiling_a_used_token_keeps_the_record_of_its_use(nodes):
    _, text = add(nodes)
    used = nodes.use_token(text, node="vault", address="a")

    nodes.spoil_token(text)

    assert nodes.tokens() == [used]


@pytest.mark.postgres
def test_of_many_who_use_a_token_at_once_one_gets_it(engine):
    nodes = Nodes(engine)
    _, text = add(nodes)

    with ThreadPoolExecutor(8) as pool:
        got = list(
            pool.map(lambda n: nodes.use_token(text, node="vault", address=str(n)), range(16))
        )

    assert len([one for one in got if one]) == 1


@pytest.mark.postgres
def test_a_node_is_served_while_a_worker_of_it_was_seen(engine, postgres):
    nodes = Nodes(engine)
    assert not nodes.is_served(NODE, within_s=60)

    postgres.register(worker(NODE))

    assert nodes.is_served(NODE, within_s=60)
    assert not nodes.is_served("elsewhere", within_s=60)
    assert not nodes.is_served(NODE, within_s=-1)


@pytest.mark.postgres
def test_a_text_is_not_in_the_database(engine):
    nodes = Nodes(engine)
    _, text = add(nodes)
    with engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT t::text FROM calypso.node_tokens t").all()
    assert text not in str(rows)
    assert text.removeprefix("calnode_") not in str(rows)
