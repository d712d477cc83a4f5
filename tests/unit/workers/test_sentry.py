"""A table is read anew when its sign differs, not before, and once more after."""

from types import SimpleNamespace

import pytest

from calypso.models.inventory import InventoryRow, InventoryTable
from tests.fakes.ports import MemoryLive
from workers.sentry import Sentry


class Driver:
    def __init__(self):
        self.sign, self.reads = "tank ONLINE", 0

    def read(self):
        self.reads += 1
        return [InventoryRow(key="tank")]


class Inventory:
    """Counts what is stored. `away`: raises, as a store that cannot be reached."""

    def __init__(self):
        self.stored, self.away = [], None

    def replace(self, node, table, rows):
        if self.away:
            raise self.away
        self.stored.append((node, table, [key for key, _ in rows]))
        return True


@pytest.fixture
def driver():
    return Driver()


@pytest.fixture
def inventory():
    return Inventory()


@pytest.fixture
def sentry(inventory):
    table = InventoryTable(
        "storage/pools", "Pools", Driver, InventoryRow, Driver.read, (), lambda one: one.sign
    )
    plain = InventoryTable("storage/disks", "Disks", Driver, InventoryRow, Driver.read, ())
    ports = SimpleNamespace(inventory=inventory, live=MemoryLive())
    house = SimpleNamespace(tables={one.name: one for one in (table, plain)}, ports=ports)
    return Sentry(SimpleNamespace(node="keep", inventory_s=30), house, "storage")


def test_a_table_whose_sign_stays_is_not_read(sentry, driver):
    for _ in range(3):
        assert sentry.look(driver) == []
    assert driver.reads == 0


def test_a_table_whose_sign_differs_is_stored_at_once_and_once_more(sentry, driver, inventory):
    sentry.look(driver)
    driver.sign = "tank DEGRADED"
    looks = [sentry.look(driver) for _ in range(3)]
    assert looks == [["storage/pools"], ["storage/pools"], []]
    assert inventory.stored == [("keep", "storage/pools", ["tank"])] * 2


def test_a_change_that_could_not_be_stored_is_not_forgotten(sentry, driver, inventory):
    sentry.look(driver)
    driver.sign = "tank DEGRADED"
    inventory.away = RuntimeError("away")
    with pytest.raises(RuntimeError):
        sentry.look(driver)
    inventory.away = None
    assert sentry.look(driver) == ["storage/pools"]
    assert len(inventory.stored) == 1
