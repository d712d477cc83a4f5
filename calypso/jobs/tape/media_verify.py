"""Read the parts on a cartridge back, or some of them, and compare them with what was written."""

from collections.abc import Sequence
from hashlib import sha256
from itertools import groupby

from pydantic import Field

from calypso.drivers.tape import Tape
from calypso.jobs.tape._bay import Bay
from calypso.jobs.tape._cartridges import ReadParams
from calypso.jobs.tape._labels import MediumForeign
from calypso.jobs.tape._reading import Piece, Reading
from calypso.models.archive import ArchivePart, ArchiveRecord, ArchiveState
from calypso.models.jobtype import Cancel, JobResult, OnLost, job
from calypso.models.media_refusals import MediumUnknown
from calypso.models.running import RunningJob

TIMEOUT_S = 2 * 86400
STALL_S = 1800
ALL_PERCENT = 100


class Params(ReadParams):
    """Which cartridge, where to read it, and how much of it."""

    sample_percent: int = Field(
        default=ALL_PERCENT,
        ge=1,
        le=ALL_PERCENT,
        description="Share of the parts on it that are read, at least one; each job draws others.",
    )

    def title(self) -> str:
        share = "" if self.sample_percent == ALL_PERCENT else f"{self.sample_percent} % of "
        return f"Verify {share}{self.cartridge}"


class Result(JobResult):
    """What was read and is as it was written, and of how much that is on the cartridge."""

    parts: int
    read_bytes: int
    of_parts: int
    of_bytes: int


@job(
    "tape.media_verify",
    driver=Tape,
    permission="tape:operate",
    timeout_s=TIMEOUT_S,
    cancel=Cancel.ANYTIME,
    on_lost=OnLost.REQUEUE,
    schedulable=True,
    stall_s=STALL_S,
)
def verify_medium(params: Params, tape: Tape, running: RunningJob) -> Result:
    """Read a cartridge back and compare it with what was written.

    Its label, and every part on it that is on record, or a share of them. Ends at the first that
    differs.
    """
    record = running.media.medium(params.cartridge)
    if record is None:
        raise MediumUnknown(f"{params.cartridge} is not on record. See tape.media_catalog.")
    bay = Bay(tape, params.drive, running)
    bay.bring(params.cartridge)
    label = bay.look().label
    if record.label is not None and (label is None or label.id != record.label):
        raise MediumForeign(f"{params.cartridge} lacks the label that it had.")
    archives = _archives_on(params.cartridge, running)
    there = sorted(archives, key=lambda part: part.file)
    drawn = sample(there, params.sample_percent, seed=running.job_id)
    for archive, some in groupby(drawn, key=lambda part: archives[part]):
        pieces = [Piece(part) for part in some]
        Reading(archive, pieces, bay, running, timeout_s=TIMEOUT_S).alone()
    tape.rewind(params.drive)
    return Result(
        parts=len(drawn),
        read_bytes=sum(part.size_bytes for part in drawn),
        of_parts=len(there),
        of_bytes=sum(part.size_bytes for part in there),
    )


def _archives_on(barcode: str, running: RunningJob) -> dict[ArchivePart, ArchiveRecord]:
    """Return the parts on a cartridge, each with its archive."""
    return {
        part: archive
        for archive in running.media.archives(barcode=barcode)
        if archive.state is not ArchiveState.OVERWRITTEN
        for part in archive.parts
        if part.barcode == barcode
    }


def sample(parts: Sequence[ArchivePart], percent: int, *, seed: str) -> list[ArchivePart]:
    """Return a share of the parts of a cartridge, rounded up, in their order.

    One seed always draws the same ones, so that a job that is run again goes on with its own.
    """
    lots = {part: sha256(f"{seed} {part.file}".encode()).digest() for part in parts}
    count = -(-len(parts) * percent // ALL_PERCENT)
    drawn = set(sorted(parts, key=lots.__getitem__)[:count])
    return [part for part in parts if part in drawn]
