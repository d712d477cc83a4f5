"""What a story needs: a guest, the driver over a host that records, and what it has no verb for."""

from contextlib import contextmanager

from calypso.drivers.storage import Vdev, VdevKind
from calypso.drivers.storage.zfs import ZfsStorage

PARAMETERS = "/sys/module/zfs/parameters"
FORGET = "zpool labelclear -f {0}-part1; zpool labelclear -f {0}; wipefs --quiet --all {0}"
LONG_S = 600


class Teller:
    """Tells what happens to pools, in the words of the storage protocol."""

    def __init__(self, guest, recorded):
        self.guest, self._recorded = guest, recorded
        self.zfs = self.on(guest.host())

    def on(self, host):
        return ZfsStorage(self._recorded(host))

    def beside(self, *words):
        """Do something the driver has no verb for; not recorded."""
        ran = self.guest.host().run(words, timeout_s=300)
        assert ran.ok, ran.stderr
        return ran.stdout

    def sh(self, line):
        """Do a line for a shell; not recorded."""
        return self.beside("sh", "-c", line)

    def disks(self, *numbers):
        return tuple(self.guest.disk(number) for number in numbers)

    def mirror(self, *numbers, name="tank", mountpoint="/mnt/tank"):
        vdev = Vdev(kind=VdevKind.MIRROR, devices=self.disks(*numbers))
        properties = {"ashift": "12", "compression": "lz4"}
        self.zfs.create_pool(name, [vdev], mountpoint=mountpoint, properties=properties)

    def fill(self, path, size_mib):
        self.beside("dd", "if=/dev/urandom", f"of={path}", "bs=1M", f"count={size_mib}")
        self.beside("zpool", "sync")

    def forget(self, *numbers):
        """Leave nothing on disks by which they would look used."""
        for disk in self.disks(*numbers):
            self.sh(f"{{ {FORGET.format(disk)}; }} 2>/dev/null; udevadm settle")

    def throttle(self, *numbers, read_bytes_per_s):
        for number in numbers:
            self.guest.throttle(number, read_bytes_per_s=read_bytes_per_s)

    @contextmanager
    def parameter(self, name, value):
        """Have a parameter of the module at a value for a while."""
        before = self.sh(f"cat {PARAMETERS}/{name}").strip()
        self.sh(f"echo {value} > {PARAMETERS}/{name}")
        yield
        self.sh(f"echo {before} > {PARAMETERS}/{name}")


def quiet(*_told):
    """Hear progress and say nothing."""
