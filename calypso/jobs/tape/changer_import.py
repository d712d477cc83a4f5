"""Take cartridges into a library."""

from collections.abc import Sequence

from pydantic import Field

from calypso.drivers.tape import (
    BarcodeDuplicate,
    Element,
    ElementKind,
    SlotEmpty,
    SlotMissing,
    Tape,
)
from calypso.jobs.tape._cartridges import LIBRARIES, MOST_SLOTS, first_free, robot_lock
from calypso.models.jobtype import Cancel, JobParams, JobResult, OnLost, job
from calypso.models.lock import Lock
from calypso.models.names import LibraryName
from calypso.models.running import RunningJob


class Params(JobParams):
    """Which library, and which of its import/export slots."""

    library: LibraryName = Field(
        description="Library that takes them in.", json_schema_extra={"x-choices": LIBRARIES}
    )
    ie_slot: int | None = Field(
        default=None,
        ge=1,
        le=MOST_SLOTS,
        description="Import/export slot to empty; all of them when empty.",
    )

    def locks(self) -> Sequence[Lock]:
        # Not the cartridges: who waits for one that is to come holds its lock.
        return [robot_lock(self.library)]

    def title(self) -> str:
        return f"Import cartridges into {self.library}"


class Result(JobResult):
    """What was taken in, as `barcode: slot N`; `(no label): slot N` for one without a barcode."""

    imported: tuple[str, ...]


@job(
    "tape.changer_import",
    driver=Tape,
    permission="tape:operate",
    timeout_s=7200,
    cancel=Cancel.CHECKPOINT,
    on_lost=OnLost.REQUEUE,
)
def import_cartridges(params: Params, tape: Tape, running: RunningJob) -> Result:
    """Take cartridges into a library.

    Each goes from its import/export slot into the first free slot. One whose barcode is in a
    library already stays where it is, and the job fails.
    """
    entries = _entries(params, tape.elements(params.library), rerun=running.attempt > 1)
    imported = []
    for done, entry in enumerate(entries):
        running.stop_if_cancelled()
        running.report(phase="moving", done=done, total=len(entries), unit="cartridges")
        _refuse_known(entry, tape)
        slot = first_free(tape.elements(params.library), ElementKind.SLOT, params.library)
        tape.transfer(params.library, entry.number, slot)
        imported.append(f"{entry.barcode or '(no label)'}: slot {slot}")
    running.report(done=len(entries))
    return Result(imported=tuple(imported))


def _entries(params: Params, elements: Sequence[Element], *, rerun: bool) -> list[Element]:
    entries = [one for one in elements if one.kind is ElementKind.IE]
    if params.ie_slot is None:
        return [one for one in entries if one.is_full]
    for one in entries:
        if one.number == params.ie_slot:
            if not one.is_full and not rerun:
                raise SlotEmpty(f"There is no cartridge in {one.place} of {params.library}.")
            return [one] if one.is_full else []
    raise SlotMissing(f"{params.library} has no import/export slot {params.ie_slot}.")


def _refuse_known(entry: Element, tape: Tape) -> None:
    same = [one for one in tape.cartridges() if one.barcode == entry.barcode]
    if entry.barcode and len(same) > 1:
        places = " and ".join(f"{one.place} of {one.library}" for one in same)
        raise BarcodeDuplicate(f"{entry.barcode} is in {places}. Take one of them out.")
