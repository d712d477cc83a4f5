"""A real sshd with keys of its own. Standard library alone: it also runs in a guest."""

import os
import pwd
import shutil
import socket
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
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
KexAlgorithms {kex}
"""
KEX = "curve25519-sha256"  # the default of today takes ten seconds in an emulated machine


def lacks():
    """Return why there can be none here, or None."""
    for program in ("ssh", "ssh-keygen", "sshd"):
        if shutil.which(program, path=PATH) is None:
            return f"{program} is not installed: apt-get install openssh-server"
    if not Path(pwd.getpwuid(os.geteuid()).pw_shell).name.endswith("sh"):
        return "this user has no shell to log in with"
    return None


def make_keys(folder):
    """Make host keys and one that logs in; returns the public host keys by kind."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    login = made_key(Path(folder, "login"), "ed25519")
    Path(folder, "authorized_keys").write_text(login)
    return {kind: made_key(Path(folder, f"host_{kind}"), kind) for kind in ("ed25519", "ecdsa")}


def made_key(path, kind):
    """Make a pair of keys; returns the public one without its comment."""
    command = ["ssh-keygen", "-q", "-t", kind, "-N", "", "-C", "", "-f", str(path)]
    subprocess.run(command, check=True)
    return " ".join(path.with_suffix(".pub").read_text().split()[:2])


def user():
    return pwd.getpwuid(os.geteuid()).pw_name


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def start(folder, port, kind="ed25519"):
    """Start the server and return its process once it listens."""
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # sshd insists, and systemd makes it
    config = Path(folder, "config")
    config.write_text(CONFIG.format(port=port, folder=folder, kind=kind, kex=KEX))
    process = subprocess.Popen([shutil.which("sshd", path=PATH), "-D", "-e", "-f", str(config)])
    deadline = time.monotonic() + 60
    while not _listens(port):
        assert time.monotonic() < deadline, "sshd does not listen"
        time.sleep(0.02)
    return process


def stop(process):
    process.terminate()
    process.wait(timeout=30)


@contextmanager
def serving(folder, port):
    process = start(folder, port)
    try:
        yield
    finally:
        stop(process)


def _listens(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
