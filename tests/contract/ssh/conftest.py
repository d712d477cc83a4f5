"""A real sshd on this machine, on a port of its own, with keys of its own."""

from pathlib import Path

import pytest

from calypso.host.local import LocalHost
from calypso.host.scope import descendants
from calypso.host.ssh import SshHost, prepare
from calypso.host.stopping import StopSignal
from tests import sshd as server
from tests.conftest import missing


class Sshd:
    """The server; `key` logs in, `host_keys` prove it by their kind."""

    def __init__(self, folder):
        self.folder, self.port, self.user = folder, server.free_port(), server.user()
        self.host_keys = server.make_keys(folder)
        self.key = (folder / "login").read_text()
        self._process = None

    def start(self, kind="ed25519"):
        self._process = server.start(self.folder, self.port, kind)

    def stop(self):
        server.stop(self._process)

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


@pytest.fixture
def sshd(tmp_path):
    if (reason := server.lacks()) is not None:
        missing("sshd", reason)
    made = Sshd(tmp_path / "sshd")
    made.start()
    yield made
    made.stop()


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
