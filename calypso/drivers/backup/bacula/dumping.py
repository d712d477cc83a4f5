"""The catalog dumped by pg_dump to a file of PostgreSQL's custom format.

pg_dump sees one snapshot of the database, so that runs may go on meanwhile. A dump gets its name
last; what a killed one left is removed by the next.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from pydantic import SecretStr

from calypso.drivers import postgres_client
from calypso.drivers.backup.bacula.tools import Tools
from calypso.drivers.backup.catalog_values import CatalogDump
from calypso.drivers.backup.director_refusals import CatalogDown
from calypso.drivers.backup.refusals import BackupError, OutOfSpace, Unsupported
from calypso.drivers.postgres_client import Why
from calypso.host import Ran
from calypso.models.clock import now

LIST_S = 600.0
STAMP = "%Y%m%dT%H%M%SZ"
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
_NOT_DUMPED = "The catalog was not dumped."
_REASONS: dict[Why, tuple[type[BackupError], str]] = {
    Why.OLDER: (Unsupported, _OLDER),
    Why.FORBIDDEN: (Unsupported, _MAY_NOT),
    Why.FULL: (OutOfSpace, "There is no room for the dump."),
    Why.LOCKED: (CatalogDown, _LOCKED),
    Why.AWAY: (CatalogDown, "The catalog's database does not answer."),
}


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
        with postgres_client.aside(target) as part:
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
        for left in folder.glob(f".catalog-*{postgres_client.PARTIAL}"):
            left.unlink()
        return folder

    def _run(self, program: str, part: Path, private: Path, step: Callable[[int], None]) -> None:
        argv = [
            program,
            "--format=custom",
            "--no-owner",
            "--no-privileges",
            f"--lock-wait-timeout={postgres_client.LOCK_MS}",
            f"--file={part}",
        ]
        client = postgres_client.Client(self._tools.host, self._url, self._tools.postgres)
        ran = client.run(argv, private=private, step=lambda: step(_size(part)))
        if not ran.ok:
            raise _refusal(ran)

    def _look(self, reader: str, part: Path) -> None:
        """Refuse a dump that pg_restore cannot read, or that holds no runs."""
        ran = self._tools.host.run([reader, "--list", str(part)], timeout_s=LIST_S)
        if not ran.ok:
            raise _refusal(ran)
        if not _ROWS_OF_RUNS.search(ran.stdout):
            raise Unsupported(
                "The database of CALYPSO_BACULA_CATALOG_URL has no table of runs: it is no catalog."
            )


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _dump_of(path: Path) -> CatalogDump:
    told = _NAME.fullmatch(path.name)
    stamp = told[1] if told else now().strftime(STAMP)
    made_at = datetime.strptime(stamp, STAMP).replace(tzinfo=UTC)
    return CatalogDump(name=path.name, path=str(path), bytes=_size(path), made_at=made_at)


def _refusal(ran: Ran) -> BackupError:
    refusal, told = _REASONS.get(Why.of(ran.stderr) or Why.DAMAGED, (BackupError, _NOT_DUMPED))
    return refusal(f"{told} It said: {ran.complaint}", original=ran.stderr)
