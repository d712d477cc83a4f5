"""A table is read anew when its sign differs, not before, and once more after."""

from types import SimpleNamespace

import pytest

from calypso.drivers.storage import StorageError
from calypso.models.inventory import InventoryRow, InventoryTable
from tests.fakes.ports import MemoryLive
from workers.sentry import Sentry


class Driver:
    def __init__(self):
        self.sign, self.reads = "tank ONLINE", 0

    def read(self, _known):
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


def test_a_look_that_failed_is_soon_made_again_and_only_endless_failing_makes_them_rare(inventory):
    """A pool that has lost its disks makes looks fail, and that is what must not be missed."""
    trouble = []

    def sign(_driver):
        if trouble:
            raise StorageError("cannot open 'tank': pool I/O is currently suspended")
        return "tank ONLINE"

    table = InventoryTable("storage/pools", "Pools", Driver, InventoryRow, Driver.read, (), sign)
    ports = SimpleNamespace(inventory=inventory, live=MemoryLive())
    house = SimpleNamespace(tables={table.name: table}, ports=ports)
    settings = SimpleNamespace(node="keep", inventory_s=30, storage_product="zfs")
    sentry = Sentry(settings, house, "storage")

    assert sentry._look_once() == 2
    trouble.append("one disk after the other")
    assert [sentry._look_once() for _ in range(6)] == [2, 4, 8, 16, 30, 30]
    trouble.clear()
    assert sentry._look_once() == 2
    trouble.append("again")
    assert sentry._look_once() == 2
