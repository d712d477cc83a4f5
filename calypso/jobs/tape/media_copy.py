"""Copy the archives on a cartridge to cartridges of a pool."""

from collections.abc import Sequence
from pathlib import Path
from uuid import UUID, uuid4

from pydantic import Field, model_validator

from calypso.drivers.tape import Tape, parts
from calypso.jobs.tape._bay import Bay
from calypso.jobs.tape._cartridges import DRIVES, ReadParams, drive_lock
from calypso.jobs.tape._noting import new_archive
from calypso.jobs.tape._pools import POOLS, pool_lock
from calypso.jobs.tape._reading import ArchiveDamaged, Reading, all_pieces
from calypso.jobs.tape._source import Stream
from calypso.jobs.tape._supply import Supply
from calypso.jobs.tape._writing import Writing
from calypso.jobs.tape.archive_write import GRACE_S, PART_BYTES, STALL_S, TIMEOUT_S
from calypso.models.archive import ArchiveRecord, ArchiveState
from calypso.models.clock import uuid7
from calypso.models.jobtype import Cancel, JobResult, OnLost, job
from calypso.models.lock import Lock
from calypso.models.media import MediaPoolName
from calypso.models.names import DriveSerial
from calypso.models.running import RunningJob


class Params(ReadParams):
    """Which cartridge, to which pool, and through which drives."""

    pool: MediaPoolName = Field(
        description="Media pool whose cartridges take the copies.",
        json_schema_extra={"x-choices": POOLS},
    )
    target_drive: DriveSerial = Field(
        description="Serial number of the drive that writes.",
        json_schema_extra={"x-choices": DRIVES},
    )
    wait_s: int = Field(
        default=3600, ge=0, le=7 * 86400, description="Wait so long for a cartridge that fits."
    )

    @model_validator(mode="after")
    def _names_two_drives(self) -> "Params":
        if self.drive == self.target_drive:
            raise ValueError("a copy needs two drives, one that reads and one that writes")
        return self

    def locks(self) -> Sequence[Lock]:
        return [*super().locks(), drive_lock(self.target_drive), pool_lock(self.pool)]

    def title(self) -> str:
        return f"Copy {self.cartridge} to {self.pool}"


class Result(JobResult):
    """The copies, and the archives that were left out since they are not whole."""

    copies: list[UUID]
    left_out: list[UUID]
    written_bytes: int


@job(
    "tape.media_copy",
    driver=Tape,
    permission="tape:operate",
    timeout_s=TIMEOUT_S,
    cancel=Cancel.ANYTIME,
    grace_s=GRACE_S,
    on_lost=OnLost.MANUAL,
    stall_s=STALL_S,
)
def copy_medium(params: Params, tape: Tape, running: RunningJob) -> Result:
    """Copy the archives on a cartridge to a pool.

    Each whole archive of which a part is on it, all its parts: it may need other cartridges, too.
    A copy is an archive of its own. What is read is compared with what was written.
    """
    source = Bay(tape, params.drive, running)
    target = Bay(tape, params.target_drive, running)
    supply = Supply(target, params.pool, running, wait_s=params.wait_s)
    found = list(reversed(running.media.archives(barcode=params.cartridge)))
    whole = [one for one in found if one.state is ArchiveState.WHOLE]
    readings = [
        Reading(one, all_pieces(one), source, running, timeout_s=TIMEOUT_S) for one in whole
    ]
    for reading in readings:
        reading.refuse_missing()
    copies = [_copy(one, params.pool, target, supply, running) for one in readings]
    for bay in (source, target):
        bay.rewind()
    return Result(
        copies=[one.id for one in copies],
        left_out=[one.id for one in found if one not in whole],
        written_bytes=sum(one.size_bytes for one in copies),
    )


def _copy(
    reading: Reading, pool: str, target: Bay, supply: Supply, running: RunningJob
) -> ArchiveRecord:
    original = reading.archive
    new = new_archive(
        uuid7(), pool=pool, source=original.source, snapshot=original.snapshot, running=running
    )
    with parts.Desk(Path(running.secrets_path) / f"copy-{uuid4().hex}") as desk:
        stream = Stream(
            maker=desk.reader(),
            hear=lambda line: reading.hear(desk, line),
            judge=reading.judge,
            part_bytes=PART_BYTES,
            timeout_s=TIMEOUT_S,
        )
        copy = Writing(new, stream, target, supply, running).run()
    if copy.sha256 != original.sha256:
        raise ArchiveDamaged(f"Copy {copy.id} differs from archive {original.id}.")
    return copy
