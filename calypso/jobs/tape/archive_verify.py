"""Read an archive back and compare it with what was written."""

from collections.abc import Sequence
from uuid import UUID

from pydantic import Field

from calypso.drivers.tape import Tape
from calypso.jobs.tape._bay import Bay
from calypso.jobs.tape._cartridges import DRIVES, drive_lock
from calypso.jobs.tape._reading import ArchiveDamaged, Reading, all_pieces
from calypso.models.archive import ArchiveState
from calypso.models.jobtype import Cancel, JobParams, JobResult, OnLost, job
from calypso.models.lock import Lock
from calypso.models.names import DriveSerial
from calypso.models.running import RunningJob

TIMEOUT_S = 7 * 86400
STALL_S = 1800


class Params(JobParams):
    """Which archive, and where to read it."""

    archive: UUID = Field(
        description="Archive to verify.", json_schema_extra={"x-choices": "tape/archives"}
    )
    drive: DriveSerial = Field(
        description="Serial number of the drive that reads.",
        json_schema_extra={"x-choices": DRIVES},
    )

    def locks(self) -> Sequence[Lock]:
        return [drive_lock(self.drive)]

    def title(self) -> str:
        return f"Verify archive {self.archive}"


class Result(JobResult):
    """What was read and is as it was written."""

    read_bytes: int
    cartridges: list[str]


@job(
    "tape.archive_verify",
    driver=Tape,
    permission="tape:operate",
    timeout_s=TIMEOUT_S,
    cancel=Cancel.ANYTIME,
    on_lost=OnLost.REQUEUE,
    schedulable=True,
    stall_s=STALL_S,
)
def verify_archive(params: Params, tape: Tape, running: RunningJob) -> Result:
    """Read an archive back and compare it with what was written.

    Every part is read and its digest compared; nothing is restored.
    """
    archive = running.media.archive(params.archive)
    if archive.state is not ArchiveState.WHOLE:
        raise ArchiveDamaged(f"Archive {archive.id} is {archive.state.value}, and not whole.")
    bay = Bay(tape, params.drive, running)
    reading = Reading(archive, all_pieces(archive), bay, running, timeout_s=TIMEOUT_S)
    reading.refuse_missing()
    reading.alone()
    tape.rewind(params.drive)
    return Result(read_bytes=archive.size_bytes, cartridges=archive.barcodes())
