"""`calypso doctor` against real servers."""

import dataclasses
import os

import pytest
import redis

from calypso.cli.checks import State, servers
from calypso.cli.checks.servers import Addresses
from calypso.host import proof
from calypso.models.clock import uuid7
from calypso.models.worker import WorkerRecord
from calypso.store import migrate
from calypso.store.engine import make_engine
from calypso.store.jobs import PostgresJobStore

pytestmark = [pytest.mark.postgres, pytest.mark.redis]


@pytest.fixture
def addresses(fresh_database, redis_url):
    return Addresses(fresh_database(), redis_url)


def look(addresses, *, up=False):
    found = servers.look(addresses, node="here", subsystems=["storage"], up=up)
    return {finding.name: finding for finding in found}


def test_a_database_without_tables_is_told_from_one_that_is_ready(addresses):
    before = look(addresses)

    migrate.upgrade(addresses.database_url)

    after = look(addresses)
    assert before["Migrations"].state is State.BROKEN
    assert before["Migrations"].mend == "Run: calypso migrate"
    assert after["Migrations"].state is State.OK
    assert after["PostgreSQL"].state is State.OK


def test_workers_are_missed_only_where_they_ought_to_run(addresses):
    migrate.upgrade(addresses.database_url)

    assert look(addresses)["Workers: storage"].state is State.WARN
    assert look(addresses, up=True)["Workers: storage"].state is State.BROKEN


def test_a_worker_that_was_seen_lately_counts(addresses):
    migrate.upgrade(addresses.database_url)
    engine = make_engine(addresses.database_url)
    worker = WorkerRecord(
        id=uuid7(), node="here", subsystem="storage", queues=["storage@here"], pid=os.getpid(),
        started=proof.own_start(), boot_id=proof.boot_id(), machine_id=proof.machine_id(),
        pid_namespace=proof.pid_namespace(),
    )  # fmt: skip
    PostgresJobStore(engine).register(worker)
    engine.dispose()

    assert look(addresses, up=True)["Workers: storage"].said == "1 running"


def test_a_redis_that_may_drop_hints_is_warned_about(addresses):
    client = redis.Redis.from_url(addresses.redis_url)
    client.config_set("maxmemory-policy", "allkeys-lru")

    found = look(addresses)["Redis"]

    client.config_set("maxmemory-policy", "noeviction")
    client.close()
    assert found.state is State.WARN
    assert look(addresses)["Redis"].state is State.OK


def test_a_wrong_password_is_not_taken_for_an_outage_of_our_own(addresses):
    wrong = dataclasses.replace(addresses, redis_url="redis://:wrong@" + _host(addresses))

    assert look(wrong)["Redis"].state is State.BROKEN


def _host(addresses):
    return addresses.redis_url.rpartition("@")[2]
