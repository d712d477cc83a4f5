"""One suite for every storage product; `directory` runs anywhere, `zfs` where OpenZFS is."""

import os
import uuid
from contextlib import contextmanager
from pathlib import Path

import pytest

from calypso.drivers.storage import Vdev
from calypso.drivers.storage.directory import DirectoryStorage
from calypso.drivers.storage.zfs import ZfsStorage
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
    with (_directory if request.param == "directory" else _zfs)(tmp_path) as made:
        yield made


@contextmanager
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
    yield Place(storage, "tank", reopen=reopen, opening=opening)


@contextmanager
def _zfs(tmp_path):
    """A pool in a file, under a name nobody has; gone afterwards, whatever the test left open."""
    if LocalHost().which("zfs") is None or not Path("/dev/zfs").exists():
        missing("zfs", "OpenZFS is not installed here, or its kernel module is not loaded")
    if os.geteuid() != 0:
        missing("zfs", "making a pool needs root")

    vdev = tmp_path / "vdev"
    with vdev.open("wb") as file:
        file.truncate(VDEV_BYTES)
    pool = f"calypso-test-{uuid.uuid4().hex[:8]}"
    storage = ZfsStorage(LocalHost())
    opening = "from calypso.drivers.storage.zfs import ZfsStorage\nstorage = ZfsStorage(host)\n"
    try:
        storage.create_pool(pool, [Vdev(devices=(str(vdev),))], mountpoint=str(tmp_path / "mnt"))
        yield Place(storage, pool, reopen=ZfsStorage, opening=opening)
    finally:
        ended = LocalHost().run(["zpool", "destroy", "-f", pool], timeout_s=60)
    assert ended.ok, ended.stderr
