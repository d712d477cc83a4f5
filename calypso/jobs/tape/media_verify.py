"""Read every part on a cartridge back and compare it with what was written."""

from collections.abc import Sequence

from pydantic import Field

from calypso.drivers.tape import Tape
from calypso.jobs.tape._bay import Bay
from calypso.jobs.tape._cartridges import DRIVES, MEDIA, drive_lock, media_lock
from calypso.jobs.tape._labels import MediumForeign
from calypso.jobs.tape._reading import Piece, Reading
from calypso.models.archive import ArchiveRecord, ArchiveState
from calypso.models.jobtype import Cancel, JobParams, JobResult, OnLost, job
from calypso.models.lock import Lock
from calypso.models.media_refusals import MediumUnknown
from calypso.models.names import Barcode, DriveSerial
from calypso.models.running import RunningJob

TIMEOUT_S = 2 * 86400
STALL_S = 1800


class Params(JobParams):
    """Which cartridge, and where to read it."""

    cartridge: Barcode = Field(
        description="Barcode of the cartridge.", json_schema_extra={"x-choices": MEDIA}
    )
    drive: DriveSerial = Field(
        description="Serial number of the drive that reads.",
        json_schema_extra={"x-choices": DRIVES},
    )

    def locks(self) -> Sequence[Lock]:
        return [drive_lock(self.drive), *media_lock(self.cartridge)]

    def title(self) -> str:
        return f"Verify {self.cartridge}"


class Result(JobResult):
    """What was read and is as it was written."""

    parts: int
    read_bytes: int


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

    Its label, and every part on it that is on record. Ends at the first that differs.
    """
    record = running.media.medium(params.cartridge)
    if record is None:
        raise MediumUnknown(f"{params.cartridge} is not on record. See tape.media_catalog.")
    bay = Bay(tape, params.drive, running)
    bay.bring(params.cartridge)
    label = bay.look().label
    if record.label is not None and (label is None or label.id != record.label):
        raise MediumForeign(f"{params.cartridge} lacks the label that it had.")
    done: list[Piece] = []
    for archive, pieces in _on(params.cartridge, running):
        Reading(archive, pieces, bay, running, timeout_s=TIMEOUT_S).alone()
        done.extend(pieces)
    tape.rewind(params.drive)
    return Result(parts=len(done), read_bytes=sum(piece.bytes for piece in done))


def _on(barcode: str, running: RunningJob) -> list[tuple[ArchiveRecord, list[Piece]]]:
    """Return the archives on a cartridge with their parts there, in the order of the tape."""
    found = [
        (archive, [Piece(part) for part in archive.parts if part.barcode == barcode])
        for archive in running.media.archives(barcode=barcode)
        if archive.state is not ArchiveState.OVERWRITTEN
    ]
    return sorted(found, key=lambda one: one[1][0].part.file)
