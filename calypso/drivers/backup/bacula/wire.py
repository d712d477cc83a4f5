"""Packets and signals over one TCP connection, with one deadline for all that is read and sent.

A packet is a length of four bytes, big-endian and signed, and as many bytes of text; a negative
length is a signal and has no text. Source: Bacula lib/bsock.h.
"""

import socket
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum

from calypso.drivers.backup.director_refusals import (
    DirectorDown,
    DirectorSilent,
    DirectorUnreadable,
)

MAX_PACKET_BYTES = 16 << 20  # Bacula's own packets are below 1 MB
MAX_ANSWER_BYTES = 256 << 20  # a million of files listed; beyond it something is wrong
_LENGTH = struct.Struct(">i")


class Signal(IntEnum):
    """What stands in the place of a length."""

    EOD = -1
    EOD_POLL = -2
    TERMINATE = -4
    POLL = -5
    HEARTBEAT = -6
    HEARTBEAT_RESPONSE = -7
    START_SELECT = -11
    END_SELECT = -12
    INVALID_COMMAND = -13
    COMMAND_FAILED = -14
    COMMAND_OK = -15
    COMMAND_BEGIN = -16
    MESSAGES_PENDING = -17
    MAIN_PROMPT = -18
    SELECT_INPUT = -19
    WARNING = -20
    ERROR = -21
    INFO = -22
    RUN_COMMAND = -23
    YESNO = -24
    START_TREE = -25
    END_TREE = -26
    SUB_PROMPT = -27
    TEXT_INPUT = -28


class Wire:
    """One connection; `deadline` is on the monotonic clock, and is set anew for each exchange."""

    def __init__(self, connection: socket.socket, name: str) -> None:
        self._socket, self._name = connection, name
        self.deadline = time.monotonic()
        self._read_bytes = 0

    def allow(self, timeout_s: float) -> None:
        """Begin an exchange that may take so long."""
        self.deadline = time.monotonic() + timeout_s
        self._read_bytes = 0

    def send(self, text: bytes) -> None:
        """Send a packet."""
        self._send(_LENGTH.pack(len(text)) + text)

    def signal(self, signal: Signal) -> None:
        """Send a signal."""
        self._send(_LENGTH.pack(signal))

    def receive(self) -> bytes | int:
        """Return the text of the next packet, or the number of a signal.

        DirectorSilent at the deadline, DirectorDown when the connection ends.
        """
        (length,) = _LENGTH.unpack(self._exactly(_LENGTH.size))
        if length < 0:
            return int(length)
        self._read_bytes += length
        if length > MAX_PACKET_BYTES or self._read_bytes > MAX_ANSWER_BYTES:
            raise DirectorUnreadable(
                f"The director at {self._name} announces {length} bytes; is it a director at all?"
            )
        return self._exactly(length)

    def close(self) -> None:
        """End the connection, whatever its state."""
        self._socket.close()

    def _exactly(self, size: int) -> bytes:
        parts = bytearray()
        while len(parts) < size:
            with self._timed():
                part = self._socket.recv(size - len(parts))
            if not part:
                raise DirectorDown(
                    f"The director at {self._name} ended in the middle of an answer."
                )
            parts += part
            self._acknowledge()
        return bytes(parts)

    def _acknowledge(self) -> None:
        # The director sends small packets with Nagle's algorithm on: each would wait 40 ms for
        # our delayed acknowledgement. The option holds until the next packet only.
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)

    def _send(self, data: bytes) -> None:
        with self._timed():
            self._socket.sendall(data)

    @contextmanager
    def _timed(self) -> Iterator[None]:
        left_s = self.deadline - time.monotonic()
        if left_s <= 0:
            raise self._silent()
        self._socket.settimeout(left_s)
        try:
            yield
        except TimeoutError as late:
            raise self._silent() from late
        except OSError as gone:
            raise DirectorDown(
                f"The connection to the director at {self._name} broke: {gone}."
            ) from gone

    def _silent(self) -> DirectorSilent:
        return DirectorSilent(
            f"The director at {self._name} did not finish its answer in time. "
            "Look whether it is stopped, or waits for its catalog or a daemon."
        )


def connected(host: str, port: int, timeout_s: float) -> Wire:
    """Connect; DirectorDown when nobody listens there, DirectorSilent when nothing answers."""
    name = f"{host}:{port}"
    try:
        connection = socket.create_connection((host, port), timeout_s)
    except TimeoutError as late:
        raise DirectorSilent(f"Nothing answers at {name}.") from late
    except OSError as refused:
        raise DirectorDown(
            f"No director listens at {name} ({refused}). "
            "Start it, or correct CALYPSO_BACULA_DIRECTOR."
        ) from refused
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    wire = Wire(connection, name)
    wire.allow(timeout_s)
    return wire
