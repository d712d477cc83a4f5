"""Write a label to a blank cartridge."""

from collections.abc import Sequence

from pydantic import Field

from calypso.drivers.tape import Tape
from calypso.jobs.tape._bay import Bay
from calypso.jobs.tape._cartridges import DRIVES, MEDIA, drive_lock, media_lock
from calypso.jobs.tape._labelling import label_medium
from calypso.jobs.tape._pools import POOLS
from calypso.models.jobtype import Cancel, JobParams, JobResult, OnLost, job
from calypso.models.lock import Lock, present
from calypso.models.media import MediaPoolName
from calypso.models.names import Barcode, DriveSerial
from calypso.models.running import RunningJob


class Params(JobParams):
    """Which cartridge, for which pool."""

    cartridge: Barcode = Field(
        description="Barcode of the cartridge.", json_schema_extra={"x-choices": MEDIA}
    )
    pool: MediaPoolName = Field(
        description="Media pool that it will belong to.",
        json_schema_extra={"x-choices": POOLS},
    )
    drive: DriveSerial = Field(
        description="Serial number of the drive that writes.",
        json_schema_extra={"x-choices": DRIVES},
    )

    def locks(self) -> Sequence[Lock]:
        return [
            drive_lock(self.drive),
            *media_lock(self.cartridge),
            present("tape", "pool", self.pool),
        ]

    def title(self) -> str:
        return f"Label {self.cartridge} for {self.pool}"


class Result(JobResult):
    """Whether a label was written; not when it had this one already."""

    is_written: bool


@job(
    "tape.media_label",
    driver=Tape,
    permission="tape:operate",
    timeout_s=3600,
    cancel=Cancel.CHECKPOINT,
    on_lost=OnLost.REQUEUE,
)
def label(params: Params, tape: Tape, running: RunningJob) -> Result:
    """Write a label to a blank cartridge, and read it back.

    Nothing is ever written over: what holds anything must be erased before, which has a plan.
    """
    bay = Bay(tape, params.drive, running)
    written = label_medium(bay, params.cartridge, params.pool, running)
    return Result(is_written=written is not None)
