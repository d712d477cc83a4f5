"""What becomes of an entry in the books of tape when something is done. Pure.

Each step takes the entry as it is and returns it as it is then, or says why not; whoever keeps
the books reads, steps and writes in one transaction.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from calypso.models.allocating import Use, standing
from calypso.models.archive import ArchiveRecord, ArchiveState, FileRecord
from calypso.models.media import (
    Encryption,
    MediaPool,
    MediaRecord,
    MediaSet,
    MediaState,
    until_when,
)
from calypso.models.media_refusals import ArchiveIncomplete, MediumKept

MOST_NAMED = 10


def assigned(
    record: MediaRecord, to: str | None, *, pools: Mapping[str, MediaPool], at: datetime
) -> MediaRecord:
    """Return a cartridge as scratch of another pool, or of nobody; MediumKept."""
    if record.pool == to and record.state is not MediaState.FOREIGN:
        return record
    if record.is_spent:
        raise MediumKept(f"{record.barcode} was written, and is written once: it stays as it is.")
    if why := why_kept(record, pools.get(record.pool or ""), at):
        raise MediumKept(
            f"{record.barcode} {why}. To give up what is on it, use tape.media_release."
        )
    return emptied(record).model_copy(update={"pool": to})


def why_kept(record: MediaRecord, pool: MediaPool | None, at: datetime) -> str | None:
    """Say why what is on a cartridge must not be given up; None: nothing is lost."""
    if record.state is MediaState.FOREIGN:
        return "is foreign" + (f": {record.reason}" if record.reason else "")
    if record.state is MediaState.DAMAGED:
        return "is damaged" + (f": {record.reason}" if record.reason else "")
    kept_until = record.kept_until(pool)
    if kept_until is not None and at < kept_until:
        return f"holds a set of pool {record.pool} that is kept {until_when(kept_until)}"
    return None


def given_up(record: MediaRecord) -> MediaRecord:
    """Return a cartridge as scratch of its pool, whatever it held; MediumKept if written once."""
    if record.is_spent:
        raise MediumKept(f"{record.barcode} was written, and is written once: it stays as it is.")
    return emptied(record)


def emptied(record: MediaRecord) -> MediaRecord:
    """Return a cartridge with nothing on it that anybody wants."""
    return record.model_copy(
        update={
            "state": MediaState.SCRATCH,
            "media_set": None,
            "label": None,
            "used_bytes": 0,
            "encryption": Encryption.UNKNOWN,
            "reason": None,
        }
    )


def new_set(set_id: UUID, pool: MediaPool, at: datetime) -> MediaSet:
    """Return the set that a pool begins now; the retention of now is its promise."""
    return MediaSet(
        id=set_id, pool=pool.name, period=pool.period(at), began_at=at, retention=pool.retention
    )


def begun(
    record: MediaRecord,
    pool: MediaPool,
    media_set: MediaSet,
    *,
    label: UUID,
    encryption: Encryption,
    capacity_bytes: int | None,
    at: datetime,
) -> MediaRecord:
    """Return a cartridge that is about to be written from its start; MediumKept."""
    verdict = standing(pool, record, media_set.id, at)
    if verdict is not Use.START:
        why = "is being written in this set" if verdict is Use.APPEND else verdict
        raise MediumKept(f"{record.barcode} {why}. Nothing was written over.")
    return emptied(record).model_copy(
        update={
            "pool": pool.name,
            "state": MediaState.OPEN,
            "media_set": media_set,
            "label": label,
            "encryption": encryption,
            "capacity_bytes": capacity_bytes or record.capacity_bytes,
        }
    )


def noted(record: MediaRecord, seen: Mapping[str, Any]) -> MediaRecord:
    """Return a cartridge with what was seen of it; what is None stays as it was."""
    known = {name: value for name, value in seen.items() if value is not None}
    state = known.get("state", record.state)
    if state is not record.state and not _can_become(record, state):
        raise MediumKept(f"{record.barcode} is {record.state.value} and cannot be called {state}.")
    for count in ("read_errors", "write_errors"):
        known[count] = max(getattr(record, count), known.get(count, 0))
    if "last_write_at" in known:
        known |= _written(record, known["last_write_at"])
    if state not in (MediaState.FOREIGN, MediaState.DAMAGED):
        known["reason"] = None
    return record.model_copy(update=known)


def _can_become(record: MediaRecord, state: MediaState) -> bool:
    """Tell whether to look at a cartridge can show this: only what has a set is open or full."""
    if state in (MediaState.OPEN, MediaState.FULL):
        return record.media_set is not None
    return state is not MediaState.SCRATCH


def _written(record: MediaRecord, at: datetime) -> dict[str, Any]:
    latest = max(at, record.last_write_at or at)
    media_set = record.media_set
    if media_set is None:
        return {"last_write_at": latest}
    ended = max(at, media_set.last_write_at or at)
    return {
        "last_write_at": latest,
        "media_set": media_set.model_copy(update={"last_write_at": ended}),
    }


def numbered(archive: ArchiveRecord, files: Sequence[FileRecord], *, most: int) -> int:
    """Return how many files an archive has with these behind; ArchiveIncomplete for a gap."""
    first = files[0].number if files else archive.files
    if len(files) > most:
        raise ValueError(f"{len(files)} files at once; {most} are the most")
    if (
        any(one.number != first + n for n, one in enumerate(files))
        or not 0 <= first <= archive.files
    ):
        raise ArchiveIncomplete(
            f"Archive {archive.id} has {archive.files} files on record: files from number {first}"
            " would leave a gap."
        )
    return first + len(files)


def ended(
    archive: ArchiveRecord,
    state: ArchiveState,
    *,
    at: datetime,
    size_bytes: int,
    files: int,
    sha256: str | None,
) -> ArchiveRecord:
    """Return an archive that has ended; ArchiveIncomplete when it cannot be called whole.

    One that has ended so is returned as it is. What was overwritten, or is broken, never is whole.
    """
    if archive.state is state:
        return archive
    if archive.state is not ArchiveState.WRITING:
        raise ArchiveIncomplete(f"Archive {archive.id} is {archive.state}: it cannot be {state}.")
    done = archive.model_copy(
        update={"state": state, "ended_at": at, "size_bytes": size_bytes, "sha256": sha256}
    )
    if state is not ArchiveState.WHOLE:
        return done
    if gap := done.gap():
        raise ArchiveIncomplete(f"Archive {archive.id} is not whole: {gap}.")
    if archive.files != files:
        raise ArchiveIncomplete(
            f"Archive {archive.id} is not whole: {archive.files} of {files} files are on record."
        )
    return done


def still_used(pool: str, barcodes: Sequence[str]) -> str:
    """Say why a pool cannot be removed."""
    named = ", ".join(barcodes[:MOST_NAMED]) + (", …" if len(barcodes) > MOST_NAMED else "")
    return (
        f"{len(barcodes)} cartridges belong to pool {pool}: {named}."
        " Assign them to another pool, or to none, first."
    )
