"""A guest that goes on from the saved state, and what is asked of it."""

import io
import secrets
import sys
import tarfile
import tempfile
import time
from contextlib import contextmanager
from functools import cached_property
from multiprocessing.connection import Client
from pathlib import Path

from tests.lab import cache, inside, machine
from tests.lab.host import GuestHost
from tests.lab.path import guest_path

ROOT = Path(__file__).parents[2]
SENT = ("calypso", "tests")  # the code that goes along; what there is of it that Python can read
ANSWER_S = 120.0


class Line:
    """The way to a guest that runs: enough to speak to it from another process too."""

    def __init__(self, work):
        self.work = Path(work)

    @property
    def opening(self):
        """Lines of Python that make `host` in another process."""
        return f"from tests.lab.guest import Line\nhost = Line({str(self.work)!r}).host()\n"

    @cached_property
    def _port(self):
        return int((self.work / "port").read_text())

    def open(self):
        """Return a channel for one call."""
        return Client(("127.0.0.1", self._port), authkey=(self.work / "key").read_bytes())

    def host(self, **settings):
        """Return a Host whose machine is the guest; takes what LocalHost takes."""
        return GuestHost(self, **settings)

    def call(self, function, *args, **kwargs):
        """Call a function in the guest: one of Python's own, or of `calypso` and `tests`."""
        return self.ask(inside.call, function, *args, **kwargs)

    def ask(self, wanted, *args, **kwargs):
        """Have something of `inside` done, and return what it returns."""
        with self.open() as channel:
            channel.send((wanted, args, kwargs))
            if not channel.poll(ANSWER_S):
                raise TimeoutError(f"the guest has not answered within {ANSWER_S:g} s")
            return self._own(answer_of(channel))

    @contextmanager
    def entered(self, manager, *args):
        """Be inside a context manager in the guest."""
        with self.open() as channel:
            channel.send((inside.enter, (manager, *args), {}))
            answer_of(channel, until="entered")
            yield

    def path(self, path):
        """Return a path of the guest that can be read and written like one of pathlib's."""
        return guest_path(self, path)

    def _own(self, value):
        """Make the paths in an answer paths of the guest."""
        if isinstance(value, Path):
            return self.path(value)
        return [self._own(one) for one in value] if isinstance(value, list) else value


def answer_of(channel, until="returned"):
    """Return what a call returned; raise what it raised."""
    kind, value = channel.recv()
    if kind == "raised":
        raise value
    assert kind == until, kind
    return value


class Guest(Line):
    """One guest of one's own, pristine at the start, with disks `scratch0` to `scratch5`."""

    def __init__(self):
        super().__init__(tempfile.mkdtemp(prefix="calypso-guest-"))
        state = cache.state()
        machine.make_disk(self.work / "root", on=state / "root.qcow2")
        for name in machine.disk_names():
            machine.make_disk(self.work / name, size=machine.DISK_SIZE)
        (self.work / "key").write_text(secrets.token_hex(16))
        line = machine.argv(state, self.work, self.work / "root")
        line += ["-incoming", f"exec:cat '{state}/memory'"]
        self.machine = machine.Machine(line, self.work)
        try:
            self.machine.wait_until(self._goes_on, "resumed")
            (self.work / "port").write_text(str(self._forwarded_port()))
            self._install()
        except BaseException:
            self.power_off()
            raise

    def _goes_on(self):
        return self.machine.tell("query-status")["status"] == "running"

    def _forwarded_port(self):
        for words in map(str.split, self.machine.tell_monitor("info usernet").splitlines()):
            if words and words[0].startswith("TCP[HOST_FORWARD]"):
                return words[3]
        raise RuntimeError("the emulator forwards no port")

    def _install(self):
        with self._first_channel() as channel:
            channel.send((str(ROOT), _packed(), sys.executable, time.time()))
            answer_of(channel)

    def _first_channel(self):
        deadline = time.monotonic() + ANSWER_S
        while True:
            try:
                return self.open()
            except (OSError, EOFError):  # it has not looked for its key yet
                if time.monotonic() > deadline:
                    raise
                time.sleep(machine.LOOK_S)

    def disk(self, number):
        """Return the stable path of a disk, as people name it to ZFS."""
        return f"/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_scratch{number}"

    @property
    def ata_disk(self):
        """The stable path of a disk on a SATA port, which can test itself."""
        return f"/dev/disk/by-id/ata-QEMU_HARDDISK_{machine.ATA_DISK}"

    def plug_nvme(self):
        """Plug an NVMe disk in while the machine runs, and return its stable path."""
        machine.make_disk(self.work / "nvme", size=machine.DISK_SIZE)
        file = {"driver": "file", "filename": str(self.work / "nvme")}
        self.machine.tell("blockdev-add", **{"node-name": "nvme", "driver": "qcow2", "file": file})
        # With ioeventfd QEMU 7.2 forgets orders under load, and the kernel waits for them for ever.
        device = {"driver": "nvme", "drive": "nvme", "serial": "nvme0", "bus": "pcie-slot"}
        self.machine.tell("device_add", **device, ioeventfd=False)
        path = "/dev/disk/by-id/nvme-QEMU_NVMe_Ctrl_nvme0"
        self.call(inside.await_device, path)
        return path

    def throttle(self, number, *, read_bytes_per_s):
        """Slow the reading of a disk down, so that a scrub lasts; 0 is full speed."""
        self.machine.tell(
            "block_set_io_throttle",
            device=f"scratch{number}",
            bps=0,
            bps_rd=read_bytes_per_s,
            bps_wr=0,
            iops=0,
            iops_rd=0,
            iops_wr=0,
        )

    def pull(self, number):
        """Take a disk out while the machine runs."""
        self.machine.tell("device_del", id=f"device-scratch{number}")

    def power_off(self):
        """Pull the plug."""
        self.machine.end()


def _packed():
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for folder in SENT:
            for path in sorted((ROOT / folder).rglob("*.py")):
                archive.add(path, str(path.relative_to(ROOT)))
    return packed.getvalue()
