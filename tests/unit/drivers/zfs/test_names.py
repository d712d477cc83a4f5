"""A name is a name: nothing else is ever given to a command."""

import pytest

from calypso.drivers.storage import (
    BadName,
    Vdev,
)
from tests.unit.drivers.zfs.scenarios import (
    ZPOOL_LIST,
)


# `zpool list 5` would list for ever, every 5 seconds.
@pytest.mark.parametrize(
    "name", ["", "-r", "-rf", "5", "..", "a%b", "a,b", "a\nb", "a\0b", "a" * 256]
)
def test_a_name_that_reads_as_anything_else_is_never_run(host, storage, name):
    name = name if name[:1] in ("", "-", "5") else f"tank/{name}"
    for act in (
        lambda: storage.pool(name),
        lambda: storage.dataset(name),
        lambda: storage.datasets(name),
        lambda: storage.create_dataset(name),
        lambda: storage.destroy_dataset(name),
        lambda: storage.create_snapshot(name, "one"),
        lambda: storage.release(name, "tag"),
        lambda: storage.resume_token(name),
        lambda: storage.run_scrub(name, on_scan=print, timeout_s=1),
        lambda: storage.stop_scrub(name),
        lambda: storage.send("tank@one", name, on_bytes=print, timeout_s=1),
        lambda: storage.rollback(f"{name}@one"),
        lambda: storage.snapshots(name),
        lambda: storage.plan_destroy_pool(name),
        lambda: storage.create_pool(name, [Vdev(devices=("/dev/x",))]),
    ):
        with pytest.raises(BadName):
            act()
    assert host.asked == []


@pytest.mark.parametrize("name", ["", "-r", "a@b", "a/b", "a,b", "a%b", ".", "..", "a\0b"])
def test_a_snapshot_cannot_be_called_what_reads_as_anything_else(host, storage, name):
    with pytest.raises(BadName):
        storage.create_snapshot("tank", name)
    assert host.asked == []


def test_a_hold_cannot_be_called_an_option(host, storage):
    with pytest.raises(BadName):
        storage.hold("tank@one", "-r")
    assert host.asked == []


def test_a_snapshot_is_no_dataset_to_destroy(host, storage):
    with pytest.raises(BadName):
        storage.destroy_dataset("tank/d1@s1", recursive=True)
    assert host.asked == []


def test_a_device_cannot_be_called_an_option(host, storage):
    host.answer([*ZPOOL_LIST, "other"], "010-zpool-list-nosuch.txt")
    for device in ("-f", "", "/dev/x\0"):
        with pytest.raises(BadName):
            storage.create_pool("other", [Vdev(devices=(device,))])
    assert not any("create" in argv for argv in host.asked)
