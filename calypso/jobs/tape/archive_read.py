"""Restore an archive, or chosen paths of it, from tape into a directory."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints

from calypso.drivers.tape import Tape
from calypso.jobs.tape._bay import Bay
from calypso.jobs.tape._cartridges import DRIVES, drive_lock
from calypso.jobs.tape._choosing import stretches
from calypso.jobs.tape._merging import Replace
from calypso.jobs.tape._reading import ArchiveDamaged, Piece, Reading, all_pieces, pieces_of
from calypso.jobs.tape._restoring import Restore
from calypso.models.archive import ArchiveRecord, ArchiveState
from calypso.models.jobtype import Cancel, JobParams, JobResult, OnLost, Retry, job
from calypso.models.lock import Lock, exclusive
from calypso.models.names import AbsolutePath, DriveSerial
from calypso.models.raw_path import meant, shown
from calypso.models.running import RunningJob

TIMEOUT_S = 7 * 86400
STALL_S = 1800
MOST_KEPT = 100


def _readable(path: str) -> str:
    meant(path)
    return path


ArchivedPath = Annotated[
    str,
    StringConstraints(pattern=r"^[^\x00/][^\x00]*$", max_length=4096),
    AfterValidator(_readable),
]


class Params(JobParams):
    """What to restore, and where to."""

    archive: UUID = Field(
        description="Archive to restore.", json_schema_extra={"x-choices": "tape/archives"}
    )
    drive: DriveSerial = Field(
        description="Serial number of the drive that reads.",
        json_schema_extra={"x-choices": DRIVES},
    )
    target: AbsolutePath = Field(
        description="Directory on this machine that takes it; made if only it is missing."
    )
    paths: tuple[ArchivedPath, ...] = Field(
        default=(),
        max_length=10_000,
        description="Paths in the archive, folders with all below; everything when empty. A byte "
        r"that is no UTF-8 is written \xff, a backslash \\.",
    )
    replace: Replace = Field(
        default=Replace.REFUSE, description="What becomes of files that are there already."
    )

    def locks(self) -> Sequence[Lock]:
        return [drive_lock(self.drive), exclusive("files", *_parts(self.target))]

    def title(self) -> str:
        what = f"{len(self.paths)} paths of archive" if self.paths else "archive"
        return f"Restore {what} {self.archive} to {self.target}"


class Result(JobResult):
    """What was read, from which cartridges. `kept`: what was there, and stayed as it was."""

    read_bytes: int
    cartridges: list[str]
    kept: list[str]


@job(
    "tape.archive_read",
    driver=Tape,
    permission="tape:configure",  # it writes files as root, wherever it is told to
    timeout_s=TIMEOUT_S,
    cancel=Cancel.ANYTIME,
    on_lost=OnLost.REQUEUE,
    retry=Retry(attempts=3, first_s=30),
    stall_s=STALL_S,
)
def read_archive(params: Params, tape: Tape, running: RunningJob) -> Result:
    """Restore an archive, or chosen paths of it, from tape.

    Reads only the tape files that hold what is wanted, and puts it in place when all of it was
    read and is sound. Nothing is written outside of the target.
    """
    archive = running.media.archive(params.archive)
    if archive.state is not ArchiveState.WHOLE and not params.paths:
        raise ArchiveDamaged(
            f"Archive {archive.id} is {archive.state.value}, so it cannot be restored as a whole. "
            "Name the paths that you want back."
        )
    pieces, wanted_bytes = _wanted(params, archive, running)
    bay = Bay(tape, params.drive, running)
    reading = Reading(archive, pieces, bay, running, timeout_s=TIMEOUT_S)
    reading.refuse_missing()
    kept = Restore(params.target, params.replace, running).run(reading, wanted_bytes)
    tape.rewind(params.drive)
    return Result(
        read_bytes=sum(piece.bytes for piece in pieces),
        cartridges=list(dict.fromkeys(piece.part.barcode for piece in pieces)),
        kept=[shown(path) for path in kept[:MOST_KEPT]],
    )


def _wanted(params: Params, archive: ArchiveRecord, running: RunningJob) -> tuple[list[Piece], int]:
    if not params.paths:
        return all_pieces(archive), archive.size_bytes
    running.report(phase="looking up")
    found = stretches(running.media, archive, params.paths)
    size = sum(end - begin for begin, end in found)
    pieces = pieces_of(archive, found)
    if sum(to - begin for one in pieces for begin, to in one.keep or ()) != size:
        raise ArchiveDamaged(f"Archive {archive.id} ended before all of these paths were written.")
    return pieces, size


def _parts(path: str) -> list[str]:
    return [part for part in path.split("/") if part]
