"""A director that knows only what was recorded, or what a test has scripted, over a real socket.

It speaks the wire: it lets in who knows the password, answers each command packet by packet and
signal by signal, and can be told to answer half, late, or not at all.
"""

import ast
import hashlib
import hmac
import socket
import struct
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from calypso.drivers.backup.bacula import auth
from calypso.drivers.backup.bacula.wire import Signal

FOLDERS = sorted((Path(__file__).parent.parent / "recordings").glob("bacula-*-console"))
OLDEST = next(folder for folder in FOLDERS if "-9." in folder.name)
PASSWORD = "secret"
GREETING = b"1000 OK: 103 lab-dir Version: 9.6.7 (10 December 2020)\n"
BEGIN, OK, END = Signal.COMMAND_BEGIN, Signal.COMMAND_OK, Signal.MAIN_PROMPT


@dataclass(frozen=True)
class Reply:
    """Here the director waits for something to be said."""

    expected: bytes | None = None


@dataclass(frozen=True)
class Answered:
    """Here the director waits for a signal."""

    expected: Signal


@dataclass(frozen=True)
class Raw:
    """Bytes as they are, no packet."""

    data: bytes


HOLD = object()  # say nothing more, and keep the connection
HANG_UP = object()


def packed(item):
    """Return a packet or a signal as it goes over the wire."""
    if isinstance(item, Raw):
        return item.data
    if isinstance(item, bytes):
        return struct.pack(">i", len(item)) + item
    return struct.pack(">i", item)


def recorded(name, folder=OLDEST):
    """Return the exchanges of a recording: what was said, and the items of each answer."""
    exchanges = []
    for line in (folder / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        sent, said = line.startswith("> "), line[2:]
        if sent and exchanges and exchanges[-1][1][-1:] != [END]:
            exchanges[-1][1].append(Reply(ast.literal_eval(said)))
        elif sent:
            exchanges.append((ast.literal_eval(said), []))
        else:
            is_text = said.startswith(("b'", 'b"'))
            exchanges[-1][1].append(ast.literal_eval(said) if is_text else Signal[said])
    return exchanges


class FakeDirector:
    """Answers one connection at a time; `heard` is all that was said to it."""

    def __init__(self):
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self.folder = OLDEST
        self.answers = {".api 1": [BEGIN, OK, END], ".api 2": [BEGIN, OK, END]}
        self.heard = []
        self.greeting = GREETING
        self.knows_password = True
        self.before_greeting = None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def plays(self, *names):
        """Answer as in these recordings."""
        for name in names:
            self.answers |= {
                command.decode(): items for command, items in recorded(name, self.folder)
            }
        return self

    def says(self, command, *items):
        """Answer a command with these packets and signals."""
        self.answers[command] = list(items)
        return self

    def close(self):
        self._over.set()
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join()

    def _serve(self):
        while not self._over.is_set():
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            with connection, suppress(EOFError, ConnectionError):
                self._talk(connection)

    def _talk(self, connection):
        if self.before_greeting is not None:
            self._give(connection, self.before_greeting)
        self._sign_in(connection)
        while True:
            command = _received(connection).decode("utf-8", "surrogateescape")
            self.heard.append(command)
            self._give(connection, self.answers[command])

    def _give(self, connection, items):
        for item in items:
            if item is HOLD:
                while connection.recv(4096):
                    pass
                raise EOFError
            if item is HANG_UP:
                raise EOFError
            if isinstance(item, Reply):
                told = _received(connection)
                self.heard.append(told.decode())
                assert item.expected in (None, told), f"{told} instead of {item.expected}"
            elif isinstance(item, Answered):
                (got,) = struct.unpack(">i", _exactly(connection, 4))
                assert got == item.expected, f"{got} instead of {item.expected}"
            else:
                connection.sendall(packed(item))

    def _sign_in(self, connection):
        self.heard.append(_received(connection).decode())
        challenge = b"<1.2@lab-dir>"
        connection.sendall(packed(b"auth cram-md5 %s ssl=0\n" % challenge))
        if not auth.is_right(PASSWORD, challenge, _received(connection)):
            connection.sendall(packed(b"1999 Authorization failed.\n"))
            raise EOFError
        connection.sendall(packed(b"1000 OK auth\n"))
        asked = _received(connection).split(b" ")[2]
        connection.sendall(packed(_answer(asked, PASSWORD if self.knows_password else "x") + b"\0"))
        _received(connection)
        connection.sendall(packed(self.greeting))


def _answer(challenge, password):
    key = hashlib.md5(password.encode()).hexdigest().encode()
    return auth._standard(hmac.new(key, challenge, "md5").digest())


def _received(connection):
    (length,) = struct.unpack(">i", _exactly(connection, 4))
    if length < 0:
        if length == Signal.TERMINATE:
            raise EOFError
        return _received(connection)
    return _exactly(connection, length)


def _exactly(connection, size):
    got = b""
    while len(got) < size:
        part = connection.recv(size - len(got))
        if not part:
            raise EOFError
        got += part
    return got


@contextmanager
def a_director():
    """One that is closed at the end."""
    director = FakeDirector()
    try:
        yield director
    finally:
        director.close()
