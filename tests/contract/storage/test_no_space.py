"""A full disk: the refusal says so, and nothing is left behind."""

import os
import subprocess
from pathlib import Path

import pytest

from calypso.drivers.storage import DatasetMissing, OutOfSpace, Vdev
from calypso.drivers.storage.directory import DirectoryStorage
from calypso.host.local import LocalHost


@pytest.fixture
def small(tmp_path):
    """A pool on a file system of 16 MiB."""
    place = tmp_path / "small"
    place.mkdir()
    tried = ["mount", "-t", "tmpfs", "-o", "size=16m", "calypso-test", str(place)]
    if subprocess.run(tried, check=False, capture_output=True).returncode:
        pytest.skip("a small file system cannot be mounted here; that takes root")
    storage = DirectoryStorage(LocalHost(), tmp_path / "state")
    storage.create_pool("tank", [Vdev(devices=(str(place / "pool"),))])
    storage.create_dataset("tank/home")
    yield storage
    subprocess.run(["umount", str(place)], check=True)


def write(storage, size_bytes):
    path = Path(storage.dataset("tank/home").mountpoint)
    (path / "big").write_bytes(os.urandom(size_bytes))


def send(storage):
    storage.send("tank/home@one", "tank/copy", on_bytes=lambda *_: None, timeout_s=60)


def test_a_snapshot_without_room_is_refused_and_leaves_nothing(small):
    write(small, 9 << 20)
    before = small.pool("tank").free_bytes
    with pytest.raises(OutOfSpace):
        small.create_snapshot("tank/home", "one")
    assert small.snapshots() == []
    assert small.pool("tank").free_bytes == before


def test_a_transfer_without_room_is_refused_and_leaves_nothing(small):
    write(small, 5 << 20)
    small.create_snapshot("tank/home", "one")
    before = small.pool("tank").free_bytes
    with pytest.raises(OutOfSpace):
        send(small)
    with pytest.raises(DatasetMissing):
        small.dataset("tank/copy")
    assert small.pool("tank").free_bytes >= before - (1 << 16)
