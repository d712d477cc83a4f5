"""Wind the tape in a drive."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from calypso.drivers.tape import Drive, PositionUnknown, Tape
from calypso.jobs.tape._cartridges import DRIVES, drive_lock
from calypso.models.jobtype import Cancel, JobParams, JobResult, OnLost, Retry, job
from calypso.models.lock import Lock
from calypso.models.names import DriveSerial
from calypso.models.running import RunningJob


class Operation(StrEnum):
    """Where to."""

    REWIND = "rewind"
    END = "end"
    FILE = "file"
    FORWARD = "forward"
    BACKWARD = "backward"
    EJECT = "eject"


COUNTED = {Operation.FILE, Operation.FORWARD, Operation.BACKWARD}


class Params(JobParams):
    """Which drive, and where to."""

    drive: DriveSerial = Field(
        description="Serial number of the drive.", json_schema_extra={"x-choices": DRIVES}
    )
    operation: Operation = Field(
        description="rewind: to the start; end: behind all that was written; file: behind file "
        "mark number `count`; forward, backward: by `count` tape files; eject: rewind, let go."
    )
    count: int | None = Field(
        default=None, ge=0, le=1_000_000, description="How many, for file, forward and backward."
    )

    @model_validator(mode="after")
    def _is_counted(self) -> Self:
        if (self.count is None) == (self.operation in COUNTED):
            raise ValueError(f"{self.operation} takes {'a' if self.count is None else 'no'} count")
        return self

    def locks(self) -> Sequence[Lock]:
        return [drive_lock(self.drive)]

    def title(self) -> str:
        return f"Wind {self.drive}: {self.operation}"


class Result(JobResult):
    """Where the tape stands: file marks before it, blocks since the last; None where not known."""

    file: int | None
    block: int | None
    is_at_end: bool


@job(
    "tape.drive_position",
    driver=Tape,
    permission="tape:operate",
    timeout_s=7200,
    cancel=Cancel.BEFORE_START,
    on_lost=OnLost.MANUAL,
    retry=Retry(attempts=5, first_s=5.0, cap_s=30.0),
)
def position(params: Params, tape: Tape, running: RunningJob) -> Result:
    """Wind the tape in a drive.

    When there are fewer tape files than were asked for, the tape is rewound.
    """
    running.report(phase="winding")
    drive = _wound(params, tape)
    return Result(file=drive.file, block=drive.block, is_at_end=drive.is_at_end)


def _wound(params: Params, tape: Tape) -> Drive:
    if params.operation in COUNTED:
        return tape.go_to_file(params.drive, _target(params, tape))
    return {
        Operation.REWIND: tape.rewind,
        Operation.END: tape.wind_to_end,
        Operation.EJECT: tape.eject,
    }[params.operation](params.drive)


def _target(params: Params, tape: Tape) -> int:
    count = params.count or 0
    if params.operation is Operation.FILE:
        return count
    if (file := tape.drive(params.drive).file) is None:
        raise PositionUnknown(f"Where the tape in {params.drive} stands is not known. Rewind it.")
    return file + count if params.operation is Operation.FORWARD else max(0, file - count)
