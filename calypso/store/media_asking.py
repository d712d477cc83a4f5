"""What the parts of the books of tape share: a node, and writes that an epoch fences."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import namedtuple_row
from sqlalchemy import Engine

from calypso.errors import JobFenced
from calypso.store.asking import Asking
from calypso.store.engine import lending

OWNED = "SELECT now() AS at WHERE calypso.owns(%s, %s)"


@dataclass(frozen=True)
class Writing:
    """An open transaction of a run that owns its job. `at` is the database's clock."""

    cursor: psycopg.Cursor[Any]
    at: datetime

    def rows(self, statement: str, *values: Any) -> Sequence[Any]:
        """Return the rows of a statement."""
        return self.cursor.execute(statement, values).fetchall()

    def row(self, statement: str, *values: Any) -> Any:
        """Return the first row or None."""
        return self.cursor.execute(statement, values).fetchone()

    def do(self, statement: str, *values: Any) -> None:
        """Run a statement."""
        self.cursor.execute(statement, values)


class NodeAsking(Asking):
    """A part of the books of a node; of all nodes when it is None, and then only to read."""

    def __init__(
        self, engine: Engine, node: str | None, *, owner: tuple[UUID, int] | None = None
    ) -> None:
        super().__init__(engine)
        self._node, self._owner = node, owner

    @contextmanager
    def _writing(self) -> Iterator[Writing]:
        """Open a transaction in which this run owns its job to the end; JobFenced."""
        if self._owner is None:
            raise JobFenced("These books are open for reading only.")
        with lending(self._engine) as connection, connection.transaction():
            cursor: psycopg.Cursor[Any] = connection.cursor(row_factory=namedtuple_row)
            answer = cursor.execute(OWNED, self._owner).fetchone()
            if answer is None:
                raise JobFenced("Another run owns this job now.")
            yield Writing(cursor, answer.at)
