"""What systemd gives to a service and wants to hear from it: sd_listen_fds(3), sd_notify(3)."""

import os
import socket
from contextlib import closing, suppress

FIRST_SOCKET = 3
OURS_ALONE = (
    "LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES", "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID",
)  # fmt: skip


def sockets() -> list[int]:
    """Return the listening sockets that were passed to this process, and to no other."""
    if os.environ.get("LISTEN_PID") != str(os.getpid()):
        return []
    count = int(os.environ.get("LISTEN_FDS", "0"))
    passed = list(range(FIRST_SOCKET, FIRST_SOCKET + count))
    for descriptor in passed:
        os.set_inheritable(descriptor, False)
    return passed


def tell(*lines: str) -> None:
    """Tell systemd; nothing happens where no systemd started us."""
    where = os.environ.get("NOTIFY_SOCKET", "")
    if not where:
        return
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as line, suppress(OSError):
        line.sendto("\n".join(lines).encode(), where.replace("@", "\0", 1))


def environment() -> dict[str, str]:
    """Return the environment for a child: without what is between systemd and this process."""
    return {name: value for name, value in os.environ.items() if name not in OURS_ALONE}
