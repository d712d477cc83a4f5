"""No queue at all: the same row into a table with the same columns and indexes."""

import os
import threading
from collections.abc import Callable
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from bench.contestants import DATABASE
from bench.ground import NODE, Ground, plain
from calypso.models.clock import uuid7
from calypso.store.migrate import upgrade

ROW: dict[str, Any] = {
    "type": "system.noop", "subsystem": "system", "node": NODE, "queue": f"system@{NODE}",
    "title": "Check a worker", "priority": 0, "params": Jsonb({"seconds": 0, "steps": 1}),
    "locks": Jsonb([]), "requested_by": "system", "source_kind": "user", "source_id": "system",
    "cancel_class": "anytime", "state": "queued", "max_attempts": 3, "on_lost": "requeue",
}  # fmt: skip
STATEMENT = (
    f"INSERT INTO bare (id, queued_at, {', '.join(ROW)})"  # noqa: S608 - names of our own
    f" VALUES (%s, now(), {', '.join(['%s'] * len(ROW))})"
)
_mine = threading.local()


def submitter(_kind: str) -> Callable[[], Any]:
    """Return what adds one row, each thread on a connection of its own."""
    return _insert


def _insert() -> None:
    if not hasattr(_mine, "connection"):
        _mine.connection = psycopg.connect(os.environ[DATABASE], autocommit=True)
    _mine.connection.execute(STATEMENT, (uuid7(), *ROW.values()))


class STAFF:
    """A table; nobody works."""

    @staticmethod
    def environment(here: Ground, _book: str) -> dict[str, str]:
        """Make the table in Calypso's own schema, without its functions being used."""
        database = here.database()
        upgrade(database)
        with psycopg.connect(plain(database)) as made:
            made.execute(sql.SQL("CREATE TABLE bare (LIKE calypso.jobs INCLUDING ALL)"))
        return here.environment(**{DATABASE: plain(database)})

    @staticmethod
    def workers() -> list[tuple[str, ...]]:
        """Return no commands."""
        return []
