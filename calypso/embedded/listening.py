"""Where the API listens: read, checked, and moved when somebody else is there."""

import socket
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from calypso.embedded.places import free_port
from calypso.errors import Misconfigured

ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - read, not bound to
LISTENING = "0A"  # a socket's state in /proc/net/tcp
TABLES = ("/proc/net/tcp", "/proc/net/tcp6")


@dataclass(frozen=True)
class Listen:
    """A host and a TCP port."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"{_bracketed(self.host)}:{self.port}"

    @property
    def url(self) -> str:
        """How a browser on this machine gets there."""
        return f"http://{_bracketed(ANYWHERE.get(self.host, self.host))}:{self.port}"


def parse(text: str) -> Listen:
    """Read HOST:PORT; Misconfigured with what is expected."""
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit() or int(port) > 65535:  # noqa: PLR2004 - the highest port
        raise Misconfigured(f"--listen: {text!r} is not HOST:PORT, such as 127.0.0.1:8080.")
    return Listen(host.strip("[]"), int(port))


def is_free(listen: Listen) -> bool:
    """Tell whether a server could listen there now; Misconfigured when nobody ever could."""
    family = socket.AF_INET6 if ":" in listen.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((listen.host, listen.port))
        except PermissionError as refused:
            raise Misconfigured(
                f"{listen}: only root may listen on port {listen.port}."
            ) from refused
        except socket.gaierror as unknown:
            raise Misconfigured(f"{listen}: there is no host {listen.host}.") from unknown
        except OSError:
            return False
    return True


def elsewhere(listen: Listen) -> Listen:
    """Return the same host with a port that is free."""
    return replace(listen, port=free_port())


def holder(port: int) -> str | None:
    """Return who listens on a port, such as `nginx (process 812)`; None when it cannot be seen."""
    inodes = {inode for table in TABLES for inode in _listening(table, port)}
    wanted = {f"socket:[{inode}]" for inode in inodes}
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if any(str(fd.readlink()) in wanted for fd in (process / "fd").iterdir()):
                return f"{(process / 'comm').read_text().strip()} (process {process.name})"
    return None


def listens(pid: int, port: int) -> bool:
    """Tell whether this very process listens on a port, and nobody else in its place."""
    inodes = {f"socket:[{inode}]" for table in TABLES for inode in _listening(table, port)}
    with suppress(OSError):
        return any(str(fd.readlink()) in inodes for fd in Path(f"/proc/{pid}/fd").iterdir())
    return False


def _listening(table: str, port: int) -> list[str]:
    with suppress(OSError):
        rows = (line.split() for line in Path(table).read_text(encoding="ascii").splitlines()[1:])
        return [
            row[9]
            for row in rows
            if row[3] == LISTENING and int(row[1].rpartition(":")[2], 16) == port
        ]
    return []


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
