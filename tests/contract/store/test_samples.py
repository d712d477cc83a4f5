"""How columns of tables were: kept once an hour, read back by the hour or the day."""

from datetime import timedelta

import psycopg
import pytest

from calypso.models.clock import now
from calypso.store.inventory import PostgresInventoryStore
from tests.contract.store.making import NODE
from tests.fakes.ports import MemoryInventory

POOLS = "storage/pools"
COLUMNS = ("size_bytes", "allocated_bytes")


class MemoryPast:
    def __init__(self):
        self.inventory = MemoryInventory()

    def age(self, by):
        kept = self.inventory._samples
        aged = {(*place, at - by): values for (*place, at), values in kept.items()}
        kept.clear()
        kept.update(aged)


class PostgresPast:
    def __init__(self, engine, url):
        self.inventory, self._url = PostgresInventoryStore(engine), url.replace("+psycopg", "")

    def age(self, by):
        with psycopg.connect(self._url, autocommit=True) as server:
            server.execute("UPDATE calypso.inventory_samples SET at = at - %s", [by])


@pytest.fixture(params=["memory", pytest.param("postgres", marks=pytest.mark.postgres)])
def past(request):
    """An inventory whose samples can be made older."""
    if request.param == "memory":
        return MemoryPast()
    engine, url = request.getfixturevalue("engine"), request.getfixturevalue("database_url")
    return PostgresPast(engine, url)


@pytest.fixture
def inventory(past):
    return past.inventory


def hold(inventory, allocated_bytes, *, node=NODE, key="tank"):
    row = {"name": key, "size_bytes": 1000, "allocated_bytes": allocated_bytes, "health": "ONLINE"}
    inventory.replace(node, POOLS, [(key, row)])
    inventory.sample(POOLS, node, COLUMNS)


def allocated(samples):
    return [one.values["allocated_bytes"] for one in samples]


def month():
    return now() - timedelta(days=30)


def test_only_the_sampled_columns_are_kept_once_an_hour(inventory):
    hold(inventory, 10)
    hold(inventory, 20)

    (one,) = inventory.samples(POOLS, since=month())

    assert (one.node, one.key) == (NODE, "tank")
    assert one.values == {"size_bytes": 1000, "allocated_bytes": 10}
    assert (one.at.minute, one.at.second) == (0, 0)


def test_they_come_oldest_first_and_from_where_one_asks(past, inventory):
    for allocated_bytes in (10, 20, 30):
        past.age(timedelta(hours=1))
        hold(inventory, allocated_bytes)

    assert allocated(inventory.samples(POOLS, since=month())) == [10, 20, 30]
    this_hour = now().replace(minute=0, second=0, microsecond=0)
    last_two = inventory.samples(POOLS, since=this_hour - timedelta(hours=1))
    assert allocated(last_two) == [20, 30]


def test_of_each_day_only_the_last_is_told_when_asked_by_the_day(past, inventory):
    for allocated_bytes in (10, 20):
        hold(inventory, allocated_bytes)
        past.age(timedelta(days=1))
    hold(inventory, 30)

    assert allocated(inventory.samples(POOLS, since=month(), step="day")) == [10, 20, 30]

    hours_today = now().hour
    past.age(timedelta(hours=1))
    hold(inventory, 40)
    by_day = allocated(inventory.samples(POOLS, since=month(), step="day"))
    assert by_day == ([10, 20, 40] if hours_today else [10, 20, 30, 40])


def test_rows_and_nodes_are_told_apart(inventory):
    hold(inventory, 10)
    hold(inventory, 20, node="other")

    assert allocated(inventory.samples(POOLS, since=month(), node="other")) == [20]
    assert allocated(inventory.samples(POOLS, since=month(), key="vault")) == []
    assert len(inventory.samples(POOLS, since=month())) == 2


def test_a_row_that_is_new_in_this_hour_is_kept_too(inventory):
    hold(inventory, 10)
    hold(inventory, 5, key="vault")

    assert {one.key for one in inventory.samples(POOLS, since=month())} == {"tank", "vault"}


@pytest.mark.postgres
def test_what_is_older_than_four_hundred_days_is_forgotten(engine, database_url):
    past = PostgresPast(engine, database_url)
    hold(past.inventory, 10)
    past.age(timedelta(days=401))

    hold(past.inventory, 20)

    assert allocated(past.inventory.samples(POOLS, since=now() - timedelta(days=999))) == [20]


def test_the_rows_of_a_table_are_counted_over_all_nodes(inventory):
    inventory.replace(NODE, POOLS, [("tank", {}), ("vault", {})])
    inventory.replace("other", POOLS, [("tank", {})])
    inventory.replace(NODE, "storage/disks", [("sda", {})])
    assert inventory.count(POOLS) == 3
    assert inventory.count("tape/pools") == 0
