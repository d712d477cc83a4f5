"""For tests: let a virtual drive or library fail."""

from collections.abc import Sequence
from typing import Annotated, Self

from pydantic import Field, model_validator

from calypso.drivers.tape import Delays, DriveFault, Tape
from calypso.jobs.tape._cartridges import DRIVES, LIBRARIES, drive_lock, robot_lock
from calypso.models.jobtype import Cancel, JobParams, NoResult, OnLost, job
from calypso.models.lock import Lock
from calypso.models.names import DriveSerial, LibraryName
from calypso.models.running import RunningJob


class Params(JobParams):
    """What is to be wrong, with which drive or library."""

    drive: DriveSerial | None = Field(
        default=None,
        description="Drive that is to complain or be slow.",
        json_schema_extra={"x-choices": DRIVES},
    )
    tape_alerts: tuple[Annotated[int, Field(ge=1, le=64)], ...] | None = Field(
        default=None, description="TapeAlert flags that it raises; an empty list: none any more."
    )
    delays: Delays = Field(default=Delays(), description="How slow it is.")
    library: LibraryName | None = Field(
        default=None,
        description="Library that goes offline, or comes back.",
        json_schema_extra={"x-choices": LIBRARIES},
    )
    is_online: bool = Field(default=False, description="Whether that library is online after it.")

    @model_validator(mode="after")
    def _names_one(self) -> Self:
        if (self.drive is None) == (self.library is None):
            raise ValueError("name a drive or a library, one of them")
        if (self.drive is None) != (self.fault() == DriveFault()):
            raise ValueError("flags and delays belong to a drive: give both or none")
        return self

    def fault(self) -> DriveFault:
        """Return what is to be wrong with the drive."""
        return DriveFault(tape_alerts=self.tape_alerts, delays=self.delays)

    def locks(self) -> Sequence[Lock]:
        if self.library is not None:
            return [robot_lock(self.library)]
        return [drive_lock(self.drive or "")]

    def title(self) -> str:
        if self.library is not None:
            return f"Take {self.library} {'online' if self.is_online else 'offline'}"
        return f"Let drive {self.drive} fail"


@job(
    "tape.vtl_fault_inject",
    driver=Tape,
    permission="tape:configure",
    timeout_s=300,
    cancel=Cancel.BEFORE_START,
    on_lost=OnLost.REQUEUE,
)
def inject_fault(params: Params, tape: Tape, running: RunningJob) -> NoResult:
    """For tests: let a virtual drive or library fail.

    It stays so until another of these jobs takes it back, or the product is started again.
    """
    running.report(phase="breaking")
    if params.library is not None:
        tape.set_online(params.library, is_online=params.is_online)
    elif params.drive is not None:
        tape.break_drive(params.drive, params.fault())
    return NoResult()
