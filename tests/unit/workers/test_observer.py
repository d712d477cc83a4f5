"""What the observer reads, and what it leaves for later."""

from types import SimpleNamespace

from calypso.models.inventory import Capability, InventoryRow, InventoryTable
from workers import observer as observing
from workers.observer import Observer


def table(name, least_pause_s):
    read = lambda _driver: []  # noqa: E731 - a table needs one
    return InventoryTable(name, name, object, InventoryRow, read, (), None, least_pause_s)


def test_a_table_that_is_costly_to_read_is_not_read_after_each_job():
    tables = {one.name: one for one in (table("storage/disks", 60), table("storage/pools", 0))}
    observer = Observer(SimpleNamespace(), SimpleNamespace(tables=tables), "storage")
    assert sorted(observer._due_tables()) == ["storage/disks", "storage/pools"]
    assert sorted(observer._due_tables()) == ["storage/pools"]


class Asks:
    """A driver that runs a program to say what it can do."""

    def __init__(self, host):
        self.host = host

    def probe(self):
        self.host.run(["true"], timeout_s=10)
        return Capability(product="asks", available=False)


def test_the_commands_it_runs_are_told_of(monkeypatch):
    monkeypatch.setattr(observing, "open_driver", lambda _settings, _name, host: Asks(host))
    reported, ran = [], []
    ports = SimpleNamespace(inventory=SimpleNamespace(report=reported.append))
    house = SimpleNamespace(tables={}, ports=ports)
    Observer(SimpleNamespace(node="keep"), house, "storage", on_ran=ran.append).look()
    assert [one.capability.product for one in reported] == ["asks"]
    assert [one.argv for one in ran] == [("true",)]
