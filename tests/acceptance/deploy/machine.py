"""A folder that is installed and started by the stand-in for systemctl."""

import os
import signal
import subprocess
from contextlib import suppress
from pathlib import Path

from calypso.drivers.system.layout import Layout
from tests.acceptance.api.conftest import free_port
from tests.acceptance.deploy.conftest import FAKES, PATH

WORKERS = "storage,system"


class Machine:
    """A folder that is installed and started; ended, whatever a test made of it."""

    def __init__(self, bundle, root):
        self.bundle, self.root, self.places = bundle, root, Layout(root)
        self.port = free_port()
        self.env = {"path": f"{FAKES}:{PATH}", "SYSTEMCTL_ROOT": str(root)}

    def install(self, *words, **how):
        return self.bundle.install(
            self.root, "--start", "--workers", WORKERS, "--listen", f"127.0.0.1:{self.port}",
            *words, **self.env, **how,
        )  # fmt: skip

    def uninstall(self, *words, **how):
        return self.bundle.install(
            self.root, "--start", *words, script="uninstall.sh", **self.env, **how
        )

    def calypso(self, *words, **how):
        env = {"PATH": PATH, "CALYPSO_CONFIG_DIR": str(self.places.etc), "HOME": str(self.root)}
        return subprocess.run(
            [str(self.places.current / "bin/calypso"), *words],
            capture_output=True, text=True, check=False, timeout=120, env=env, **how,
        )  # fmt: skip

    def running(self):
        """The services whose main process is there."""
        return set(self._pids())

    def running_pids(self):
        return list(self._pids().values())

    def _pids(self):
        states = (self.root / "run/systemctl").glob("calypso-*.service")
        pids = {file.name: int(file.read_text()) for file in states}
        return {name: pid for name, pid in pids.items() if pid and Path(f"/proc/{pid}").exists()}

    def end(self):
        for file in (self.root / "run/systemctl").glob("calypso-*.service"):
            with suppress(OSError, ValueError):
                if pid := int(file.read_text()):
                    os.killpg(pid, signal.SIGKILL)
        for log in sorted(self.places.log.glob("*.log")):
            print(log.name, log.read_text(errors="replace")[-1500:], sep="\n")
