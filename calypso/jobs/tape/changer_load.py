"""Load a cartridge into a drive."""

from collections.abc import Sequence

from pydantic import Field

from calypso.drivers.tape import CartridgeLoaded, DriveState, Element, ElementKind, Tape
from calypso.jobs.tape._cartridges import (
    DRIVES,
    CartridgeParams,
    drive_lock,
    element_of,
    source_of,
)
from calypso.jobs.tape._readiness import wait_while
from calypso.models.jobtype import Cancel, JobResult, OnLost, job
from calypso.models.lock import Lock
from calypso.models.names import DriveSerial
from calypso.models.running import RunningJob

READY_S = 300.0  # to thread a tape; a drive that finds the tape dirty takes minutes


class Params(CartridgeParams):
    """Which cartridge, and into which drive."""

    drive: DriveSerial = Field(
        description="Serial number of the drive.", json_schema_extra={"x-choices": DRIVES}
    )

    def locks(self) -> Sequence[Lock]:
        return [*self.own_locks(), drive_lock(self.drive)]

    def title(self) -> str:
        return f"Load {self.named} into {self.drive}"


class Result(JobResult):
    """What is in the drive now, and the slot it came from, where the library knows it."""

    cartridge: str | None
    drive: str
    slot: int | None


@job(
    "tape.changer_load",
    driver=Tape,
    permission="tape:operate",
    timeout_s=3600,
    cancel=Cancel.BEFORE_START,
    on_lost=OnLost.REQUEUE,
)
def load(params: Params, tape: Tape, running: RunningJob) -> Result:
    """Load a cartridge into a drive.

    One that is there already is fine. Ends when the drive is ready with it. Cleaning cartridges
    have a job of their own.
    """
    running.report(phase="looking")
    elements = tape.elements(params.library)
    drive = element_of(tape, params.library, params.drive, elements)
    if not _is_in(drive, params):
        slot = _slot(source_of(params, elements))
        running.report(phase="moving")
        drive = tape.load(params.library, slot, params.drive)
    running.report(phase="waiting for the drive")
    ready = wait_while(tape, params.drive, {DriveState.NOT_READY}, running, most_s=READY_S)
    if ready.state is DriveState.NOT_READY:
        running.warn("tape_drive_not_ready", f"{params.drive} is not ready: {ready.reason or ''}")
    return Result(cartridge=drive.barcode, drive=params.drive, slot=drive.source)


def _is_in(drive: Element, params: Params) -> bool:
    """Tell whether the drive has the cartridge, maybe from an earlier run of this job."""
    if params.cartridge is not None:
        return drive.barcode == params.cartridge
    return drive.is_full and drive.barcode is None and drive.source == params.slot


def _slot(source: Element) -> int:
    if source.kind is ElementKind.DRIVE:
        raise CartridgeLoaded(f"{source.barcode} is in {source.place}. Unload it first.")
    return source.number
