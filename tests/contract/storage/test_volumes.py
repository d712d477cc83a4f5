"""Volumes, where the product has them: one in use loses nothing."""

from contextlib import contextmanager

import pytest

from calypso.drivers.storage import Busy, DatasetMissing, Unsupported
from tests.lab.inside import opened

SIZE_BYTES = 16 << 20


@pytest.fixture
def volume(place):
    name = f"{place.pool}/volume"
    able = place.storage.probe()
    if not able.features.get("volumes"):
        with pytest.raises(Unsupported):
            place.storage.create_dataset(name, size_bytes=SIZE_BYTES)
        pytest.skip(f"{able.product} has no volumes, and says so")
    place.storage.create_dataset(name, size_bytes=SIZE_BYTES)
    return name


@contextmanager
def in_use(place, volume):
    """Somebody has the device open; udev makes it some time after the volume."""
    settled = place.machine.host().run(["udevadm", "settle", "--timeout=30"], timeout_s=60)
    assert settled.ok, settled.stderr
    with place.machine.entered(opened, f"/dev/zvol/{volume}"):
        yield


def names(place, volume):
    return [one.name for one in place.storage.snapshots(volume)]


def test_a_volume_has_the_size_asked_for(place, volume):
    found = place.storage.dataset(volume)
    assert (found.kind, found.size_bytes) == ("volume", SIZE_BYTES)
    assert found.mountpoint is None


def test_a_volume_in_use_is_refused_before_its_snapshots_are_lost(place, volume):
    place.snapshot(volume, "one")
    with in_use(place, volume), pytest.raises(Busy):
        place.storage.destroy_dataset(volume, recursive=True)
    assert names(place, volume) == [f"{volume}@one"]

    place.storage.destroy_dataset(volume, recursive=True)
    with pytest.raises(DatasetMissing):
        place.storage.dataset(volume)


def test_a_rollback_of_a_volume_in_use_keeps_the_newer_snapshots(place, volume):
    for name in ("one", "two"):
        place.snapshot(volume, name)
    with in_use(place, volume), pytest.raises(Busy):
        place.storage.rollback(f"{volume}@one", destroy_newer=True)
    assert names(place, volume) == [f"{volume}@one", f"{volume}@two"]


def test_a_volume_is_sent_whole(place, volume):
    place.snapshot(volume, "one")
    sent, _ = place.send(f"{volume}@one", f"{place.pool}/copy")
    assert place.storage.dataset(f"{place.pool}/copy").size_bytes == SIZE_BYTES
    assert place.storage.snapshots(f"{place.pool}/copy")[0].name == sent.snapshot
