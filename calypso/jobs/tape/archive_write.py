"""Write an archive of a directory or of a dataset's snapshot to the cartridges of a pool."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from calypso.drivers.tape import Tape
from calypso.drivers.tape.parts import SourceChanged
from calypso.jobs.tape._bay import Bay
from calypso.jobs.tape._cartridges import DRIVES, drive_lock
from calypso.jobs.tape._losing import forget_files
from calypso.jobs.tape._noting import new_archive
from calypso.jobs.tape._pools import POOLS, pool_lock
from calypso.jobs.tape._source import Complaints, SourceMissing, Stream, maker, refuse_missing
from calypso.jobs.tape._supply import Supply
from calypso.jobs.tape._writing import Writing
from calypso.models.archive import ArchiveRecord, ArchiveState
from calypso.models.clock import uuid7
from calypso.models.job import State
from calypso.models.jobtype import Cancel, JobParams, JobResult, OnLost, Retry, job
from calypso.models.lock import Lock, present
from calypso.models.media import MediaPoolName
from calypso.models.media_refusals import ArchiveMissing
from calypso.models.names import AbsolutePath, DriveSerial, FullSnapshotName, split_snapshot
from calypso.models.running import RunningJob

TIMEOUT_S = 7 * 86400
STALL_S = 1800
ATTEMPTS = 5
GRACE_S = 120  # a block that is being written, a file mark, and the drive's own memory
PART_BYTES = 16 << 30  # what is read at most to restore one file; a file mark costs a few seconds

TarPattern = Annotated[
    str, StringConstraints(pattern=r"^[^\x00-\x1f-][^\x00-\x1f]*$", max_length=255)
]


class Params(JobParams):
    """What to archive, and where to."""

    path: AbsolutePath | None = Field(
        default=None, description="Directory on this machine; or name a snapshot."
    )
    snapshot: FullSnapshotName | None = Field(
        default=None,
        description="Snapshot of a filesystem on this machine; or name a path.",
        json_schema_extra={"x-choices": "storage/snapshots"},
    )
    pool: MediaPoolName = Field(
        description="Media pool whose cartridges take it.",
        json_schema_extra={"x-choices": POOLS},
    )
    drive: DriveSerial = Field(
        description="Serial number of the drive that writes.",
        json_schema_extra={"x-choices": DRIVES},
    )
    exclude: tuple[TarPattern, ...] = Field(
        default=(), max_length=100, description="Patterns of GNU tar for names to leave out."
    )
    part_bytes: int = Field(
        default=PART_BYTES,
        ge=1 << 20,
        le=1 << 44,
        description="Begin a new tape file after so many bytes; a restore reads whole parts.",
    )
    wait_s: int = Field(
        default=3600, ge=0, le=7 * 86400, description="Wait so long for a cartridge that fits."
    )

    @model_validator(mode="after")
    def _names_one_source(self) -> "Params":
        if (self.path is None) == (self.snapshot is None):
            raise ValueError("name a path or a snapshot, and not both")
        return self

    def locks(self) -> Sequence[Lock]:
        mine = [drive_lock(self.drive), pool_lock(self.pool)]
        if self.snapshot is None:
            return mine
        dataset, _ = split_snapshot(self.snapshot)
        return [*mine, present("storage", dataset), present("snapshots", dataset)]

    def title(self) -> str:
        return f"Archive {self.snapshot or self.path} to {self.pool}"


class Result(JobResult):
    """The archive as it is on record."""

    archive: UUID
    bytes: int
    files: int
    parts: int
    sha256: str
    cartridges: list[str]


@job(
    "tape.archive_write",
    driver=Tape,
    permission="tape:operate",
    timeout_s=TIMEOUT_S,
    cancel=Cancel.ANYTIME,
    grace_s=GRACE_S,
    on_lost=OnLost.REQUEUE,
    retry=Retry(attempts=ATTEMPTS, first_s=30),
    schedulable=True,
    stall_s=STALL_S,
)
def write_archive(params: Params, tape: Tape, running: RunningJob) -> Result:
    """Write an archive of a directory or a snapshot to tape.

    A stream of GNU tar in parts, over as many cartridges of the pool as it needs. Killed in the
    middle it goes on where it was, if the source is still the same; else it begins anew.
    """
    folder = _folder(params, running)
    refuse_missing(folder)
    bay = Bay(tape, params.drive, running)
    supply = Supply(bay, params.pool, running, wait_s=params.wait_s)
    complaints = Complaints(running)
    stream = Stream(
        maker=maker(folder, params.exclude),
        hear=complaints.hear,
        judge=complaints.judge,
        part_bytes=params.part_bytes,
        timeout_s=TIMEOUT_S,
        is_tried_again=running.attempt < ATTEMPTS,
    )
    archive = _begun(params, running)
    try:
        done = Writing(archive, stream, bay, supply, running).run()
    except SourceChanged:
        running.warn("source_changed", f"Archive {archive.id} cannot be gone on with: begun anew.")
        done = Writing(_new(params, running), stream, bay, supply, running).run()
    tape.rewind(params.drive)
    with running.tidying():  # the archive is whole, whatever is asked for now
        forget_files(running)
    return Result(
        archive=done.id,
        bytes=done.size_bytes,
        files=done.files,
        parts=len(done.parts),
        sha256=done.sha256 or "",
        cartridges=done.barcodes(),
    )


def _begun(params: Params, running: RunningJob) -> ArchiveRecord:
    """Return the archive that an earlier run of this job has begun, or a new one."""
    if running.external is None:
        return _new(params, running)
    archive_id = UUID(running.external)
    try:
        archive = running.media.archive(archive_id)
    except ArchiveMissing:
        return _record(archive_id, params, running)
    return archive if archive.state is ArchiveState.WRITING else _new(params, running)


def _new(params: Params, running: RunningJob) -> ArchiveRecord:
    archive_id = uuid7()
    running.remember(str(archive_id))
    return _record(archive_id, params, running)


def _record(archive_id: UUID, params: Params, running: RunningJob) -> ArchiveRecord:
    source = params.path or split_snapshot(params.snapshot or "")[0]
    return new_archive(
        archive_id,
        pool=params.pool,
        source=source,
        snapshot=None if params.snapshot is None else split_snapshot(params.snapshot)[1],
        running=running,
    )


def _folder(params: Params, running: RunningJob) -> str:
    """Return the directory to archive; that of a snapshot is for the storage to say."""
    if params.path is not None:
        return params.path
    asked = {"snapshot": params.snapshot}
    [found] = running.wait_for([running.start("storage.snapshot_locate", asked, name="locate")])
    if found.state is not State.SUCCEEDED or found.result is None:
        why = found.error.detail if found.error is not None else found.state.value
        raise SourceMissing(f"{params.snapshot} cannot be read: {why}")
    if not found.result["is_exact"]:
        running.warn(
            "snapshot_sealed",
            f"{params.snapshot} is archived as it lies there: its files may not be written to, and "
            "belong to whoever runs Calypso.",
        )
    return str(found.result["path"])
