"""The pool of connections, and what an outage looks like from inside: StoreUnavailable."""

import os
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import psycopg
from sqlalchemy import Connection, Engine, create_engine, event, exc

from calypso.errors import StoreUnavailable
from calypso.models.database import is_pooled, libpq
from calypso.store import connecting

CONNECT_TIMEOUT_S = 3
STATEMENT_TIMEOUT_S = 4.0
POOL_TIMEOUT_S = 4.0  # waiting for a free connection counts as an outage too
NO_SCHEMA = {"3F000", "42P01", "42883"}  # schema, table or function missing
READ_ONLY = "25006"  # a primary that was demoted still answers, until we leave it


def make_engine(
    url: str,
    *,
    pool_size: int = 5,
    statement_timeout_s: float | None = STATEMENT_TIMEOUT_S,
    autocommit: bool = True,
) -> Engine:
    """Return an engine for the store; connects at first use, from any thread or greenlet.

    Works after a fork: the child opens connections of its own. Each statement is a transaction
    of its own unless `autocommit` is off or the connection is told otherwise.
    """
    address, prepares = libpq(url), not is_pooled(url)

    def opened() -> psycopg.Connection[Any]:
        return connecting.connect(
            address,
            connect_timeout_s=CONNECT_TIMEOUT_S,
            statement_timeout_s=statement_timeout_s,
            prepares=prepares,
        )

    engine = create_engine(
        "postgresql+psycopg://",
        creator=opened,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=POOL_TIMEOUT_S,
        # Each statement is its own transaction, or somebody's `begin()` ends what it began.
        pool_reset_on_return=None if autocommit else "rollback",
        hide_parameters=True,  # what jobs are about is nothing for a log of errors
        isolation_level="AUTOCOMMIT" if autocommit else "READ COMMITTED",
    )
    event.listen(engine, "checkout", _refuse_stale)
    _forget_in_children(engine)
    return engine


@contextmanager
def calling(engine: Engine) -> Iterator[Connection]:
    """Lend a connection; whatever means that the database is away raises StoreUnavailable."""
    try:
        with engine.connect() as connection:
            try:
                yield connection
            except exc.DBAPIError as failed:
                if getattr(failed.orig, "sqlstate", None) == READ_ONLY:
                    connection.invalidate()
                raise
    except exc.TimeoutError as full:
        raise StoreUnavailable("Every connection to the database is busy.") from full
    except exc.DBAPIError as failed:
        raise _read(failed, failed.orig) from failed


@contextmanager
def lending(engine: Engine) -> Iterator[psycopg.Connection[Any]]:
    """Lend a bare connection for single statements: what `calling` promises, at half its cost."""
    try:
        lent = engine.raw_connection()
    except exc.TimeoutError as full:
        raise StoreUnavailable("Every connection to the database is busy.") from full
    except psycopg.Error as failed:
        raise _read(failed, failed) from failed
    connection = cast("psycopg.Connection[Any]", lent.driver_connection)
    try:
        yield connection
    except psycopg.Error as failed:
        if connection.closed or failed.sqlstate == READ_ONLY:
            lent.invalidate()
        raise _read(failed, failed) from failed
    finally:
        lent.close()


def _read(failed: Exception, original: BaseException | None) -> Exception:
    state = getattr(original, "sqlstate", None)
    if state in NO_SCHEMA:
        return StoreUnavailable("The database lacks Calypso's tables. Run: calypso migrate")
    if state == READ_ONLY:
        return StoreUnavailable("The database accepts no writes: it is a standby now.")
    if isinstance(original, (psycopg.OperationalError, psycopg.InterfaceError)):
        first_line = str(original).strip().partition("\n")[0]
        return StoreUnavailable(f"The database cannot be reached: {first_line}")
    return failed


def _refuse_stale(dbapi: Any, _record: Any, _proxy: Any) -> None:
    if connecting.is_stale(dbapi):
        raise exc.DisconnectionError("the server hung up")  # the pool takes another one


def _forget_in_children(engine: Engine) -> None:
    """A child must not speak on its parent's sockets, nor close them."""
    kept = weakref.ref(engine)

    def forget() -> None:
        if (mine := kept()) is not None:
            mine.dispose(close=False)

    os.register_at_fork(after_in_child=forget)
