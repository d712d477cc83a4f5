"""Put the cartridge of a drive back into a slot."""

from collections.abc import Sequence

from pydantic import Field

from calypso.drivers.tape import Element, ElementKind, Tape
from calypso.jobs.tape._cartridges import (
    DRIVES,
    LIBRARIES,
    MOST_SLOTS,
    drive_lock,
    element_of,
    first_free,
    robot_lock,
)
from calypso.models.jobtype import Cancel, JobParams, JobResult, OnLost, job
from calypso.models.lock import Lock
from calypso.models.names import DriveSerial, LibraryName
from calypso.models.running import RunningJob


class Params(JobParams):
    """Which drive, and where its cartridge goes."""

    library: LibraryName = Field(
        description="Library of the drive.", json_schema_extra={"x-choices": LIBRARIES}
    )
    drive: DriveSerial = Field(
        description="Serial number of the drive.", json_schema_extra={"x-choices": DRIVES}
    )
    slot: int | None = Field(
        default=None,
        ge=1,
        le=MOST_SLOTS,
        description="Slot it goes to; where it came from, or else a free one, when empty.",
    )

    def locks(self) -> Sequence[Lock]:
        return [robot_lock(self.library), drive_lock(self.drive)]

    def title(self) -> str:
        return f"Unload {self.drive}"


class Result(JobResult):
    """What was unloaded, and where it is now."""

    cartridge: str | None
    slot: int


@job(
    "tape.changer_unload",
    driver=Tape,
    permission="tape:operate",
    timeout_s=3600,
    cancel=Cancel.BEFORE_START,
    on_lost=OnLost.REQUEUE,
)
def unload(params: Params, tape: Tape, running: RunningJob) -> Result:
    """Put the cartridge of a drive back into a slot.

    Refused while anybody has the drive open, whether a job or another program.
    """
    running.report(phase="looking")
    elements = tape.elements(params.library)
    drive = element_of(tape, params.library, params.drive, elements)
    if (done := _done_before(running.external, drive, elements)) is not None:
        return Result(cartridge=done.barcode, slot=done.number)
    slot = params.slot or first_free(
        elements, ElementKind.SLOT, params.library, prefer=drive.source
    )
    running.remember(f"{drive.barcode or ''}:{slot}")
    running.report(phase="moving")
    place = tape.unload(params.library, params.drive, slot)
    return Result(cartridge=place.barcode, slot=place.number)


def _done_before(
    external: str | None, drive: Element, elements: Sequence[Element]
) -> Element | None:
    """Return the slot that an earlier run of this job has filled, if it got so far."""
    if external is None or drive.is_full:
        return None
    barcode, _, slot = external.rpartition(":")
    for one in elements:
        if one.kind is not ElementKind.DRIVE and one.number == int(slot):
            return one if one.is_full and (one.barcode or "") == barcode else None
    return None
