"""A connection to the catalog's PostgreSQL that can only read.

Bacula keeps its catalog in SQL_ASCII: a file's name is bytes. They are read as names are
everywhere here: UTF-8, and what is none as surrogates.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import adapt, errors, rows
from pydantic import SecretStr

from calypso.drivers.backup.director_refusals import CatalogDown
from calypso.drivers.backup.refusals import BackupError, Unsupported

CONNECT_S = 5
STATEMENT_S = 25  # below the time that an exchange with the director may take
Row = dict[str, Any]
_OPTIONS = f"-c default_transaction_read_only=on -c statement_timeout={STATEMENT_S}s"


class _Text(adapt.Loader):
    """Reads text of any bytes."""

    def load(self, data: Any) -> str:
        return bytes(data).decode("utf-8", "surrogateescape")


class _Name(psycopg.types.string.StrDumper):
    """Writes text of any bytes."""

    def dump(self, obj: str) -> bytes:
        return obj.encode("utf-8", "surrogateescape")


def select(url: SecretStr, query: str, values: Mapping[str, Any] | None = None) -> list[Row]:
    """Return the rows of a query."""
    with _connected(url) as connection:
        found = connection.cursor(row_factory=rows.dict_row).execute(query, values)
        return found.fetchall()


@contextmanager
def _connected(url: SecretStr) -> Iterator[psycopg.Connection[Any]]:
    try:
        with psycopg.connect(
            url.get_secret_value(),
            autocommit=True,
            connect_timeout=CONNECT_S,
            options=_OPTIONS,
            application_name="calypso",
        ) as connection:
            for name in ("text", "varchar", "bpchar"):
                connection.adapters.register_loader(name, _Text)
            connection.adapters.register_dumper(str, _Name)
            yield connection
    except psycopg.Error as failed:
        raise _refusal(failed) from failed


def _refusal(failed: psycopg.Error) -> BackupError:
    said = str(failed).strip()
    if isinstance(failed, errors.InsufficientPrivilege | errors.UndefinedTable):
        return Unsupported(
            "The role of CALYPSO_BACULA_CATALOG_URL may not read the catalog. "
            "Grant it SELECT on all its tables.",
            original=said,
        )
    if isinstance(failed, errors.QueryCanceled):
        return CatalogDown(
            f"The catalog did not answer within {STATEMENT_S} s; something holds it locked.",
            original=said,
        )
    if isinstance(failed, psycopg.OperationalError):
        return CatalogDown(f"The catalog's database does not answer: {said}", original=said)
    return BackupError(f"The catalog refused a question: {said}", original=said)
