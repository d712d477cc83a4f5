"""One suite for every storage product; `directory` runs anywhere, `zfs` where OpenZFS is."""

import os
import shutil
import uuid
from pathlib import Path

import pytest

from calypso.drivers.storage import Vdev
from calypso.drivers.storage.directory import DirectoryStorage
from calypso.host.local import LocalHost
from calypso.host.stopping import StopSignal
from tests.conftest import missing

VDEV_BYTES = 512 << 20


class Place:
    """A storage with one pool of its own, and what the tests do with files in it.

    `opening` is a line of Python that opens the same storage in another process, over `host`.
    """

    def __init__(self, storage, pool, *, reopen, opening):
        self.storage, self.pool, self.opening = storage, pool, opening
        self._reopen = reopen

    def dataset(self, name):
        full = f"{self.pool}/{name}"
        self.storage.create_dataset(full)
        return full

    def path(self, dataset):
        return Path(self.storage.dataset(dataset).mountpoint)

    def snapshot(self, dataset, name):
        return self.storage.create_snapshot(dataset, name).name

    def send(self, snapshot, target, base=None, storage=None, on_bytes=None):
        heard = []
        sent = (storage or self.storage).send(
            snapshot,
            target,
            base=base,
            on_bytes=on_bytes or (lambda done, total: heard.append((done, total))),
            timeout_s=120,
        )
        return sent, heard

    def on(self, host):
        """The same storage over another host."""
        return self._reopen(host)


@pytest.fixture
def stop():
    signal = StopSignal()
    yield signal
    signal.close()


@pytest.fixture(params=["directory", pytest.param("zfs", marks=pytest.mark.real("zfs"))])
def place(request, tmp_path):
    made = _directory(tmp_path) if request.param == "directory" else _zfs(tmp_path)
    yield made
    if request.param == "zfs":
        made.storage.destroy_pool(made.pool)


def _directory(tmp_path):
    def reopen(host):
        return DirectoryStorage(host, tmp_path / "state")

    storage = reopen(LocalHost())
    storage.create_pool("tank", [Vdev(devices=(str(tmp_path / "pool"),))])
    opening = (
        "from pathlib import Path\n"
        "from calypso.drivers.storage.directory import DirectoryStorage\n"
        f"storage = DirectoryStorage(host, Path({str(tmp_path / 'state')!r}))\n"
    )
    return Place(storage, "tank", reopen=reopen, opening=opening)


def _zfs(tmp_path):
    if shutil.which("zfs") is None or not Path("/dev/zfs").exists():
        missing("zfs", "OpenZFS is not installed here, or its kernel module is not loaded")
    if os.geteuid() != 0:
        missing("zfs", "making a pool needs root")
    from calypso.drivers.storage.zfs import ZfsStorage

    vdev = tmp_path / "vdev"
    with vdev.open("wb") as file:
        file.truncate(VDEV_BYTES)
    pool = f"calypso-test-{uuid.uuid4().hex[:8]}"
    storage = ZfsStorage(LocalHost())
    storage.create_pool(pool, [Vdev(devices=(str(vdev),))], mountpoint=str(tmp_path / "mnt"))
    opening = "from calypso.drivers.storage.zfs import ZfsStorage\nstorage = ZfsStorage(host)\n"
    return Place(storage, pool, reopen=ZfsStorage, opening=opening)
