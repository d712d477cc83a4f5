"""A pool in plain directories, and trees to work on."""

import os
import tempfile
from pathlib import Path

import pytest

from calypso.drivers.storage import Vdev
from calypso.drivers.storage.directory import DirectoryStorage
from calypso.host.local import LocalHost

NOBODY = 65534


@pytest.fixture
def open_storage(tmp_path):
    """Call it for the same storage once more, as another process would open it."""
    return lambda host=None: DirectoryStorage(host or LocalHost(), tmp_path / "state")


@pytest.fixture
def storage(open_storage, tmp_path):
    made = open_storage()
    made.create_pool("tank", [Vdev(devices=(str(tmp_path / "pool"),))])
    return made


@pytest.fixture
def work(storage, tmp_path):
    """Where work of the moment lies."""
    return tmp_path / "pool" / "work"


@pytest.fixture
def live(storage):
    """The live tree of tank/home."""
    return Path(storage.create_dataset("tank/home").mountpoint)


@pytest.fixture
def ordinary_user():
    """A folder of an ordinary user, who runs this test."""
    if os.geteuid() != 0:
        with tempfile.TemporaryDirectory() as folder:
            yield Path(folder)
        return
    with tempfile.TemporaryDirectory() as folder:
        os.chown(folder, NOBODY, NOBODY)
        os.setegid(NOBODY)
        os.seteuid(NOBODY)
        try:
            yield Path(folder)
        finally:
            os.seteuid(0)
            os.setegid(0)
