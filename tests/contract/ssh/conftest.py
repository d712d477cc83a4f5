"""A real sshd on this machine, on a port of its own, with keys of its own."""

import os
import pwd
import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest

from calypso.host.local import LocalHost
from calypso.host.scope import descendants
from calypso.host.ssh import SshHost, prepare
from calypso.host.stopping import StopSignal
from tests.conftest import missing

PATH = f"{os.environ['PATH']}:/usr/sbin:/sbin"
CONFIG = """
Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host_{kind}
PidFile none
AuthorizedKeysFile {folder}/authorized_keys
StrictModes no
UsePAM no
PasswordAuthentication no
PermitRootLogin yes
LogLevel ERROR
"""


class Sshd:
    """The server; `key` logs in, `host_keys` prove it by their kind."""

    def __init__(self, folder):
        self.folder, self.port = folder, _free_port()
        self.user = pwd.getpwuid(os.geteuid()).pw_name
        self.host_keys = {
            kind: _made(folder / f"host_{kind}", kind) for kind in ("ed25519", "ecdsa")
        }
        (folder / "authorized_keys").write_text(_made(folder / "login", "ed25519"))
        self.key = (folder / "login").read_text()
        self._process = None

    def start(self, kind="ed25519"):
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # sshd insists, and systemd makes it
        config = self.folder / "config"
        config.write_text(CONFIG.format(port=self.port, folder=self.folder, kind=kind))
        program = shutil.which("sshd", path=PATH)
        self._process = subprocess.Popen([program, "-D", "-e", "-f", str(config)])
        _until_it_listens(self.port)

    def stop(self):
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=10)

    def sessions(self):
        """The processes that serve connections, not what runs for them."""
        found = descendants([self._process.pid])
        return [pid for pid in found if Path(f"/proc/{pid}/comm").read_text().strip() == "sshd"]

    def remote(self, **changed):
        """Parameters of a job that name this machine."""
        return {
            "host": "127.0.0.1",
            "port": self.port,
            "user": self.user,
            "login_key": {"secret": "login"},
            "host_key": self.host_keys["ed25519"],
        } | changed


def _made(path, kind):
    command = ["ssh-keygen", "-q", "-t", kind, "-N", "", "-C", "", "-f", str(path)]
    subprocess.run(command, check=True)
    return " ".join(path.with_suffix(".pub").read_text().split()[:2])


def _free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def _until_it_listens(port):
    deadline = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return


@pytest.fixture
def sshd(tmp_path):
    for program in ("ssh", "ssh-keygen", "sshd"):
        if shutil.which(program, path=PATH) is None:
            missing("sshd", f"{program} is not installed: apt-get install openssh-server")
    if not Path(pwd.getpwuid(os.geteuid()).pw_shell).name.endswith("sh"):
        missing("sshd", "this user has no shell to log in with")
    folder = tmp_path / "sshd"
    folder.mkdir()
    server = Sshd(folder)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def peer(sshd, tmp_path):
    """Make the other end as a job would; anything about it may be changed."""

    def make(**changed):
        folder = tmp_path / f"peer-{len(list(tmp_path.iterdir()))}"
        folder.mkdir(mode=0o700)
        told = {
            "host": "127.0.0.1",
            "user": sshd.user,
            "port": sshd.port,
            "key": sshd.key,
            "host_key": sshd.host_keys["ed25519"],
        }
        return prepare(folder, **(told | changed))

    return make


@pytest.fixture
def far(peer):
    """This machine, over SSH."""
    return SshHost(LocalHost(), peer())


@pytest.fixture
def stop():
    signal = StopSignal()
    yield signal
    signal.close()
