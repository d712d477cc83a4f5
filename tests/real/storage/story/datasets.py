"""Datasets and snapshots: made, refused, gone back to, sent, destroyed."""

from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from calypso.drivers.storage import (
    Busy,
    DeviceUnfit,
    SendOptions,
    SnapshotMissing,
    StorageError,
    Vdev,
    VdevKind,
)
from calypso.errors import JobCancelled
from calypso.host.stopping import Stop, StopSignal
from tests.lab import inside
from tests.real.storage.story.teller import Teller

TASK = {"calypso:task": "0193f2a5-7c00-7000-8000-000000000001"}
WHOLE = SendOptions(raw=True, compressed=True, large_blocks=True, properties=True)

SLOWLY = SendOptions(rate_bytes_per_s=8 << 20)


class DatasetStory(Teller):
    """What happens to the datasets of one pool."""

    def tell(self):
        self.make()
        self.snapshot()
        self.refuse()
        self.go_back()
        self.transfer()
        self.change()
        self.destroy()

    def send(self, what, target, *, storage=None, on_bytes=lambda *_: None, **options):
        (storage or self.zfs).send(what, target, on_bytes=on_bytes, timeout_s=300, **options)

    def make(self):
        zfs = self.zfs
        zfs.probe()
        zfs.pools()
        zfs.datasets()
        zfs.snapshots()
        mirror = Vdev(kind=VdevKind.MIRROR, devices=self.disks(1, 2))
        with pytest.raises(DeviceUnfit):  # a disk beside a mirror
            zfs.create_pool(
                "tank",
                [mirror, Vdev(devices=self.disks(0))],
                mountpoint="/mnt/tank",
                properties={"ashift": "12", "compression": "lz4"},
            )
        self.mirror(1, 2)
        zfs.create_dataset("tank/d1")
        self.fill("/mnt/tank/d1/file", 4)
        zfs.create_dataset("tank/x", parents=True, properties={"quota": "64M"})
        zfs.create_dataset("tank/x/y")
        zfs.create_dataset("tank/legacy", properties={"mountpoint": "legacy"})
        zfs.create_dataset("tank/v1", size_bytes=64 << 20)
        zfs.create_dataset("tank/deep/v2", size_bytes=16 << 20, parents=True)
        zfs.pools()
        zfs.datasets()
        zfs.datasets("tank/x")
        zfs.dataset("tank/d1")

    def snapshot(self):
        zfs = self.zfs
        for name in ("r1", "s1", "s2", "s3"):
            zfs.create_snapshot("tank/d1", name)
        zfs.create_snapshot("tank/x", "all", recursive=True, properties={"calypso:job": "17"})
        zfs.create_snapshot("tank/v1", "one")
        zfs.create_snapshot("tank/x", "some", recursive=True, exclude=["tank/x/y"], properties=TASK)
        zfs.create_snapshot("tank/x", "some", recursive=True, where_missing=True, properties=TASK)
        zfs.is_empty(["tank/x@some"])
        zfs.is_empty(["tank/x@all", "tank/x@some"])
        zfs.clone("tank/d1@s1", "tank/c1", properties={"mountpoint": "/mnt/c1"})
        zfs.snapshots()
        zfs.snapshots("tank/d1")
        zfs.hold("tank/d1@s2", "keep1")
        zfs.hold("tank/d1@s2", "keep1")
        zfs.snapshots("tank/d1")
        self.protect()

    def protect(self):
        zfs = self.zfs
        zfs.protect("tank/d1@s2", None)
        zfs.protect("tank/d1@s3", datetime(2030, 1, 1, tzinfo=UTC))
        zfs.snapshots("tank/d1")
        zfs.unprotect("tank/d1@s2")
        zfs.unprotect("tank/d1@s3")
        zfs.unprotect("tank/d1@nosuch")
        with pytest.raises(SnapshotMissing):
            zfs.protect("tank/d1@nosuch", None)

    def refuse(self):
        """Everything that is not there, there already, in the way, or in use."""
        zfs = self.zfs
        for refused in (
            lambda: zfs.pool("nosuch"),
            lambda: zfs.dataset("tank/nosuch"),
            lambda: zfs.create_dataset("tank/d1"),
            lambda: zfs.create_dataset("tank/no/such"),
            lambda: zfs.create_dataset("tank/v3", size_bytes=1 << 50),
            lambda: zfs.create_dataset("tank/bad", properties={"quota": "much"}),
            lambda: zfs.create_snapshot("tank/d1", "s1"),
            lambda: zfs.create_snapshot("tank/nosuch", "s1"),
            lambda: zfs.destroy_dataset("tank/d1"),
            lambda: zfs.destroy_dataset("tank/x"),
            lambda: zfs.destroy_dataset("tank/d1", recursive=True),
            lambda: zfs.create_pool("other", [Vdev(devices=(self.guest.disk(1),))]),
            lambda: zfs.create_pool("other", [Vdev(devices=("/dev/disk/by-id/nosuch",))]),
        ):
            with pytest.raises(StorageError):
                refused()
        zfs.plan_destroy_dataset("tank/d1")
        zfs.plan_destroy_dataset("tank/d1", recursive=True)
        zfs.plan_destroy_snapshots("tank/d1", ["s1"])
        zfs.plan_destroy_snapshots("tank/d1", ["r1", "s3", "nosuch"])
        with self.guest.entered(inside.working_in, "/mnt/tank/x"), pytest.raises(Busy):
            zfs.destroy_dataset("tank/x", recursive=True)
        zfs.release("tank/d1@s2", "keep1")
        zfs.release("tank/d1@s2", "keep1")

    def go_back(self):
        zfs = self.zfs
        zfs.rollback("tank/d1@s3")
        zfs.plan_rollback("tank/d1@s2", destroy_newer=True)
        zfs.rollback("tank/d1@s2", destroy_newer=True)
        with pytest.raises(StorageError):  # the clone of s1 stands in the way
            zfs.rollback("tank/d1@r1", destroy_newer=True)

    def transfer(self):
        zfs = self.zfs
        self.send("tank/d1@r1", "tank/r1")
        self.send("tank/d1@s2", "tank/r1", base="r1")
        zfs.checksum("tank/d1@s2")
        self.fill("/mnt/tank/d1/big", 48)
        zfs.create_snapshot("tank/d1", "s4")
        self.cut("tank/d1@s4", "tank/r2")
        zfs.datasets()
        self.send("tank/d1@s4", "tank/r2")
        self.cut("tank/d1@s4", "tank/r3")
        zfs.abandon("tank/r3")
        zfs.abandon("tank/nosuch")
        self.cut("tank/d1@s4", "tank/r1", base="s2")
        zfs.datasets()
        zfs.abandon("tank/r1")
        self.send("tank/d1@r1", "tank/as-it-is", options=WHOLE)

    def change(self):
        """Names, properties and sizes."""
        zfs = self.zfs
        zfs.rename_dataset("tank/r2", "tank/renamed")
        zfs.set_properties("tank/x", {"quota": "48M", "atime": "off"}, inherit=["compression"])
        zfs.properties("tank/x", ["quota", "atime", "compression", "volsize"])
        with pytest.raises(StorageError):
            zfs.set_properties("tank/x", {"quota": "1K"})
        with pytest.raises(StorageError):
            zfs.set_properties("tank/x", {"volsize": "1M"})
        self.beside("udevadm", "settle")
        zfs.resize_volume("tank/v1", 96 << 20)
        zfs.resize_volume("tank/v1", 32 << 20, shrink=True)

    @contextmanager
    def cancelling(self):
        """The driver in a job that is cancelled once it flows, and what cancels it."""
        signal = StopSignal()
        try:
            yield (
                self.on(self.guest.host(stop=signal, grace_s=0.5)),
                lambda done, _total: signal.request(Stop.CANCELLED) if done else None,
            )
        finally:
            signal.close()

    def cut(self, what, target, base=None):
        """Send until something has arrived, and then no more."""
        with self.cancelling() as (storage, cancel), pytest.raises(JobCancelled):
            self.send(what, target, base=base, storage=storage, on_bytes=cancel, options=SLOWLY)

    def destroy(self):
        zfs = self.zfs
        zfs.promote("tank/c1", "tank/d1")
        with pytest.raises(StorageError):
            zfs.promote("tank/c1", "tank/d1")
        zfs.promote("tank/d1", "tank/c1")
        zfs.destroy_dataset("tank/c1")
        zfs.destroy_snapshots("tank/d1", ["s4"])
        zfs.destroy_snapshots("tank/d1", ["r1", "s1", "nosuch"])
        zfs.destroy_dataset("tank/legacy")
        zfs.destroy_dataset("tank/x", recursive=True)
        zfs.destroy_dataset("tank/v1", recursive=True)
        zfs.plan_destroy_pool("tank")
        zfs.destroy_pool("tank")
