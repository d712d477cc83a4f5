"""One statement, one round trip, one transaction: how every verb speaks to PostgreSQL."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.rows import RowFactory, RowMaker, namedtuple_row
from sqlalchemy import Connection, CursorResult, Engine

from calypso.store.engine import lending

MOST_SHAPES = 1000  # statements are fixed, but for lists with many filters
_SHAPES: dict[tuple[str, int], RowMaker[Any]] = {}
UNPRINTABLE = "\N{REPLACEMENT CHARACTER}"


class Asking:
    """A part of a store, over an engine."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def _rows(self, statement: str, *values: Any) -> Sequence[Any]:
        with self._asked(statement, values) as cursor:
            return cursor.fetchall()

    def _row(self, statement: str, *values: Any) -> Any:
        """Return the first row or None."""
        with self._asked(statement, values) as cursor:
            return cursor.fetchone()

    def _value(self, statement: str, *values: Any) -> Any:
        """Return the first column of the first row, or None when there is no row."""
        row = self._row(statement, *values)
        return None if row is None else row[0]

    def _count(self, statement: str, *values: Any) -> int:
        """Return how many rows a statement changed."""
        with self._asked(statement, values) as cursor:
            return cursor.rowcount

    def _do(self, statement: str, *values: Any) -> None:
        with self._asked(statement, values):
            pass

    @contextmanager
    def _asked(self, statement: str, values: Sequence[Any]) -> Iterator[psycopg.Cursor[Any]]:
        with lending(self._engine) as connection:
            cursor = connection.cursor(row_factory=_shaped(statement))
            yield cursor.execute(statement, values)


def _shaped(statement: str) -> RowFactory[Any]:
    """Return what makes named rows; the names of a statement are read once."""

    def shape(cursor: Any) -> RowMaker[Any]:
        columns = cursor.pgresult.nfields if cursor.pgresult else 0
        known = _SHAPES.get((statement, columns))
        if known is None:
            known = namedtuple_row(cursor)
            if columns and len(_SHAPES) < MOST_SHAPES:
                _SHAPES[statement, columns] = known
        return known

    return shape


def run(connection: Connection, statement: str, *values: Any) -> CursorResult[Any]:
    """Run a statement with psycopg's placeholders."""
    return connection.exec_driver_sql(statement, tuple(values))


def as_json(value: Mapping[str, Any] | Sequence[Any] | None) -> str | None:
    r"""Return JSON text that PostgreSQL takes: it refuses U+0000 and halves of surrogate pairs.

    Tools print both now and then; a job must be able to end all the same.
    """
    if value is None:
        return None
    text = json.dumps(value)
    if "\\u0000" in text or "\\ud" in text:
        text = json.dumps(_printable(json.loads(text)))
    return text


def _printable(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\0", UNPRINTABLE).encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, list):
        return [_printable(one) for one in value]
    if isinstance(value, dict):
        return {_printable(name): _printable(one) for name, one in value.items()}
    return value
