"""ZFS in a guest of the lab: `lab` speaks to it as a job would, `zfs` as the driver's tests do."""

import threading
from contextlib import contextmanager

import pytest

from calypso.drivers.storage import Vdev, VdevKind
from calypso.drivers.storage.zfs import ZfsStorage
from calypso.errors import JobCancelled
from calypso.host.stopping import Stop, StopSignal
from calypso.store.migrate import upgrade
from tests.fakes.running import FakeRunning, run
from tests.real.storage.stack import Stacks

DATA_MB = 24
HOME, MIRROR = "tank/home", VdevKind.MIRROR
FORGET = """\
for disk in /dev/disk/by-id/*scratch?; do
    zpool labelclear -f "$disk-part1" 2>/dev/null
    wipefs --quiet --all "$disk"
done
udevadm settle
"""


class Lab:
    """The storage of a guest, with what tests of pools do."""

    def __init__(self, guest):
        self.guest, self.host = guest, guest.host()
        self.storage = self.on(self.host)

    def on(self, host):
        """The same storage over another host; looks often, for what goes on is short here."""
        return ZfsStorage(host, pause=lambda _seconds: threading.Event().wait(1.0))

    def sh(self, line, *, timeout_s=120):
        """Run a line for a shell in the guest, and return what it printed."""
        ran = self.host.run(["sh", "-c", line], timeout_s=timeout_s)
        assert ran.ok, f"{line}: {ran.stderr}"
        return ran.stdout

    def mirror(self, *numbers, name="tank", megabytes=DATA_MB):
        """Make a mirror of some disks with some data on it."""
        vdev = {"kind": "mirror", "devices": [self.guest.disk(one) for one in numbers]}
        run("pool_create", self.storage, name=name, vdevs=[vdev])
        self.fill(name, megabytes)

    def fill(self, pool, megabytes=DATA_MB):
        self.sh(
            f"dd if=/dev/urandom of=/{pool}/data bs=1M count={megabytes} 2>/dev/null; "
            f"zpool sync {pool}"
        )

    def device(self, pool, number):
        """A disk as the pool has it, or None."""
        name = self.guest.disk(number).rpartition("/")[2]
        found = [one for one in self.storage.pool(pool).devices if one.name == name]
        return found[0] if found else None

    @contextmanager
    def still_scans(self):
        """Keep scrubs and resilvers from moving while the body looks at one."""
        self.sh("echo 1 > /sys/module/zfs/parameters/zfs_scan_suspend_progress")
        try:
            yield
        finally:
            self.sh("echo 0 > /sys/module/zfs/parameters/zfs_scan_suspend_progress")

    def begun(self, name, /, **params):
        """Run a job in a thread until it reports; return it, the thread, and its answers."""
        running, answers = FakeRunning(), []

        def work():
            answers.append(run(name, self.storage, running, **params))

        thread = threading.Thread(target=work)
        thread.start()
        assert running.reported.wait(60), f"{name} reports nothing"
        return running, thread, answers

    def cancelled(self, name, /, **params):
        """Run a job, cancel it at its first report; return it and what its run raised."""
        stop = StopSignal()
        running, raised = FakeRunning(stop=stop), []
        storage = self.on(self.guest.host(stop=stop))

        def work():
            try:
                run(name, storage, running, **params)
            except JobCancelled as cancelled:
                raised.append(cancelled)

        thread = threading.Thread(target=work)
        thread.start()
        running.reported.wait(60)
        stop.request(Stop.CANCELLED)
        thread.join()
        stop.close()
        return running, raised


@pytest.fixture
def lab(guest):
    made = Lab(guest)
    for number in range(6):
        made.guest.throttle(number, read_bytes_per_s=0)
    made.sh(FORGET)  # the tests before have used the same disks
    return made


@pytest.fixture
def fresh_lab(fresh_guest):
    return Lab(fresh_guest)


class Zfs:
    """The driver, and what the tests do beside it, in one guest."""

    def __init__(self, guest):
        self.guest = guest
        self.storage = ZfsStorage(guest.host())

    def run(self, *words, timeout_s=120):
        return self.guest.host().run(words, timeout_s=timeout_s)

    def do(self, *words):
        ran = self.run(*words)
        assert ran.ok, ran.stderr
        return ran.stdout

    def make_mirror(self):
        """Make the pool `tank` of two disks, with the filesystem tank/home."""
        disks = (self.guest.disk(0), self.guest.disk(1))
        self.storage.create_pool("tank", [Vdev(kind=MIRROR, devices=disks)], mountpoint="/mnt/tank")
        return self.guest.path(self.storage.create_dataset(HOME).mountpoint)

    def fill(self, path, size_mib):
        """Write something nobody can compress, through to the disks."""
        self.do("dd", "if=/dev/urandom", f"of={path}", "bs=1M", f"count={size_mib}", "conv=fsync")
        self.do("zpool", "sync")


@pytest.fixture
def zfs(guest):
    """ZFS in the guest that tests share."""
    return Zfs(guest)


@pytest.fixture
def fresh_zfs(fresh_guest):
    """ZFS in a guest that may be wrecked."""
    return Zfs(fresh_guest)


@pytest.fixture(scope="module")
def lab_stacks(tmp_path_factory, shared_database, shared_redis_url):
    """Stacks for the tests of a file: one as long as its guest lives."""
    upgrade(shared_database)
    made = Stacks(tmp_path_factory, shared_database, shared_redis_url)
    yield made
    made.stop()


@pytest.fixture
def stack(lab, lab_stacks):
    """Real workers on the guest that tests share."""
    return lab_stacks.on(lab)


@pytest.fixture
def fresh_stack(fresh_lab, lab_stacks):
    """Real workers on a guest that may be wrecked."""
    return lab_stacks.on(fresh_lab)
