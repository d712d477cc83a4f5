"""The emulator: how it is called, started, told things, and ended.

Emulated in full (TCG), also where there is /dev/kvm: on a machine that is itself virtual it may
open and then not work.
"""

import json
import shutil
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path

DISKS = 6
DISK_SIZE = "1G"  # sparse
ATA_DISK = "sata0"  # the one kind of QEMU's that tests itself
START_S = 120.0
LOOK_S = 0.05
KERNEL_LINE = (
    "console=ttyS0 quiet panic=-1 mitigations=off audit=0 net.ifnames=0 tsc=reliable "
    "no_timer_check rcupdate.rcu_expedited=1"
)


def argv(state, work, root_disk):
    """Return the command line; the saved machine goes on only with the very same devices."""
    line = [
        *("setpriv", "--pdeathsig", "KILL", "qemu-system-x86_64"),
        *("-machine", "q35", "-accel", "tcg,thread=multi", "-cpu", "max", "-m", "1024"),
        *("-smp", "1", "-display", "none", "-nodefaults", "-no-user-config", "-no-reboot"),
        *("-kernel", f"{state}/vmlinuz", "-initrd", f"{state}/initrd", "-append", KERNEL_LINE),
        *("-serial", f"file:{work}/console", "-qmp", f"unix:{work}/qmp,server=on,wait=off"),
        *("-fw_cfg", f"name=opt/calypso/key,file={work}/key", "-device", "virtio-rng-pci"),
        *("-drive", f"if=none,id=root,file={root_disk},format=qcow2,cache=unsafe"),
        *("-device", "virtio-blk-pci,drive=root"),
        *("-nic", "user,model=virtio-net-pci,restrict=on,hostfwd=tcp:127.0.0.1:0-:7000"),
        *("-device", "virtio-scsi-pci,id=scsi", "-device", "pcie-root-port,id=pcie-slot,chassis=1"),
    ]
    for name in disk_names():
        drive = f"if=none,id={name},file={work}/{name},format=qcow2,cache=unsafe,discard=unmap"
        kind, bus = ("ide-hd", "ide.0") if name == ATA_DISK else ("scsi-hd", "scsi.0")
        device = f"{kind},id=device-{name},drive={name},bus={bus},serial={name}"
        line += ["-drive", drive, "-device", device]
    return line


def disk_names():
    return [*(f"scratch{number}" for number in range(DISKS)), ATA_DISK]


def make_disk(path, *, size=None, on=None, on_format="qcow2"):
    """Make a disk: empty, or one that holds what is changed against another."""
    backing = ["-b", str(on), "-F", on_format] if on else []
    sizes = [size] if size else []
    line = ["qemu-img", "create", "-q", "-f", "qcow2", *backing, str(path), *sizes]
    subprocess.run(line, check=True)


class Machine:
    """One running emulator; all it writes is in the folder `work`."""

    def __init__(self, line, work):
        self.work = Path(work)
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(START_S)
        self._process = subprocess.Popen(line, stdin=subprocess.DEVNULL)
        self._monitor = self._connect()
        self.tell("qmp_capabilities")

    def _connect(self):
        deadline = time.monotonic() + START_S
        while self._process.poll() is None and time.monotonic() < deadline:
            with suppress(FileNotFoundError, ConnectionRefusedError):
                self._socket.connect(f"{self.work}/qmp")
                lines = self._socket.makefile("rw")
                assert "QMP" in json.loads(lines.readline())
                return lines
            time.sleep(LOOK_S)
        self._stop()
        raise RuntimeError(f"the emulator did not start; its exit code: {self._process.returncode}")

    def tell(self, command, **arguments):
        """Give the emulator an order and return its answer."""
        self._monitor.write(json.dumps({"execute": command, "arguments": arguments}) + "\n")
        self._monitor.flush()
        while True:
            told = json.loads(self._monitor.readline())
            if "error" in told:
                raise RuntimeError(f"{command}: {told['error']['desc']}")
            if "return" in told:
                return told["return"]

    def tell_monitor(self, line):
        """Give an order that only the monitor for people knows."""
        return self.tell("human-monitor-command", **{"command-line": line})

    def wait_until(self, holds, what):
        """Wait for something to come true, as long as the emulator lives."""
        deadline = time.monotonic() + START_S
        while not holds():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the guest is not {what}; its console:\n{self.console()}")
            time.sleep(LOOK_S)

    def console(self):
        """Return the last the guest has printed."""
        with suppress(FileNotFoundError):
            return (self.work / "console").read_text(errors="replace")[-3000:]
        return ""

    @property
    def is_running(self):
        return self._process.poll() is None

    def end(self):
        """End it at once. The guest is not asked: one with a suspended pool would never answer."""
        self._monitor.close()
        self._stop()

    def _stop(self):
        self._process.kill()
        self._process.wait()
        self._socket.close()
        shutil.rmtree(self.work, ignore_errors=True)


def save(image, state):
    """Start the image in `image`, and save into `state` the machine that waits to be asked."""
    work = state / "work"
    work.mkdir()
    make_disk(state / "root.qcow2", on=image / "root.img", on_format="raw")
    for name in disk_names():
        make_disk(work / name, size=DISK_SIZE)
    (work / "key").write_bytes(b"0" * 32)
    machine = Machine(argv(state, work, state / "root.qcow2"), work)
    try:
        machine.wait_until(lambda: "READY" in machine.console(), "ready")
        machine.tell("migrate-set-parameters", **{"max-bandwidth": 1 << 40})
        machine.tell("migrate", uri=f"exec:cat >'{state}/memory'")
        machine.wait_until(lambda: _is_saved(machine), "saved")
    finally:
        machine.end()


def _is_saved(machine):
    status = machine.tell("query-migrate").get("status")
    assert status != "failed", "the machine could not be saved"
    return status == "completed"
