"""A machine with systemd as PID 1, for tests of what an operator installs: a container.

It boots in seconds at full speed, from a disk that is never written to (what it writes is in
memory). `furnished` it has all programs and a network of its own that leads nowhere; `bare` it has
next to nothing, and this machine's network, to get the rest. CALYPSO_TEST_BOX names another Debian.
Made by systemd-nspawn, which wants root.
"""

import ctypes
import os
import shutil
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from tests.lab import cache

HERE = Path(__file__).parent
SUITE = os.environ.get("CALYPSO_TEST_BOX", "bookworm")
FURNISHED, BARE = "furnished", "bare"
NETWORK = {
    FURNISHED: ["--private-network"],
    BARE: ["--resolv-conf=bind-host", "--bind-ro=/etc/apt/auth.conf.d"],
}
CLONE_NEWNET = 0x40000000
START_S = 120
LOOK_S = 0.05
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
PROGRAMS = ("systemd-nspawn", "nsenter", "mmdebstrap")


def image(kind):
    return cache.folder() / f"box-{SUITE}-{kind}-{cache.digest([HERE / 'image.sh'])}"


def why_missing():
    """Return why there can be no box here, or None."""
    if os.geteuid() != 0:
        return "a box needs root"
    for program in PROGRAMS:
        if shutil.which(program) is None:
            return f"{program} is not installed; scripts/test-tools installs it"
    return None


def build(kind=FURNISHED):
    """Make the disk unless it is there: a minute and a half."""
    if image(kind).is_dir():  # whole, or it would not have its name
        return
    with cache.locked():
        if not image(kind).is_dir():
            cache.make(image(kind), partial(_install, kind))


def _install(kind, aside):
    subprocess.run([HERE / "image.sh", SUITE, kind, aside], check=True)


class Box:
    """One running machine. `shown`: folders that it sees, by the path they have there."""

    def __init__(self, shown, kind=FURNISHED):
        build(kind)
        binds = [f"--bind-ro={folder}:{path}" for path, folder in shown.items()]
        self._nspawn = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", "systemd-nspawn", "--quiet",
             f"--directory={image(kind) / 'root'}", "--boot", "--volatile=overlay",
             *NETWORK[kind], "--register=no", "--keep-unit", f"--machine=box-{os.getpid()}",
             "--hostname=box", "--console=pipe", *binds],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self.leader = self._until(self._find_leader, "started")
        self._until(self._is_up, "up")
        # A thread of its own joins the box's network; the others stay in ours.
        self._network = ThreadPoolExecutor(2, initializer=self._join_network)

    def run(self, *argv, check=True, timeout_s=300, **how):
        """Run a program in the box to its end; returns what it printed, both streams together."""
        ran = subprocess.run(
            self.argv(*argv), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            timeout=timeout_s, check=False, **how,
        )  # fmt: skip
        assert not check or ran.returncode == 0, f"{argv}: exit {ran.returncode}\n{ran.stdout}"
        return ran.stdout

    def argv(self, *argv):
        """Return what runs a program in the box."""
        home = ["env", "-i", f"PATH={PATH}", "HOME=/root", "LC_ALL=C.UTF-8"]
        return ["nsenter", f"--target={self.leader}", "--all", *home, *map(str, argv)]

    def network(self, act, *given):
        """Start a function of ours in the box's network; returns its future."""
        return self._network.submit(act, *given)

    def power_off(self):
        """End it at once; nothing of it stays."""
        self._network.shutdown(cancel_futures=True)
        subprocess.run(["kill", "-KILL", str(self.leader)], check=False)
        self._nspawn.kill()
        self._nspawn.wait()

    def _find_leader(self):
        children = Path(f"/proc/{self._nspawn.pid}/task/{self._nspawn.pid}/children").read_text()
        for pid in children.split():
            if Path(f"/proc/{pid}/comm").read_text() == "systemd\n":
                return int(pid)
        return None

    def _is_up(self):
        return self.run("systemctl", "is-system-running", check=False).strip() == "running"

    def _join_network(self):
        with Path(f"/proc/{self.leader}/ns/net").open() as file:
            if ctypes.CDLL(None, use_errno=True).setns(file.fileno(), CLONE_NEWNET) != 0:
                raise OSError(ctypes.get_errno(), "setns")

    def _until(self, found, what):
        deadline = time.monotonic() + START_S
        while not (result := found()):
            if self._nspawn.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the box is not {what} (exit code {self._nspawn.poll()})")
            time.sleep(LOOK_S)
        return result
