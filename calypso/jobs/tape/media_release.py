"""Give up what is on cartridges."""

from collections.abc import Sequence

from pydantic import Field

from calypso.jobs.tape._losing import archives_on, forget_files, losses
from calypso.jobs.tape._pools import POOLS, Cartridges, media_locks, pool_lock, several
from calypso.models import bookkeeping
from calypso.models.books import MediaReading
from calypso.models.jobtype import Cancel, JobParams, JobResult, Plan, job
from calypso.models.lock import Lock
from calypso.models.media import MediaPoolName, MediaRecord
from calypso.models.media_refusals import MediumKept, MediumUnknown
from calypso.models.running import Known, RunningJob


class Params(JobParams):
    """Which cartridges of which pool."""

    cartridges: Cartridges = Field(description="Barcodes of the cartridges.", min_length=1)
    pool: MediaPoolName | None = Field(
        default=None,
        description="Pool they belong to, to be sure; empty: they belong to none.",
        json_schema_extra={"x-choices": POOLS},
    )

    def locks(self) -> Sequence[Lock]:
        return [*media_locks(self.cartridges), *([pool_lock(self.pool)] if self.pool else [])]

    def title(self) -> str:
        return f"Give up what is on {several(self.cartridges)}"


class Result(JobResult):
    """What is scratch now, and how many archives can be restored no more."""

    released: tuple[str, ...]
    archives: int


def plan(params: Params, _driver: None, known: Known) -> Plan:
    """Return which archives, and what that was to be kept, would be lost."""
    books = known.media
    records = [_record(params, barcode, books) for barcode in params.cartridges]
    return Plan(
        effects=[f"{one.barcode} is scratch, and may be written over" for one in records],
        destroys=losses(books, params.cartridges),
    )


@job(
    "tape.media_release",
    permission="tape:destroy",
    timeout_s=3600,
    cancel=Cancel.CHECKPOINT,
    destructive=True,
    plan=plan,
)
def release(params: Params, _driver: None, running: RunningJob) -> Result:
    """Give up what is on cartridges.

    They are scratch then, however long that was to be kept; the tape itself is not touched before
    it is written over. A cartridge that was written and is written once stays as it is.
    """
    archives = archives_on(running.media, params.cartridges)
    for barcode in params.cartridges:
        _record(params, barcode, running.media)
    for done, barcode in enumerate(params.cartridges):
        running.stop_if_cancelled()
        running.report(done=done, total=len(params.cartridges), unit="cartridges")
        running.media.give_up(barcode)
    running.report(done=len(params.cartridges))
    forget_files(running)
    return Result(released=params.cartridges, archives=len(archives))


def _record(params: Params, barcode: str, books: MediaReading) -> MediaRecord:
    """Return a cartridge that may be given up; MediumUnknown, MediumKept."""
    record = books.medium(barcode)
    if record is None:
        raise MediumUnknown(f"{barcode} is not on record: nothing is given up.")
    if record.pool != params.pool:
        theirs = f"pool {record.pool}" if record.pool else "no pool"
        raise MediumKept(f"{barcode} belongs to {theirs}. Name that to give up what is on it.")
    bookkeeping.given_up(record)
    return record
