"""What is lost when cartridges are given up: said in a plan, and then so on record."""

from collections.abc import Sequence
from uuid import UUID

from calypso.models import bookkeeping
from calypso.models.archive import ArchiveRecord, ArchiveState
from calypso.models.books import MediaReading
from calypso.models.clock import now
from calypso.models.running import RunningJob


def losses(books: MediaReading, cartridges: Sequence[str]) -> list[str]:
    """Name what is to be kept on cartridges, then each archive that cannot be restored any more."""
    pools = {one.name: one for one in books.pools()}
    records = [record for one in cartridges if (record := books.medium(one)) is not None]
    kept = [
        f"{one.barcode} {why}"
        for one in records
        if (why := bookkeeping.why_kept(one, pools.get(one.pool or ""), now()))
    ]
    return kept + [_named(one) for one in archives_on(books, cartridges)]


def archives_on(books: MediaReading, cartridges: Sequence[str]) -> list[ArchiveRecord]:
    """Return the archives that have a part on any of these cartridges, each once."""
    found: dict[UUID, ArchiveRecord] = {
        one.id: one
        for barcode in cartridges
        for one in books.archives(barcode=barcode)
        if one.state is not ArchiveState.OVERWRITTEN
    }
    return list(found.values())


def forget_files(running: RunningJob) -> None:
    """Remove from the catalogue what is on no tape any more; what is left, the next time does."""
    running.report(phase="clearing the catalogue")
    while running.media.forget_files():
        running.stop_if_cancelled()


def _named(one: ArchiveRecord) -> str:
    what = f"{one.source}@{one.snapshot}" if one.snapshot else one.source
    return (
        f"archive {one.id} of {what} from {one.began_at:%Y-%m-%d %H:%M} UTC"
        f" on {', '.join(one.barcodes())}"
    )
