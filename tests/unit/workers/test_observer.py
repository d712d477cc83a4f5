"""What the observer reads, and what it leaves for later."""

from types import SimpleNamespace

from calypso.models.inventory import InventoryRow, InventoryTable
from workers.observer import Observer


def table(name, least_pause_s):
    read = lambda _driver: []  # noqa: E731 - a table needs one
    return InventoryTable(name, name, object, InventoryRow, read, (), None, least_pause_s)


def test_a_table_that_is_costly_to_read_is_not_read_after_each_job():
    tables = {one.name: one for one in (table("storage/disks", 60), table("storage/pools", 0))}
    observer = Observer(SimpleNamespace(), SimpleNamespace(tables=tables), "storage")
    assert sorted(observer._due_tables()) == ["storage/disks", "storage/pools"]
    assert sorted(observer._due_tables()) == ["storage/pools"]
