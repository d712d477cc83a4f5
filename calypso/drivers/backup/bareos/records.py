"""Rows of Bareos' catalog and configuration, as JSON has them → values.

Numbers come as text or as numbers, nothing as "" or "NULL"; keys are the columns' names in small
letters. Source: Bareos' core/src/cats/dml/0007_list_jobs_long, 0077_list_volumes_select_long_0,
core/src/dird/ua_dotcmds.cc.
"""

from collections.abc import Mapping
from typing import Any

from calypso.drivers.backup.bacula import letters, listing, lstat, times
from calypso.drivers.backup.bareos.answers import Result
from calypso.drivers.backup.director_refusals import DirectorUnreadable
from calypso.drivers.backup.file_values import FileEntry, FileVersion
from calypso.drivers.backup.run_values import LogLine, Run
from calypso.drivers.backup.values import (
    BackupJob,
    BackupPool,
    BackupStorage,
    Client,
    Level,
    Volume,
)

Row = Mapping[str, Any]
PRIORITY = 10  # what a job has whose configuration names none: the directive's documented default
_NOTHING = (None, "NULL", "*None*")


def rows(result: Result, key: str) -> list[Row]:
    """Return the rows of a list; none for the empty object that stands for an empty list."""
    found = result.get(key)
    if found in (None, {}):
        return []
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise DirectorUnreadable(f"The director's {key} are no list.", original=str(result)[:2000])
    return found


def text(row: Row, key: str) -> str:
    """Return a text; empty for none."""
    told = row.get(key)
    if isinstance(told, bool):
        return str(int(told))
    return "" if told in _NOTHING else str(told)


def number(row: Row, key: str) -> int:
    """Return a number; 0 for none, DirectorUnreadable for what is no number."""
    told = text(row, key).replace(",", "") or "0"
    try:
        return int(told)
    except ValueError as wrong:
        raise DirectorUnreadable(f"{key} is {told!r}, which is no number.") from wrong


def _fields(row: Row) -> dict[str, str]:
    return {key: text(row, key) for key in row}


# ---- the catalog


def run(row: Row, *, comment: str = "", volumes: tuple[str, ...] = ()) -> Run:
    """Return the run of a row of `llist jobs`, which has no comments and no volumes."""
    fields = _fields(row)
    # `client` from Bareos 17 on, `clientname` before.
    fields |= {"clientname": fields.get("client") or fields.get("clientname", "")}
    try:
        return listing.run({**fields, "comment": comment}, volumes)
    except (KeyError, ValueError) as wrong:
        raise _unreadable("run", row, wrong) from wrong


def volume(row: Row) -> Volume:
    """Return the volume of a row of `llist media`."""
    fields = _fields(row)
    try:
        told = listing.volume(fields)
    except (KeyError, ValueError) as wrong:
        raise _unreadable("volume", row, wrong) from wrong
    return told.model_copy(update={"storage": fields.get("storage") or None})


def log(answer: Result) -> list[LogLine]:
    """Return the log that `list joblog` tells, numbered from 1."""
    told = enumerate(rows(answer, "joblog"), start=1)
    try:
        return [
            LogLine(id=at, at=times.of_text(text(row, "time")), text=text(row, "logtext").strip())
            for at, row in told
        ]
    except ValueError as wrong:
        raise DirectorUnreadable(f"A time of a log makes no sense: {wrong}") from wrong


# ---- files


def entry(row: Row, folder: str) -> FileEntry:
    """Return what `.bvfs_lsdirs` or `.bvfs_lsfiles` tells of something in a folder."""
    name = text(row, "name")
    try:
        return lstat.entry(
            path=f"{folder}{name}{'/' if name in ('.', '..') else ''}",
            text=text(row, "lstat"),
            file_id=number(row, "fileid"),
            run_id=number(row, "jobid"),
            path_id=number(row, "pathid"),
            name_id=0,  # Bareos has no table of names since 17.2
        )
    except ValueError as wrong:
        raise _unreadable("file", row, wrong) from wrong


def version(row: Row) -> FileVersion:
    """Return what `.bvfs_versions` tells of one version."""
    told = entry({**row, "name": "-"}, "")
    return FileVersion(
        file_id=told.file_id,
        run_id=told.run_id,
        size_bytes=told.size_bytes,
        modified_at=told.modified_at,
        checksum=text(row, "md5"),
        volume=text(row, "volumename"),
        in_changer=number(row, "volumeinchanger") == 1,
    )


# ---- the configuration


def job(told: Row, priority: int) -> BackupJob:
    """Return the job that `.defaults job=` tells of."""
    level = text(told, "level").replace(" ", "")  # "Virtual Full" here, VirtualFull in commands
    return BackupJob(
        name=text(told, "job"),
        kind=letters.kind_of_word(text(told, "type")),
        level=letters.level_of_word(level) if level else None,
        client=text(told, "client"),
        fileset=text(told, "fileset"),
        pool=text(told, "pool"),
        storage=text(told, "storage"),
        priority=priority,
        is_enabled=number(told, "enabled") == 1,
    )


def client(told: Row, uname: str) -> Client:
    """Return the client that `.defaults client=` tells of."""
    version, _, machine = uname.partition(" ")
    return Client(
        name=text(told, "client"),
        address=text(told, "address") or None,
        port=number(told, "port") or None,
        version=version or None,
        uname=machine.rpartition(") ")[2] or None,
    )


def pool(told: Row) -> BackupPool:
    """Return the pool that `.defaults pool=` tells of."""
    return BackupPool(
        name=text(told, "pool"),
        kind=text(told, "pool_type"),
        label_format=text(told, "label_format") or None,
        max_volumes=number(told, "max_volumes") or None,
        max_volume_bytes=number(told, "max_vol_bytes") or None,
        is_recycled=number(told, "recycle") == 1,
    )


def storage(told: Row) -> BackupStorage:
    """Return the storage that `.defaults storage=` tells of."""
    return BackupStorage(
        name=text(told, "storage"),
        address=text(told, "address"),
        port=number(told, "port"),
        device=text(told, "device"),
        media_type=text(told, "media_type"),
        is_enabled=number(told, "enabled") == 1,
    )


def level_word(level: Level) -> str:
    """Return how a command names a level."""
    return letters.level_word(level)


def _unreadable(what: str, row: Row, wrong: Exception) -> DirectorUnreadable:
    return DirectorUnreadable(
        f"A {what} of the director makes no sense: {wrong!r}", original=str(dict(row))
    )
