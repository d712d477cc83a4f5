"""ZFS in a guest of the lab, spoken to as a job would."""

import threading

import pytest

from calypso.drivers.storage.zfs import ZfsStorage
from calypso.errors import JobCancelled
from calypso.host.stopping import Stop, StopSignal
from tests.fakes.running import FakeRunning, run

DATA_MB = 24
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
        return ZfsStorage(host, pause=lambda _seconds: threading.Event().wait(0.2))

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
