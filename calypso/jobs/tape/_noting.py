"""What is put on record of an archive and of its members."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from calypso.models.archive import ArchiveRecord, FileRecord, to_path
from calypso.models.clock import now
from calypso.models.running import RunningJob


def file_record(number: int, told: dict[str, Any]) -> FileRecord:
    """Return a member as the books keep it. Bytes that are no UTF-8 stand as surrogates."""
    path = to_path(bytes.fromhex(told["path"]))
    return FileRecord(
        number=number,
        path=path.removeprefix("./"),
        kind=told["kind"],
        size_bytes=told["size_bytes"],
        first_byte=told["start"],
        end_byte=told["end"],
        modified_at=_time(Decimal(told["mtime"])),
    )


def _time(seconds: Decimal) -> datetime | None:
    try:
        return datetime.fromtimestamp(float(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        return None  # a file may bear a time that no calendar has


def new_archive(
    archive_id: UUID, *, pool: str, source: str, snapshot: str | None, running: RunningJob
) -> ArchiveRecord:
    """Return the record of an archive of which nothing is written yet."""
    return ArchiveRecord(
        id=archive_id,
        job_id=UUID(running.job_id),
        pool=pool,
        source=source,
        snapshot=snapshot,
        began_at=now(),
    )
