"""`python -m bench.load`: asks one path over kept connections, as fast as answers come.

One line of JSON in: {"port", "path", "headers", "connections", "seconds"}; one out: how many
answers by status, and which share of the time this client itself was busy.
"""

import json
import select
import socket
import sys
import time
from collections import Counter
from typing import Any

LENGTH = b"content-length:"


class Connection:
    """One kept connection with one request under way."""

    def __init__(self, port: int, request: bytes) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._request = request
        self._rest = b""

    def ask(self) -> None:
        """Send the request."""
        self.socket.sendall(self._request)

    def hear(self) -> int | None:
        """Read on; the status once the answer is complete."""
        got = self.socket.recv(65536)
        if not got:
            raise ConnectionError("the server hung up")
        self._rest += got
        head, found, body = self._rest.partition(b"\r\n\r\n")
        if not found or len(body) < _length(head):
            return None
        self._rest = b""
        return int(head[9:12])


def _length(head: bytes) -> int:
    lower = head.lower()
    at = lower.find(LENGTH)
    if at < 0:
        return 0
    return int(lower[at + len(LENGTH) :].split(b"\r", 1)[0])


def run(asked: dict[str, Any]) -> dict[str, Any]:
    """Ask for so many seconds."""
    lines = [f"GET {asked['path']} HTTP/1.1", "Host: 127.0.0.1"]
    lines += [f"{name}: {text}" for name, text in asked["headers"].items()]
    request = ("\r\n".join(lines) + "\r\n\r\n").encode()
    several = [Connection(asked["port"], request) for _ in range(asked["connections"])]
    by_number = {one.socket.fileno(): one for one in several}
    poll = select.epoll()
    for number, one in by_number.items():
        poll.register(number, select.EPOLLIN)
        one.ask()
    statuses: Counter[int] = Counter()
    busy_s, began = time.process_time(), time.monotonic()
    ends = began + asked["seconds"]
    while time.monotonic() < ends:
        for number, _ in poll.poll(1.0):
            if (status := by_number[number].hear()) is not None:
                statuses[status] += 1
                by_number[number].ask()
    seconds = time.monotonic() - began
    busy = (time.process_time() - busy_s) / seconds
    for one in several:
        one.socket.close()
    return {"seconds": seconds, "statuses": dict(statuses), "busy": busy}


def main() -> None:
    """Answer until the questions end."""
    for line in sys.stdin:
        sys.stdout.write(json.dumps(run(json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
