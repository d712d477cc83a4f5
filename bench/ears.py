"""`python -m bench.ears PORT HEADER COUNT`: so many clients of one event stream, in one process.

Lines of JSON in: "open", "drop" (every second one hangs up), "return" (they come back with their
last id), {"wait": n} (until each has heard n changes, all in all), "end". One line out for each;
`wait` answers when each cursor reached each client; `end` tells who missed or doubled what.
"""

import json
import re
import select
import socket
import sys
import time
from collections import defaultdict
from typing import Any

CHANGE = re.compile(rb"id: (\d+-\d+)\nevent: job\.state\n")
LAST = re.compile(rb"id: (\d+-\d+)\n")
OPENING = 50  # at a time: a listening socket has a short queue


class Ear:
    """One client of the stream."""

    def __init__(self, port: int, header: str) -> None:
        self._port, self._header = port, header
        self.heard: list[bytes] = []
        self._last = b""
        self._rest = b""
        self.socket: socket.socket | None = None

    def open(self) -> None:
        """Connect and ask, going on after the last id there was."""
        again = f"Last-Event-ID: {self._last.decode()}\r\n" if self._last else ""
        self._rest = b""
        self.socket = socket.create_connection(("127.0.0.1", self._port), timeout=30)
        self.socket.sendall(
            f"GET /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: {self._header}\r\n"
            f"{again}\r\n".encode()
        )

    def close(self) -> None:
        """Hang up without a word."""
        if self.socket is not None:
            self.socket.close()
            self.socket = None

    def hear(self) -> list[bytes]:
        """Read what came; the cursors of the changes in it."""
        assert self.socket is not None
        got = self.socket.recv(65536)
        if not got:
            raise ConnectionError("the stream ended")
        whole, _, self._rest = (self._rest + got).rpartition(b"\n\n")
        found = CHANGE.findall(whole + b"\n")
        if ids := LAST.findall(whole + b"\n"):
            self._last = ids[-1]
        self.heard += found
        return found

    @property
    def is_open(self) -> bool:
        """True once the server has sent the first lines."""
        return bool(self._last)


class Ears:
    """All clients, in one thread."""

    def __init__(self, port: int, header: str, count: int) -> None:
        self._ears = [Ear(port, header) for _ in range(count)]
        self._by_number: dict[int, Ear] = {}
        self._poll = select.epoll()
        self._arrivals: dict[bytes, list[float]] = defaultdict(list)

    def open(self) -> None:
        """Open whoever is not, and return when the server has answered each."""
        waiting = [one for one in self._ears if one.socket is None]
        while waiting:
            some, waiting = waiting[:OPENING], waiting[OPENING:]
            for one in some:
                one.open()
                assert one.socket is not None
                self._by_number[one.socket.fileno()] = one
                self._poll.register(one.socket, select.EPOLLIN)
            self._until(lambda some=some: all(one.is_open for one in some))

    def drop(self) -> None:
        """Have every second one hang up."""
        for one in self._ears[::2]:
            assert one.socket is not None
            self._poll.unregister(one.socket)
            del self._by_number[one.socket.fileno()]
            one.close()

    def wait(self, count: int) -> dict[str, list[float]]:
        """Return when each open one has heard so many; when each change reached each."""
        several = list(self._by_number.values())
        self._until(lambda: all(len(one.heard) >= count for one in several))
        return {cursor.decode(): many for cursor, many in self._arrivals.items()}

    def faults(self) -> int:
        """Return how many missed a change, heard one twice, or in another order."""
        wanted = sorted(self._arrivals, key=lambda c: tuple(map(int, c.split(b"-"))))
        return sum(one.heard != wanted for one in self._ears)

    def _until(self, true: Any, limit_s: float = 120.0) -> None:
        ends = time.monotonic() + limit_s
        while not true():
            if time.monotonic() > ends:
                raise TimeoutError("not everybody heard everything")
            for number, _ in self._poll.poll(0.05):
                cursors = self._by_number[number].hear()
                instant = time.monotonic()
                for cursor in cursors:
                    self._arrivals[cursor].append(instant)


def main(port: str, header: str, count: str) -> None:
    """Answer until the questions end."""
    ears = Ears(int(port), header, int(count))
    for line in sys.stdin:
        asked, said = json.loads(line), None
        if asked in ("open", "return"):
            ears.open()
        elif asked == "drop":
            ears.drop()
        elif asked == "end":
            said = ears.faults()
        else:
            said = ears.wait(asked["wait"])
        sys.stdout.write(json.dumps(said) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
