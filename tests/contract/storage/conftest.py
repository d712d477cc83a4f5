"""One suite for every storage product; `directory` runs anywhere, `zfs` where OpenZFS is.

That is this machine, when the kernel module is loaded here, or else a guest of the lab.
"""

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
from tests.conftest import REQUIRED, missing
from tests.lab import cache
from tests.lab.here import Here

VDEV_BYTES = 512 << 20
EMULATED_S = 600  # for a test in a guest; alone on a machine it takes some ten seconds


class Place:
    """A storage with one pool of its own, on `machine`: this one (`lab.here`) or a guest.

    Tests reach its files through `path`, and anything else of that machine through `machine`.
    The pool's devices are in `folder`; `opening` is some lines of Python that open the same
    storage in another process.
    """

    def __init__(self, machine, storage, pool, *, folder, reopen, opening):
        self.machine, self.storage, self.pool = machine, storage, pool
        self.folder = folder
        self.opening = machine.opening + opening
        self._reopen = reopen

    def dataset(self, name):
        full = f"{self.pool}/{name}"
        self.storage.create_dataset(full)
        return full

    def path(self, dataset):
        return self.machine.path(self.storage.dataset(dataset).mountpoint)

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


ZFS = pytest.param("zfs", marks=[pytest.mark.real("zfs"), pytest.mark.timeout(EMULATED_S)])


@pytest.fixture(params=["directory", ZFS])
def place(request, tmp_path):
    if request.param == "directory":
        made = _directory(tmp_path)
    elif has_zfs():
        made = _zfs(Here(), tmp_path)
    else:
        if (reason := cache.why_missing()) is not None and "zfs" in REQUIRED:
            missing("zfs", f"OpenZFS' module is not loaded here, and the lab: {reason}")
        made = _zfs(request.getfixturevalue("guest"), Path("/tmp"))
    with made as place:
        yield place


def has_zfs():
    """Tell whether this machine has OpenZFS itself, and lets us use it."""
    if LocalHost().which("zfs") is None or not Path("/dev/zfs").exists():
        return False
    if os.geteuid() != 0:
        missing("zfs", "making a pool needs root")
    return True


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
    yield Place(Here(), storage, "tank", folder=tmp_path, reopen=reopen, opening=opening)


@contextmanager
def _zfs(machine, folder):
    """A pool in a file, under a name nobody has; gone afterwards, whatever the test left open."""
    pool = f"calypso-test-{uuid.uuid4().hex[:8]}"
    vdev = machine.path(folder / f"{pool}.vdev")
    vdev.touch()
    machine.call(os.truncate, vdev, VDEV_BYTES)
    host = machine.host()
    storage = ZfsStorage(host)
    opening = "from calypso.drivers.storage.zfs import ZfsStorage\nstorage = ZfsStorage(host)\n"
    try:
        storage.create_pool(pool, [Vdev(devices=(str(vdev),))], mountpoint=str(folder / pool))
        yield Place(machine, storage, pool, folder=folder, reopen=ZfsStorage, opening=opening)
    finally:
        ended = host.run(["zpool", "destroy", "-f", pool], timeout_s=60)
        vdev.unlink()
    assert ended.ok, ended.stderr
