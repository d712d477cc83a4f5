"""Record what real OpenZFS answers to each command of the driver: `make recordings`.

Plays a story in a fresh guest, through the driver itself, and writes each command with its answer
to `tests/recordings/openzfs-<version>-lab`. What was there is replaced.
"""

import re
import shlex
import shutil
from collections import Counter
from contextlib import contextmanager

import pytest

from calypso.drivers.storage import Busy, DeviceUnfit, StorageError, Vdev, VdevKind
from calypso.drivers.storage.zfs import ZfsStorage
from calypso.errors import CalypsoError, JobCancelled
from calypso.host.stopping import Stop, StopSignal
from tests.fakes.host import RECORDINGS
from tests.lab import inside
from tests.lab.guest import Guest
from tests.unit.drivers.zfs.argv_document import form

KEPT = 3  # answers of one kind: form, exit code, state of the scan; more prove no more
SLOW_BYTES_PER_S = 4 << 20

README = """\
# Recorded in the lab

Every file is one command of the driver and what the kernel module of OpenZFS {version} answered,
in the guest that `make vm-lab` builds ([docs/vm-lab.md](../../../docs/vm-lab.md)). Nothing is
composed. `make recordings` (`tests/real/storage/record.py`) replaces them all. Of commands of the
same form that ended with the same code, while the same scan ran, the first {kept} are kept. Of a
pipe each end is a file.
"""


class RecordingHost:
    """Hands everything on to a guest's host, and keeps the commands and their answers."""

    def __init__(self, host, kept):
        self._host, self._kept = host, kept

    def __getattr__(self, verb):
        return getattr(self._host, verb)

    def run(self, argv, **options):
        ran = self._host.run(argv, **options)
        self._kept.add(ran)
        return ran

    def pipe(self, stages, **options):
        ends = self._host.pipe(stages, **options)
        for ran in ends:
            self._kept.add(ran)
        return ends


class Kept:
    """The files to be: name → text."""

    def __init__(self):
        self.files = {}
        self._kinds = Counter()

    def add(self, ran):
        if ran.argv[0] not in ("zfs", "zpool"):
            return
        told = form(ran.argv)
        kind = told, ran.code, *re.findall(r"(?m)^  scan: (\w+ \w+)", ran.stdout)
        self._kinds[kind] += 1
        if self._kinds[kind] <= KEPT:
            self.files[f"lab-{len(self.files) + 1:03}-{_slug(told)}.txt"] = _text(ran)


def _slug(told):
    words = [word for word in re.findall(r"[\w,]+", told) if not re.fullmatch(r"[A-Z_]+", word)]
    return "-".join(words).replace(",", "-")[:50]


def _text(ran):
    return (
        f"$ {shlex.join(ran.argv)}\n[exit {ran.code}] [{ran.elapsed_s:.2f} s]\n"
        f"----- stdout\n{ran.stdout}----- stderr\n{ran.stderr}"
    )


# ---- the story


class Story:
    """What happens to a pool, told in the words of the storage protocol."""

    def __init__(self, guest, kept):
        self.guest, self._kept = guest, kept
        self.zfs = self.on(guest.host())

    def on(self, host):
        return ZfsStorage(RecordingHost(host, self._kept))

    def beside(self, *words):
        """Do something the driver has no verb for; not recorded."""
        ran = self.guest.host().run(words, timeout_s=300)
        assert ran.ok, ran.stderr

    def fill(self, path, size_mib):
        self.beside("dd", "if=/dev/urandom", f"of={path}", "bs=1M", f"count={size_mib}")

    def send(self, what, target, base=None, storage=None, on_bytes=lambda *_: None):
        told = (storage or self.zfs).send(what, target, base=base, on_bytes=on_bytes, timeout_s=300)
        return told.snapshot

    def tell(self):
        self.make()
        self.snapshot()
        self.refuse()
        self.go_back()
        self.transfer()
        self.scrub()
        self.destroy()

    def make(self):
        zfs, disks = self.zfs, [self.guest.disk(number) for number in range(4)]
        zfs.probe()
        zfs.pools()
        zfs.datasets()
        zfs.snapshots()
        mirror = Vdev(kind=VdevKind.MIRROR, devices=tuple(disks[1:3]))
        properties = {"ashift": "12", "compression": "lz4"}
        with pytest.raises(DeviceUnfit):  # a disk beside a mirror
            zfs.create_pool(
                "tank",
                [mirror, Vdev(devices=(disks[0],))],
                mountpoint="/mnt/tank",
                properties=properties,
            )
        zfs.create_pool("tank", [mirror], mountpoint="/mnt/tank", properties=properties)
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
        self.beside("zfs", "clone", "tank/d1@s1", "tank/c1")
        zfs.snapshots()
        zfs.snapshots("tank/d1")
        zfs.hold("tank/d1@s2", "keep1")
        zfs.hold("tank/d1@s2", "keep1")
        zfs.snapshots("tank/d1")

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
            self.send(what, target, base, storage, cancel)

    def scrub(self):
        for number in (1, 2):
            self.guest.throttle(number, read_bytes_per_s=SLOW_BYTES_PER_S)
        self.zfs.run_scrub("tank", on_scan=lambda _: None, timeout_s=600)
        self.beside("zpool", "scrub", "tank")
        self.beside("zpool", "scrub", "-p", "tank")
        self.zfs.pool("tank")
        self.zfs.stop_scrub("tank")
        self.zfs.stop_scrub("tank")
        self.zfs.pool("tank")

    def destroy(self):
        zfs = self.zfs
        self.beside("zfs", "destroy", "tank/c1")
        zfs.destroy_snapshots("tank/d1", ["s4"])
        zfs.destroy_snapshots("tank/d1", ["r1", "s1", "nosuch"])
        zfs.destroy_dataset("tank/legacy")
        zfs.destroy_dataset("tank/x", recursive=True)
        zfs.destroy_dataset("tank/v1", recursive=True)
        zfs.plan_destroy_pool("tank")
        zfs.destroy_pool("tank")


def main():
    guest, kept = Guest(), Kept()
    try:
        version = ZfsStorage(guest.host()).probe().version
        Story(guest, kept).tell()
    except CalypsoError as wrong:
        print(list(kept.files.values())[-1:], getattr(wrong, "original", ""))
        raise
    finally:
        guest.power_off()
    folder = RECORDINGS / f"openzfs-{version.partition('-')[0]}-lab"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    (folder / "README.md").write_text(README.format(version=version, kept=KEPT))
    for name, text in kept.files.items():
        (folder / name).write_text(text)
    print(f"{len(kept.files)} recordings in {folder}")


if __name__ == "__main__":
    main()
