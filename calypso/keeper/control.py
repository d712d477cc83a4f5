"""How a keeper is asked for something: a socket that only root and its own user get through."""

import os
import socket
import struct
from contextlib import closing, suppress

PEER = struct.Struct("3i")  # pid, uid, gid; Linux, socket(7)
RELOAD = b"reload\n"
MOST_BYTES = 4096


class Refused(Exception):
    """The keeper did not do it; the text says why."""


def address(pid: int) -> str:
    """Return where the keeper of this pid listens: an abstract name, which leaves no file."""
    return f"\0calypso-keeper.{pid}"


def listen() -> int:
    """Listen for whoever asks this process; returns the descriptor."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(address(os.getpid()))
    listener.listen(4)
    listener.settimeout(0)
    return listener.detach()


def accept(listener: int) -> socket.socket | None:
    """Take the next who asks; None when nobody does, or when it is a stranger."""
    with closing(socket.socket(fileno=os.dup(listener))) as door:
        try:
            client, _ = door.accept()
        except BlockingIOError:
            return None
    client.settimeout(0)
    if _peer(client)[1] in {0, os.geteuid()}:
        return client
    client.close()
    return None


def asks_for_reload(client: socket.socket) -> bool | None:
    """Tell whether that is what it asks for; None while it has not spoken yet."""
    try:
        return client.recv(MOST_BYTES) == RELOAD
    except BlockingIOError:
        return None
    except OSError:
        return False


def answer(client: socket.socket, line: str) -> None:
    """Tell the outcome and hang up; nobody may be there any more."""
    with closing(client), suppress(OSError):
        client.sendall(f"{line}\n".encode())


def reload(pid: int, *, timeout_s: float) -> str:
    """Have a keeper put the current release in place and wait till it serves; its version.

    Refused when it did not come to that, and the one before serves on.
    """
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)) as line:
        line.settimeout(timeout_s)
        try:
            line.connect(address(pid))
            if _peer(line)[0] != pid:
                raise Refused(f"Another process listens in the name of {pid}.")
            line.sendall(RELOAD)
            said = _until_closed(line)
        except OSError as failed:
            raise Refused(f"No keeper answers as process {pid}: {failed}.") from failed
    outcome, _, rest = said.partition(" ")
    if outcome != "ok":
        raise Refused(rest or f"The keeper {pid} hung up: look into its log.")
    return rest


def _until_closed(line: socket.socket) -> str:
    said = b""
    while read := line.recv(MOST_BYTES):
        said += read
    return said.decode(errors="replace").strip()


def _peer(client: socket.socket) -> tuple[int, int, int]:
    told = client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, PEER.size)
    pid, uid, gid = PEER.unpack(told)
    return pid, uid, gid
