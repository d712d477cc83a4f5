"""The catalog asked by SQL."""

from datetime import datetime
from typing import Any

from pydantic import SecretStr

from calypso.drivers.backup.bacula import letters, lstat, sampling, times
from calypso.drivers.backup.bacula.sql import Row, select
from calypso.drivers.backup.bacula.text import readable
from calypso.drivers.backup.bacula.volume_rows import made_volume
from calypso.drivers.backup.file_values import FileEntry, SampledFile
from calypso.drivers.backup.refusals import RunMissing
from calypso.drivers.backup.run_values import LogLine, Run, RunFilter
from calypso.drivers.backup.values import Volume

MAX_LOG_LINES = 1000

_RUNS = """
SELECT j.JobId AS id, j.Name AS name, j.Job AS unique, j.Type AS kind, j.Level AS level,
       j.JobStatus AS letter, s.JobStatusLong AS status, c.Name AS client, f.FileSet AS fileset,
       p.Name AS pool, j.SchedTime AS scheduled, j.StartTime AS started, j.EndTime AS ended,
       j.JobFiles AS files, j.JobBytes AS bytes, j.JobErrors AS errors, j.Comment AS comment,
       j.PurgedFiles AS purged,
       ARRAY(SELECT DISTINCT m.VolumeName FROM JobMedia b JOIN Media m USING (MediaId)
             WHERE b.JobId = j.JobId ORDER BY 1) AS volumes
FROM Job j
LEFT JOIN Status s ON s.JobStatus = j.JobStatus
LEFT JOIN Client c ON c.ClientId = j.ClientId
LEFT JOIN FileSet f ON f.FileSetId = j.FileSetId
LEFT JOIN Pool p ON p.PoolId = j.PoolId
"""
_WANTED = """
WHERE (%(before_id)s::int IS NULL OR j.JobId < %(before_id)s)
  AND (%(job)s::text IS NULL OR j.Name = %(job)s)
  AND (%(client)s::text IS NULL OR c.Name = %(client)s)
  AND (%(fileset)s::text IS NULL OR f.FileSet = %(fileset)s)
  AND (%(kinds)s::text[] IS NULL OR j.Type = ANY(%(kinds)s::text[]))
  AND (%(level)s::text IS NULL OR j.Level = %(level)s)
  AND (%(letters)s::text[] IS NULL OR j.JobStatus = ANY(%(letters)s::text[]))
  AND (%(comment)s::text IS NULL OR j.Comment = %(comment)s)
  AND (%(started)s::timestamp IS NULL OR j.StartTime <= %(started)s)
ORDER BY j.JobId DESC LIMIT %(limit)s
"""
_LOG = """
SELECT LogId AS id, Time AS at, LogText AS text FROM Log
WHERE JobId = %(run)s AND LogId > %(after)s ORDER BY LogId LIMIT %(limit)s
"""
_VOLUMES = """
SELECT m.VolumeName AS name, p.Name AS pool, s.Name AS storage, m.MediaType AS media_type,
       m.VolStatus AS state, m.VolBytes AS size_bytes, m.Slot AS slot, m.InChanger AS in_changer,
       m.LastWritten AS written, m.VolRetention AS retention_s, m.VolErrors AS errors,
       (SELECT count(DISTINCT b.JobId) FROM JobMedia b WHERE b.MediaId = m.MediaId) AS runs
FROM Media m
LEFT JOIN Pool p ON p.PoolId = m.PoolId
LEFT JOIN Storage s ON s.StorageId = m.StorageId
ORDER BY 1
"""
_RUNS_ON = """
SELECT DISTINCT b.JobId AS id FROM JobMedia b JOIN Media m USING (MediaId) JOIN Job j USING (JobId)
WHERE m.VolumeName = %(volume)s
  AND (%(older)s::timestamp IS NULL OR j.EndTime < %(older)s)
ORDER BY 1
"""
# The newest of each file; where that says that it was deleted there is none.
_SEARCH = """
SELECT * FROM (
  SELECT DISTINCT ON (p.Path, {name}) p.Path AS folder, {name} AS name, f.FileId AS file_id,
         f.JobId AS run_id, f.PathId AS path_id, {name_id} AS name_id, f.FileIndex AS index,
         f.LStat AS lstat
  FROM File f JOIN Path p USING (PathId) {join}
  WHERE f.JobId = ANY(%(runs)s) AND {name} LIKE %(pattern)s AND {name} <> ''
  ORDER BY p.Path, {name}, f.JobId DESC
) newest
WHERE index > 0 AND (%(after)s::text IS NULL OR folder || name > %(after)s)
ORDER BY folder || name LIMIT %(limit)s
"""
# Bacula 9 keeps names in a table of their own; later ones keep them with the files, and take the
# number of a file where they want that of its name.
_IN_FILE = {"name": "f.Filename", "name_id": "f.FileId", "key": "Filename", "join": ""}
_APART = {
    "name": "n.Name", "name_id": "f.FilenameId", "key": "FilenameId",
    "join": "JOIN Filename n USING (FilenameId)",
}  # fmt: skip


