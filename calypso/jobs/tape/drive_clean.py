"""Clean a drive."""

from collections.abc import Sequence

from pydantic import Field

from calypso.drivers.tape import (
    CartridgeKind,
    CartridgeMissing,
    CleaningExpired,
    DriveState,
    Element,
    ElementKind,
    Tape,
)
from calypso.jobs.tape._cartridges import (
    DRIVES,
    LIBRARIES,
    MEDIA,
    drive_lock,
    media_lock,
    robot_lock,
)
from calypso.jobs.tape._readiness import wait_while
from calypso.models.jobtype import Cancel, JobParams, JobResult, job
from calypso.models.lock import Lock
from calypso.models.names import Barcode, DriveSerial, LibraryName
from calypso.models.running import RunningJob

CLEANING_S = 900.0  # drives take one to five minutes


class Params(JobParams):
    """Which drive, and with which cartridge."""

    library: LibraryName = Field(
        description="Library of the drive.", json_schema_extra={"x-choices": LIBRARIES}
    )
    drive: DriveSerial = Field(
        description="Serial number of the drive.", json_schema_extra={"x-choices": DRIVES}
    )
    cartridge: Barcode | None = Field(
        default=None,
        description="Cleaning cartridge; any of the library that is not used up when empty.",
        json_schema_extra={"x-choices": MEDIA},
    )

    def locks(self) -> Sequence[Lock]:
        locks = [robot_lock(self.library), drive_lock(self.drive)]
        return [*locks, *media_lock(self.cartridge)]

    def title(self) -> str:
        return f"Clean {self.drive}"


class Result(JobResult):
    """What cleaned the drive, and whether it still asks for cleaning."""

    cartridge: str
    needs_cleaning: bool


@job(
    "tape.drive_clean",
    driver=Tape,
    permission="tape:operate",
    timeout_s=7200,
    cancel=Cancel.BEFORE_START,
)
def clean(params: Params, tape: Tape, running: RunningJob) -> Result:
    """Clean a drive.

    Loads a cleaning cartridge, waits until the drive is done, and puts it back. The drive must be
    empty. Each time uses the cartridge up a little, so a lost job is not run again by itself.
    """
    used = _loaded(params, tape, running)
    running.report(phase="cleaning")
    cleaned = wait_while(tape, params.drive, {DriveState.CLEANING}, running, most_s=CLEANING_S)
    if cleaned.state is DriveState.CLEANING:
        running.warn("tape_still_cleaning", f"{params.drive} did not end within {CLEANING_S:g} s.")
    running.report(phase="putting back")
    tape.unload(params.library, params.drive, used.number)
    drive = tape.drive(params.drive)
    return Result(cartridge=used.barcode or "", needs_cleaning=drive.needs_cleaning)


def _loaded(params: Params, tape: Tape, running: RunningJob) -> Element:
    """Load the first cleaning cartridge that is not used up; returns where it was."""
    for slot in _candidates(params, tape):
        running.report(phase="moving", message=slot.barcode)
        try:
            tape.load(params.library, slot.number, params.drive, cleaning=True)
        except CleaningExpired as expired:
            running.warn(expired.code, expired.detail)
        else:
            return slot
    wanted = params.cartridge or "cleaning cartridge that is not used up"
    raise CartridgeMissing(f"There is no {wanted} in a slot of {params.library}.")


def _candidates(params: Params, tape: Tape) -> list[Element]:
    wanted = {
        one.barcode
        for one in tape.cartridges()
        if one.library == params.library and one.kind is CartridgeKind.CLEANING
    }
    if params.cartridge is not None:
        wanted = {params.cartridge}
    slots = [one for one in tape.elements(params.library) if one.kind is not ElementKind.DRIVE]
    return [one for one in slots if one.barcode in wanted]
