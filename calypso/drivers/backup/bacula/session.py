"""A short talk with the director: sign in, some commands, hang up."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import NoReturn, Self

from pydantic import SecretStr

from calypso.drivers.backup.bacula import auth
from calypso.drivers.backup.bacula.answers import Answer, Listening, judge
from calypso.drivers.backup.bacula.text import readable
from calypso.drivers.backup.bacula.wire import Signal, Wire, connected
from calypso.drivers.backup.director_refusals import (
    DirectorUnauthorized,
    DirectorUnreadable,
    ProductMissing,
)
from calypso.drivers.backup.refusals import BackupError

PORT = 9101
ANYBODY = "*UserAgent*"  # the console that the director's own password is for
TIMEOUT_S = 30.0
COMMANDS, STATUS = 1, 2  # the two ways of `.api`: 2 changes what `.status` prints


_ADDRESS = re.compile(r"(?:\[([0-9a-fA-F:.]+)\]|([^\s:\[\]]+))(?::(\d{1,5}))?")


@dataclass(frozen=True)
class Director:
    """Where a director is and how to get in."""

    host: str
    port: int
    password: SecretStr = field(repr=False)
    console: str = ANYBODY
    timeout_s: float = TIMEOUT_S

    @classmethod
    def at(cls, address: str, password: SecretStr, *, console: str = ANYBODY) -> Self:
        """Return the one at HOST, HOST:PORT or [HOST]:PORT; ProductMissing for no address."""
        told = _ADDRESS.fullmatch(address)
        if told is None:
            raise ProductMissing(
                f"CALYPSO_BACULA_DIRECTOR is {address!r}; it names a director as HOST:PORT."
            )
        return cls(told[1] or told[2], int(told[3] or PORT), password, console)


class Session:
    """One connection that is signed in. One thread at a time."""

    def __init__(self, wire: Wire, director: Director) -> None:
        self._wire, self._director = wire, director
        self._api, self._is_spent = 0, False
        self.banner = ""

    def ask(
        self,
        command: str,
        *,
        replies: Mapping[str, str] | None = None,
        timeout_s: float | None = None,
        api: int = COMMANDS,
        warnings_pass: bool = False,
    ) -> Answer:
        """Give a command and return its answer; refused as `judge` says.

        `replies`: what to answer to a question that holds a text. Any other question is cancelled.
        `warnings_pass`: this command warns also when all is well.

        After a refusal nothing more is asked: a director of 9.6 uses the dead connection to a
        storage again, tells what is not so, and has crashed.
        """
        if self._is_spent:
            raise DirectorUnreadable("This talk with the director ended with a refusal.")
        self._is_spent = True
        self._speak(api)
        answer = judge(self._exchange(command, replies or {}, timeout_s), warnings_pass)
        self._is_spent = False
        return answer

    def status(self, command: str, *, timeout_s: float | None = None) -> Answer:
        """Ask `.status`, whose answer is then in lines of key=value."""
        return self.ask(command, api=STATUS, timeout_s=timeout_s)

    def _speak(self, api: int) -> None:
        if self._api != api:
            self._exchange(f".api {api}", {}, None)
            self._api = api

    def _exchange(
        self, command: str, replies: Mapping[str, str], timeout_s: float | None
    ) -> Answer:
        self._wire.allow(timeout_s or self._director.timeout_s)
        self._wire.send(command.encode("utf-8", "surrogateescape"))
        return Listening(self._wire, command, replies).to_the_end()

    # -- signing in

    def sign_in(self) -> None:
        """Prove to each other who we are; DirectorUnauthorized."""
        name = self._director.console.replace(" ", "\x01")
        self._wire.send(f"Hello {name} calling\n".encode())
        self._answer_theirs()
        self._ask_ours()
        self.banner = self._line().strip()
        if not self.banner.startswith("1000 OK"):
            raise self._wants_tls(self.banner)  # both know the password: only this is left

    def _answer_theirs(self) -> None:
        line = self._line()
        theirs = auth.read_challenge(line.encode())
        if theirs is None:
            self._refuse(line)
        if theirs.needs_tls:
            raise self._wants_tls(line)
        secret = self._director.password.get_secret_value()
        self._wire.send(auth.response(secret, theirs) + b"\0")
        if not (said := self._line()).startswith("1000 OK"):
            self._refuse(said)

    def _ask_ours(self) -> None:
        ours = auth.new_challenge()
        self._wire.send(auth.asked(ours))
        answer = self._wire.receive()
        secret = self._director.password.get_secret_value()
        if not isinstance(answer, bytes) or not auth.is_right(secret, ours, answer):
            raise DirectorUnauthorized(
                "What answers there does not know the password itself: it is not our director."
            )
        self._wire.send(b"1000 OK auth\n")

    def _line(self) -> str:
        got = self._wire.receive()
        if not isinstance(got, bytes):
            raise DirectorUnreadable(f"Signal {got} instead of a greeting; is it a director?")
        return readable(got)

    def _refuse(self, said: str) -> NoReturn:
        raise DirectorUnauthorized(
            f"The director at {self._director.host}:{self._director.port} does not let "
            f"{self._director.console} in. Compare CALYPSO_BACULA_PASSWORD with its configuration.",
            original=said,
        )

    def _wants_tls(self, said: str) -> DirectorUnauthorized:
        return DirectorUnauthorized(
            f"The director at {self._director.host}:{self._director.port} wants TLS, which is not "
            "spoken here. Say `TLS Require = no` in its Director resource, or in the Console "
            f"resource of {self._director.console}, and keep it on loopback or behind a tunnel.",
            original=said,
        )

    def hang_up(self) -> None:
        """End the talk in order, where the director still listens."""
        with suppress(BackupError):
            self._wire.allow(1.0)
            self._wire.signal(Signal.TERMINATE)
        self._wire.close()


@contextmanager
def session(director: Director) -> Iterator[Session]:
    """Connect and sign in; hang up at the end."""
    wire = connected(director.host, director.port, director.timeout_s)
    talk = Session(wire, director)
    try:
        talk.sign_in()
        yield talk
    finally:
        talk.hang_up()