class SqlCatalog:
    """Satisfies `Catalog`."""

    def __init__(self, url: SecretStr) -> None:
        self._url = url

    def runs(self, wanted: RunFilter, *, limit: int, before_id: int | None) -> list[Run]:
        """List runs, newest first."""
        values = _values(wanted) | {"limit": limit, "before_id": before_id}
        return [_run(row) for row in self._select(_RUNS + _WANTED, values)]

    def run(self, run_id: int) -> Run:
        """Return one run; RunMissing."""
        found = self._select(_RUNS + "WHERE j.JobId = %(run)s", {"run": run_id})
        if not found:
            raise RunMissing(f"The catalog has no run {run_id}.")
        return _run(found[0])

    def started_with(self, comment: str) -> int | None:
        """Return the first run with a comment."""
        query = "SELECT min(JobId) AS id FROM Job WHERE Comment = %(comment)s"
        (found,) = self._select(query, {"comment": comment})
        return None if found["id"] is None else int(found["id"])

    def log(self, run_id: int, *, after: int) -> list[LogLine]:
        """Return what was said about a run after a line."""
        values = {"run": run_id, "after": after, "limit": MAX_LOG_LINES}
        return [
            LogLine(id=row["id"], at=times.utc(row["at"]), text=_plain(row["text"]).strip())
            for row in self._select(_LOG, values)
        ]

    def volumes(self) -> list[Volume]:
        """List the volumes, by name."""
        return [_volume(row) for row in self._select(_VOLUMES)]

    def runs_on(self, volume: str, *, older_than: datetime | None = None) -> tuple[int, ...]:
        """Return the runs with data on a volume."""
        values = {"volume": volume, "older": times.naive(older_than)}
        return tuple(row["id"] for row in self._select(_RUNS_ON, values))

    def unames(self) -> dict[str, str]:
        """Return what each client said it is."""
        found = self._select("SELECT Name AS name, Uname AS uname FROM Client")
        return {row["name"]: _plain(row["uname"] or "") for row in found}

    def search(
        self, runs: tuple[int, ...], pattern: str, *, limit: int, after: str | None
    ) -> list[FileEntry]:
        """Find files by name."""
        query = _SEARCH.format(**self._words())
        values = {"runs": list(runs), "pattern": _like(pattern), "limit": limit, "after": after}
        return [_entry(row) for row in self._select(query, values)]

    def sample(self, runs: tuple[int, ...], *, count: int, seed: str) -> list[SampledFile]:
        """Draw plain files by lot."""
        return sampling.drawn(self._select, self._words(), runs, count=count, seed=seed)

    def _words(self) -> dict[str, str]:
        return _IN_FILE if self._has_names_in_file() else _APART

    def _has_names_in_file(self) -> bool:
        query = (
            "SELECT 1 AS one FROM information_schema.columns "
            "WHERE lower(table_name) = 'file' AND lower(column_name) = 'filename'"
        )
        return bool(self._select(query))

    def _select(self, query: str, values: dict[str, Any] | None = None) -> list[Row]:
        return select(self._url, query, values)


def _values(wanted: RunFilter) -> dict[str, Any]:
    found = [letter for state in wanted.states for letter in letters.state_letters(state)]
    return {
        "job": wanted.job,
        "client": wanted.client,
        "fileset": wanted.fileset,
        "kinds": None if wanted.kind is None else letters.kind_letters(wanted.kind),
        "level": None if wanted.level is None else letters.level_letter(wanted.level),
        "letters": found or None,
        "comment": wanted.comment,
        "started": times.naive(wanted.started_before),
    }


def _run(row: Row) -> Run:
    return Run(
        id=row["id"],
        name=_plain(row["name"]),
        unique=_plain(row["unique"]),
        kind=letters.kind(row["kind"]),
        level=letters.level(row["level"]),
        state=letters.state(row["letter"]),
        status_letter=row["letter"],
        status_text=row["status"] or "",
        client=_plain(row["client"] or ""),
        fileset=_plain(row["fileset"] or ""),
        pool=_plain(row["pool"] or ""),
        scheduled_at=times.utc(row["scheduled"]),
        started_at=times.utc(row["started"]),
        ended_at=times.utc(row["ended"]),
        files=row["files"] or 0,
        bytes=row["bytes"] or 0,
        errors=row["errors"] or 0,
        comment=_plain(row["comment"] or ""),
        is_purged=bool(row["purged"]),
        volumes=tuple(row["volumes"]),
    )


def _volume(row: Row) -> Volume:
    return made_volume(
        **{
            **row,
            "pool": row["pool"] or "",
            "in_changer": bool(row["in_changer"]),
            "written": times.utc(row["written"]),
        }
    )


def _entry(row: Row) -> FileEntry:
    return lstat.entry(
        path=row["folder"] + row["name"],
        text=row["lstat"],
        file_id=row["file_id"],
        run_id=row["run_id"],
        path_id=row["path_id"],
        name_id=row["name_id"],
    )


def _plain(text: str) -> str:
    return readable(text.encode("utf-8", "surrogateescape"))


def _like(pattern: str) -> str:
    escaped = pattern.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return escaped.replace("*", "%").replace("?", "_")
