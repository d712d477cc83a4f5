"""Bacula's books in PostgreSQL: a database of its own, its owner, and a role that only reads."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from calypso.errors import Unavailable

Connection = psycopg.Connection[tuple[object, ...]]
_LEADS_TO = re.compile(rb"VersionId\s*=\s*(\d+)", re.IGNORECASE)
_TRANSACTION = re.compile(rb"^(?:BEGIN|COMMIT)\s*;", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True)
class Catalog:
    """A database in a server. `owner_url` is somebody who may make roles and databases."""

    owner_url: str
    database: str
    password: str  # of the role that owns it, which is called as it is
    reader_password: str

    @property
    def reader(self) -> str:
        """The role that only reads."""
        return f"{self.database}_reader"

    @property
    def host(self) -> str:
        """Where the server is."""
        return str(self._server.get("host") or "127.0.0.1")

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(str(self._server.get("port") or 5432))

    @property
    def reader_url(self) -> str:
        """The address for those who only read; it has the password in it."""
        return self._url(self.reader, self.reader_password)

    def ensure(self, schema: Path, upgrades: Iterable[Path] = ()) -> None:
        """Make what is missing: roles, database, tables. Unavailable when the server refuses.

        Tables of an older Bacula become those of the schema's by `upgrades`.
        """
        try:
            with psycopg.connect(self._plain, autocommit=True) as server:
                self._make_role(server, self.database, self.password)
                self._make_role(server, self.reader, self.reader_password)
                self._make_database(server)
            with psycopg.connect(self._url(self.database, self.password)) as own:
                _make_tables(own, schema)
                _upgrade(own, upgrades)
                self._let_read(own)
        except psycopg.Error as refused:
            raise Unavailable(f"Bacula's catalog cannot be made: {refused}") from refused

    def drop(self) -> None:
        """Remove database and roles."""
        names = (self.database, self.reader)
        with psycopg.connect(self._plain, autocommit=True) as server:
            server.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(
                    sql.Identifier(self.database)
                )
            )
            for name in names:
                server.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(name)))

    @property
    def _plain(self) -> str:
        return self.owner_url.replace("+psycopg", "")

    @property
    def _server(self) -> dict[str, object]:
        return dict(conninfo_to_dict(self._plain))

    def _url(self, user: str, password: str) -> str:
        return f"postgresql://{user}:{password}@{self.host}:{self.port}/{self.database}"

    def _make_role(self, server: Connection, name: str, password: str) -> None:
        """Make a role, or give it the password that is kept here now.

        Only its verifier is sent, so that no log of the server ever has the password.
        """
        known = server.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (name,)).fetchone()
        verifier = server.pgconn.encrypt_password(
            password.encode(), name.encode(), b"scram-sha-256"
        ).decode()
        verb = "ALTER" if known else "CREATE"
        server.execute(
            sql.SQL("{} ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD {}").format(
                sql.SQL(verb), sql.Identifier(name), sql.Literal(verifier)
            )
        )

    def _make_database(self, server: Connection) -> None:
        name, reader = sql.Identifier(self.database), sql.Identifier(self.reader)
        known = server.execute("SELECT 1 FROM pg_database WHERE datname = %s", (self.database,))
        if known.fetchone() is None:  # SQL_ASCII, since names of files are bytes
            server.execute(
                sql.SQL(
                    "CREATE DATABASE {} OWNER {} ENCODING 'SQL_ASCII' "
                    "LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
                ).format(name, name)
            )
        for statement in (
            "ALTER DATABASE {} SET datestyle TO 'ISO, YMD'",
            "REVOKE CONNECT, TEMPORARY ON DATABASE {} FROM PUBLIC",
            "GRANT CONNECT ON DATABASE {} TO {}",
        ):
            server.execute(sql.SQL(statement).format(name, reader))
        server.execute(
            sql.SQL("ALTER ROLE {} SET default_transaction_read_only = on").format(reader)
        )

    def _let_read(self, own: Connection) -> None:
        reader = sql.Identifier(self.reader)
        for statement in (
            "GRANT USAGE ON SCHEMA public TO {}",
            "GRANT SELECT ON ALL TABLES IN SCHEMA public TO {}",
            "GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO {}",  # a dump holds them too
            "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO {}",
            "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON SEQUENCES TO {}",
        ):
            own.execute(sql.SQL(statement).format(reader))


def _make_tables(own: Connection, schema: Path) -> None:
    """Make all tables or none: one transaction."""
    made = own.execute("SELECT to_regclass('public.version') IS NOT NULL").fetchone()
    if made is None or not made[0]:
        own.execute(schema.read_bytes())


def _upgrade(own: Connection, upgrades: Iterable[Path]) -> None:
    """Take all steps that lead beyond what there is, or none: one transaction."""
    (there,) = own.execute("SELECT max(versionid) FROM version").fetchone() or (None,)
    steps = sorted((_leads_to(file), file) for file in upgrades)
    for version, file in steps:
        if isinstance(there, int) and version > there:
            own.execute(_TRANSACTION.sub(b"", file.read_bytes()))


def _leads_to(upgrade: Path) -> int:
    return max((int(one) for one in _LEADS_TO.findall(upgrade.read_bytes())), default=0)
