"""The catalog dumped by pg_dump to a file of PostgreSQL's custom format.

pg_dump sees one snapshot of the database, so that runs may go on meanwhile. A dump gets its name
last; what a killed one left is removed by the next.
"""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from psycopg.conninfo import conninfo_to_dict, make_conninfo
from pydantic import SecretStr

from calypso.drivers.backup.bacula.tools import Tools
from calypso.drivers.backup.catalog_values import CatalogDump
from calypso.drivers.backup.director_refusals import CatalogDown
from calypso.drivers.backup.refusals import BackupError, OutOfSpace, Unsupported
from calypso.host import Ran
from calypso.models.clock import now

DUMP_S = 24 * 3600.0
LIST_S = 600.0
LOCK_MS = 60_000
STAMP = "%Y%m%dT%H%M%SZ"
PART = ".part"
_NAME = re.compile(r"catalog-(\d{8}T\d{6}Z)-([0-9A-Za-z-]+)\.dump")
_ROWS_OF_RUNS = re.compile(r"^\d+;.* TABLE DATA public job ", re.MULTILINE)
_OLDER = (
    "This pg_dump is older than the catalog's PostgreSQL. Name the folder of a newer one in "
    "CALYPSO_BACULA_PG_PROGRAMS."
)
_MAY_NOT = (
    "The role of CALYPSO_BACULA_CATALOG_URL may not read all of the catalog. Grant it SELECT on "
    "all its tables and all its sequences."
)
_LOCKED = "Something holds the catalog locked; a minute was waited."
_AWAY = r"connection to server|could not connect|server closed|terminating connection"
_REASONS: tuple[tuple[str, type[BackupError], str], ...] = (
    (r"server version mismatch", Unsupported, _OLDER),
    (r"permission denied|may lack SELECT privilege", Unsupported, _MAY_NOT),
    (r"No space left on device", OutOfSpace, "There is no room for the dump."),
    (r"canceling statement due to", CatalogDown, _LOCKED),
    (_AWAY, CatalogDown, "The catalog's database does not answer."),
)


class Dumping:
    """Dumps of one catalog, in a folder of their own."""

    def __init__(self, tools: Tools, url: SecretStr) -> None:
        self._tools, self._url = tools, url

    def dump(self, label: str, *, private: Path, step: Callable[[int], None]) -> CatalogDump:
        """Return the dump with a label, made now or before."""
        for made in self.kept():
            if made.name.endswith(f"-{label}.dump"):
                return made
        program, reader = (self._tools.postgres_program(one) for one in ("pg_dump", "pg_restore"))
        target = self._folder() / f"catalog-{now():{STAMP}}-{label}.dump"
        with _aside(target) as part:
            self._run(program, part, private, step)
            self._look(reader, part)
        return _dump_of(target)

    def kept(self) -> list[CatalogDump]:
        """List the dumps, newest first."""
        found = [path for path in self._tools.dumps.glob("catalog-*") if _NAME.fullmatch(path.name)]
        return [_dump_of(path) for path in sorted(found, reverse=True)]

    def forget(self, name: str) -> None:
        """Remove a dump."""
        (self._tools.dumps / name).unlink(missing_ok=True)

    def _folder(self) -> Path:
        folder = self._tools.dumps
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for left in folder.glob(f".catalog-*{PART}"):
            left.unlink()
        return folder

    def _run(self, program: str, part: Path, private: Path, step: Callable[[int], None]) -> None:
        told: dict[str, Any] = dict(conninfo_to_dict(self._url.get_secret_value()))
        env = self._signed_in(told.pop("password", None), private)
        argv = [
            program,
            "--format=custom",
            "--no-owner",
            "--no-privileges",
            "--no-password",
            f"--lock-wait-timeout={LOCK_MS}",
            f"--file={part}",
            f"--dbname={make_conninfo(**told)}",
        ]
        host = self._tools.host
        (ran,) = host.pipe([argv], timeout_s=DUMP_S, on_beat=lambda: step(_size(part)), env=env)
        if not ran.ok:
            raise _refusal(ran)

    def _signed_in(self, password: object, private: Path) -> dict[str, str]:
        """Return what lets pg_dump in: the password stands in a file, and in no argv."""
        if password is None:
            return {}
        marked = str(password).replace("\\", "\\\\").replace(":", "\\:")
        file = private / "catalog-password"
        self._tools.host.write_text(file, f"*:*:*:*:{marked}\n", mode=0o600)
        return {"PGPASSFILE": str(file)}

    def _look(self, reader: str, part: Path) -> None:
        """Refuse a dump that pg_restore cannot read, or that holds no runs."""
        ran = self._tools.host.run([reader, "--list", str(part)], timeout_s=LIST_S)
        if not ran.ok:
            raise _refusal(ran)
        if not _ROWS_OF_RUNS.search(ran.stdout):
            raise Unsupported(
                "The database of CALYPSO_BACULA_CATALOG_URL has no table of runs: it is no catalog."
            )


@contextmanager
def _aside(target: Path) -> Iterator[Path]:
    """Have a file made under another name, and given its own when it is whole and on the disk."""
    part = target.with_name(f".{target.name}{PART}")
    try:
        part.touch(mode=0o600)
        yield part
        _flush(part)
        part.rename(target)
        _flush(target.parent)
    finally:
        part.unlink(missing_ok=True)


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _dump_of(path: Path) -> CatalogDump:
    told = _NAME.fullmatch(path.name)
    stamp = told[1] if told else now().strftime(STAMP)
    made_at = datetime.strptime(stamp, STAMP).replace(tzinfo=UTC)
    return CatalogDump(name=path.name, path=str(path), bytes=_size(path), made_at=made_at)


def _refusal(ran: Ran) -> BackupError:
    for pattern, refusal, told in _REASONS:
        if re.search(pattern, ran.stderr):
            return refusal(f"{told} It said: {ran.complaint}", original=ran.stderr)
    return BackupError(f"The catalog was not dumped: {ran.complaint}", original=ran.stderr)
