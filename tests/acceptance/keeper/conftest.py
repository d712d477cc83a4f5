"""An appliance of made-up releases: a real keeper, real processes, a program of a few lines."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import venv
from contextlib import closing, suppress
from pathlib import Path

import pytest

import calypso

KEPT = Path(__file__).with_name("kept.py")
LIMIT_S = 30
WAITS = """
import pathlib, sys, time
if "--check" in sys.orig_argv:
    (pathlib.Path({made!r}) / "asked").touch()
    while not (pathlib.Path({made!r}) / "go").exists():
        time.sleep(0.01)
"""


def until(found, what):
    """Return what `found` returns as soon as that is true."""
    deadline = time.monotonic() + LIMIT_S
    while not (result := found()):
        assert time.monotonic() < deadline, f"not within {LIMIT_S} s: {what}"
        time.sleep(0.01)
    return result


class Home:
    """A folder of releases, with the link that names one, and the keeper that was started."""

    def __init__(self, folder):
        self.folder = folder
        self.started = []
        with closing(socket.create_server(("127.0.0.1", 0))) as free:
            self.port = free.getsockname()[1]

    def release(self, version, behaviour=None, broken=False, waits=False):
        """Make a release whose Calypso is the checkout's, but for its version and program.

        `waits`: asked whether it can take over, it says so when `go` is in its folder.
        """
        made = self.folder / "releases" / version
        venv.create(made / "venv", symlinks=True)
        package = next((made / "venv/lib").glob("python*")) / "site-packages/calypso"
        package.mkdir()
        real = Path(calypso.__file__).parent
        code = "raise ImportError('torn')" if broken else f"__path__.append({str(real)!r})"
        asked = WAITS.format(made=str(made)) if waits else ""
        (package / "__init__.py").write_text(f"__version__ = {version!r}\n{code}\n{asked}")
        shutil.copy(KEPT, package / "__main__.py")
        if behaviour:
            (made / "behaviour").write_text(behaviour)
        return made

    def switch(self, version):
        """Let `current` name a release."""
        made = self.folder / "link"
        made.symlink_to(f"releases/{version}")
        made.rename(self.folder / "current")

    def keep(self, *options, env=None, **how):
        """Start the keeper of the current release."""
        python = (self.folder / "current").resolve() / "venv/bin/python"
        keeper = subprocess.Popen(
            [python, "-m", "calypso.keeper", "--listen", f"127.0.0.1:{self.port}",
             *options, "a-program"],
            env={**os.environ, **(env or {})}, cwd=self.folder, stderr=subprocess.PIPE, text=True,
            **how,
        )  # fmt: skip
        self.started.append(keeper)
        return keeper

    def reload(self, keeper, **how):
        """Ask for the change as a unit's ExecReload does."""
        return subprocess.run(
            [sys.executable, "-m", "calypso.keeper", "--reload", str(keeper.pid)],
            capture_output=True, text=True, timeout=LIMIT_S, check=False, **how,
        )  # fmt: skip

    def ask(self):
        """Return (version, pid) of who answers; raises OSError when nobody does."""
        with closing(socket.create_connection(("127.0.0.1", self.port), timeout=5)) as line:
            version, pid = line.recv(100).decode().split()
            return version, int(pid)

    def serving(self, version):
        """Wait until a release answers; return the process that does."""

        def found():
            with suppress(OSError, ValueError):
                answered, pid = self.ask()
                return pid if answered == version else None
            return None

        return until(found, f"{version} serves")


@pytest.fixture
def home(tmp_path):
    made = Home(tmp_path)
    yield made
    for keeper in made.started:
        if keeper.poll() is None:
            keeper.send_signal(signal.SIGKILL)
        _, said = keeper.communicate(timeout=LIMIT_S)
        sys.stderr.write(said or "")
