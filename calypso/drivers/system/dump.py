"""Calypso's database dumped to a file, and brought back from one.

A dump is pg_dump's custom format, as of one moment; jobs may go on meanwhile. It has nothing of
owners and grants, so that it can be restored by another role: grants to roles of others, such as
one that reads for a dashboard, are to be made anew.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psycopg
from pydantic import SecretStr

from calypso.drivers.postgres_client import DUMP_S, LOCK_MS, Client, Why, alone, aside
from calypso.drivers.system import scripting
from calypso.drivers.system.refusals import (
    DatabaseAway,
    DatabaseBusy,
    DatabaseForbids,
    DatabaseProgramsMissing,
    DumpDamaged,
    DumpFailed,
    NoRoom,
)
from calypso.host import Host, Ran
from calypso.host.private import PrivateFolder

SCHEMA = "calypso"
REVISION = f"SELECT version_num FROM {SCHEMA}.schema_version"  # noqa: S608 - a fixed word
SECTIONS = ("pre-data", "data", "post-data")  # pg_restore's words, in their order
_GET_NEWER = (
    "PostgreSQL's client programs on this machine are older than the server, or than those that "
    "made the dump. Install postgresql-client of that release (apt.postgresql.org has all), or "
    "name the folder of newer ones in CALYPSO_POSTGRES_PROGRAMS."
)
_REFUSALS: dict[Why, tuple[type[DumpFailed], str]] = {
    Why.OLDER: (DatabaseProgramsMissing, _GET_NEWER),
    Why.FORBIDDEN: (
        DatabaseForbids,
        "Calypso's role must own the schema calypso and may create schemas in its database.",
    ),
    Why.FULL: (NoRoom, "There is no room for it. Free some, or choose another folder."),
    Why.LOCKED: (DatabaseBusy, "Something holds the database locked; a minute was waited."),
    Why.AWAY: (DatabaseAway, "The database does not answer."),
    Why.DAMAGED: (DumpDamaged, "The dump is truncated or is none. Take another one."),
}


def dump_database(
    host: Host,
    url: SecretStr | str,
    target: Path,
    *,
    programs: Path | None = None,
    step: Callable[[int], None] = lambda _bytes: None,
    schema: str | None = SCHEMA,
) -> int:
    """Dump a schema to a new file and return its size in bytes; None: all of the database.

    The file has its name only when it is whole and on the disk. `step` is told the bytes so far,
    about once a second. `programs`: the folder of pg_dump; None: the newest here.
    """
    client = _client(host, url, programs)
    argv = [
        _program(client, "pg_dump"),
        "--format=custom",
        "--no-owner",
        "--no-privileges",
        *([] if schema is None else [f"--schema={schema}"]),
        f"--lock-wait-timeout={LOCK_MS}",
    ]
    with _writing(target) as part, _private() as private:
        beat = lambda: step(part.stat().st_size)  # noqa: E731 - `step` with what it counts
        _check(client.run([*argv, f"--file={part}"], private=private, step=beat))
    return target.stat().st_size


def restore_database(
    host: Host,
    url: SecretStr | str,
    source: Path,
    *,
    programs: Path | None = None,
    step: Callable[[int], None] = lambda _bytes: None,
) -> None:
    """Replace Calypso's schema by a dump's, all or nothing; what it held is lost.

    Needs room beside the dump for all of it as text. Stop every program of Calypso first: locks
    are waited for a minute. A dump of an older release is to be migrated then. `step` is told the
    bytes of data so far.
    """
    client = _client(host, url, programs)
    reader = _program(client, "pg_restore")
    scripts = {one: source.with_name(f".{source.name}.{one}") for one in SECTIONS}
    with alone(source.with_name(f".{source.name}.lock")) as lock:
        try:
            # All is read before anything is changed: a reader that breaks passes for its end.
            for section, script in scripts.items():
                _check(host.run(_reading(reader, section, source, script), timeout_s=DUMP_S))
            _replace(client, scripts, step)
        finally:
            for path in (*scripts.values(), lock):
                path.unlink(missing_ok=True)


def revision(host: Host, url: SecretStr | str) -> str:
    """Return the migration that a database is at; DatabaseAway, or "" where it is at none."""
    try:
        with _client(host, url, None).connect() as connection:
            row = connection.execute(REVISION).fetchone()
    except psycopg.errors.UndefinedTable:
        return ""
    except psycopg.Error as failed:
        raise _refusal(str(failed)) from failed
    return str(row[0]) if row else ""


def _reading(reader: str, section: str, source: Path, script: Path) -> list[str]:
    script.unlink(missing_ok=True)
    script.touch(mode=0o600)
    options = ["--no-owner", "--no-privileges", f"--section={section}", f"--file={script}"]
    return [reader, *options, str(source)]


def _replace(client: Client, scripts: Mapping[str, Path], step: Callable[[int], None]) -> None:
    """Run the scripts in one transaction.

    Not by psql, which takes a function named `begin` for the beginning of a body that has no end.
    """
    before, data, after = (scripts[one] for one in SECTIONS)
    try:
        with client.connect() as connection:
            connection.execute(f"SET lock_timeout = {LOCK_MS}")
            connection.execute("SET client_min_messages = warning")
            connection.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
            connection.execute(scripting.statements(before))
            scripting.load(connection, data, step)
            connection.execute(scripting.statements(after))
    except psycopg.Error as failed:
        raise _refusal(str(failed)) from failed


def _client(host: Host, url: SecretStr | str, programs: Path | None) -> Client:
    return Client(host, url if isinstance(url, SecretStr) else SecretStr(url), programs)


def _program(client: Client, name: str) -> str:
    path = client.program(name)
    if path is None:
        where = "on PATH" if client.programs is None else f"in {client.programs}"
        raise DatabaseProgramsMissing(
            f"{name} is not {where}. Install postgresql-client, of the server's release or a "
            "later one; CALYPSO_POSTGRES_PROGRAMS names its folder when it is elsewhere."
        )
    return path


@contextmanager
def _writing(target: Path) -> Iterator[Path]:
    try:
        with aside(target) as part:
            yield part
    except FileNotFoundError as missing:
        raise DumpFailed(f"{target.parent} is not there. Make it first.") from missing
    except OSError as failed:
        raise DumpFailed(f"{target} was not written: {failed.strerror}") from failed


@contextmanager
def _private() -> Iterator[Path]:
    folder = PrivateFolder()
    try:
        yield folder.path
    finally:
        folder.close()


def _check(ran: Ran) -> None:
    if not ran.ok:
        raise _refusal(ran.stderr)


def _refusal(said: str) -> DumpFailed:
    why = Why.of(said)
    refusal, told = _REFUSALS[why] if why else (DumpFailed, "The database is as it was.")
    first = next((line for line in said.splitlines() if line.strip()), "nothing")
    return refusal(f"{told} It said: {first}", original=said)
