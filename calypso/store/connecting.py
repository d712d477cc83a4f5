"""Connections that never hang: every wait for the server ends after a bounded time."""

import select
import time
from collections.abc import Generator
from typing import Any, TypeVar

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.types.json import set_json_loads
from psycopg.waiting import Ready, Wait
from pydantic_core import from_json

T = TypeVar("T")
NAME = "calypso"  # of each connection, in the server's eyes
NETWORK: dict[str, str | int] = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 5000,
}


# Lists read an index in its own order and stop: a bitmap or a sort reads all there is before the
# first row (what cannot do without a sort still gets one). A list over many partitions looks dear
# enough for jit, but is not.
SETTINGS = """
SET TIME ZONE 'UTC';
SET statement_timeout = {timeout_ms};
SET default_transaction_isolation = 'read committed';
SET enable_bitmapscan = off;
SET enable_sort = off;
SET enable_incremental_sort = off;
SET jit = off"""


class SilentServer(psycopg.OperationalError):
    """The server did not answer in time; nobody knows whether it did what was asked."""


class BoundedConnection(psycopg.Connection[Any]):
    """Gives up, and closes, when the server stays silent: a frozen one keeps its sockets open."""

    patience_s: float | None = None

    def wait(self, gen: Generator[Wait, Ready | int, T], *args: Any, **kwargs: Any) -> T:
        """Run what talks to the server to its end, or raise SilentServer."""
        if self.patience_s is None:
            return super().wait(gen, *args, **kwargs)
        return super().wait(self._bounded(gen, self.patience_s), *args, **kwargs)

    def _bounded(
        self, gen: Generator[Wait, Ready | int, T], patience_s: float
    ) -> Generator[Any, Any, T]:
        deadline = time.monotonic() + patience_s
        try:
            wanted = next(gen)
            while True:
                ready = yield wanted
                if not ready and time.monotonic() > deadline:
                    self.pgconn.finish()
                    raise SilentServer(f"the database server was silent for {patience_s:g} s")
                wanted = gen.send(ready)
        except StopIteration as done:
            answer: T = done.value
            return answer


def connect(
    address: str,
    *,
    connect_timeout_s: int,
    statement_timeout_s: float | None,
    prepares: bool = True,
) -> BoundedConnection:
    """Open a connection in the settings that all of the store relies on.

    Unless it `prepares`, statements are sent whole each time: another client of a pooler may have
    given the same name to another statement on the server's connection that it is lent.
    """
    asked = conninfo_to_dict(address)
    ours: dict[str, str | int] = {
        **NETWORK,
        "connect_timeout": connect_timeout_s,
        "application_name": NAME,
    }
    complete = make_conninfo(address, **{k: v for k, v in ours.items() if k not in asked})
    connection = BoundedConnection.connect(complete, autocommit=True)
    timeout_ms = 0 if statement_timeout_s is None else int(statement_timeout_s * 1000)
    connection.patience_s = None if statement_timeout_s is None else statement_timeout_s + 1
    connection.execute(SETTINGS.format(timeout_ms=timeout_ms))
    connection.autocommit = False
    if not prepares:
        connection.prepare_threshold = None
    set_json_loads(from_json, connection)
    return connection


def is_stale(connection: psycopg.Connection[Any]) -> bool:
    """Tell, without asking the server, whether it hung up while the connection lay idle."""
    if connection.closed:
        return True
    poll = select.poll()
    poll.register(connection.pgconn.socket, select.POLLIN)
    if not poll.poll(0):
        return False
    try:
        connection.pgconn.consume_input()  # a notice, perhaps; the end of the stream raises
        return bool(poll.poll(0))
    except psycopg.Error:
        return True
