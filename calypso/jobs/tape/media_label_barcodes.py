"""Label the blank cartridges that lie in some slots, by their barcodes."""

from collections.abc import Sequence

from pydantic import BaseModel, Field

from calypso.drivers.tape import Element, ElementKind, Tape, TapeError
from calypso.errors import Conflict
from calypso.jobs.tape._bay import Bay
from calypso.jobs.tape._cartridges import DRIVES, LIBRARIES, MOST_SLOTS, drive_lock, robot_lock
from calypso.jobs.tape._labelling import label_medium
from calypso.jobs.tape._pools import POOLS
from calypso.models.jobtype import Cancel, JobParams, JobResult, OnLost, job
from calypso.models.lock import Lock, present
from calypso.models.media import MediaPoolName
from calypso.models.names import DriveSerial, LibraryName
from calypso.models.running import RunningJob


class Params(JobParams):
    """Which slots, for which pool."""

    library: LibraryName = Field(
        description="Library that has them.", json_schema_extra={"x-choices": LIBRARIES}
    )
    slots: tuple[int, ...] = Field(
        default=(), max_length=MOST_SLOTS, description="Slots to look in; every slot when empty."
    )
    pool: MediaPoolName = Field(
        description="Media pool that they will belong to.",
        json_schema_extra={"x-choices": POOLS},
    )
    drive: DriveSerial = Field(
        description="Serial number of the drive that writes.",
        json_schema_extra={"x-choices": DRIVES},
    )

    def locks(self) -> Sequence[Lock]:
        return [
            robot_lock(self.library),
            drive_lock(self.drive),
            present("tape", "pool", self.pool),
        ]

    def title(self) -> str:
        where = f"{len(self.slots)} slots" if self.slots else "all slots"
        return f"Label cartridges in {where} of {self.library} for {self.pool}"


class Refused(BaseModel):
    """A slot whose cartridge was not labelled, and why."""

    slot: int | None
    cartridge: str | None
    code: str
    detail: str


class Result(JobResult):
    """What became of each cartridge. `unchanged`: had that label already."""

    labelled: list[str]
    unchanged: list[str]
    refused: list[Refused]


@job(
    "tape.media_label_barcodes",
    driver=Tape,
    permission="tape:operate",
    timeout_s=2 * 86400,
    cancel=Cancel.CHECKPOINT,
    on_lost=OnLost.REQUEUE,
)
def label_barcodes(params: Params, tape: Tape, running: RunningJob) -> Result:
    """Label the blank cartridges in some slots, by their barcodes.

    One after the other; a cancel ends it between two. One that is refused does not end the rest.
    """
    bay = Bay(tape, params.drive, running)
    todo = _wanted(params, tape.elements(params.library))
    done = Result(labelled=[], unchanged=[], refused=[])
    for count, element in enumerate(todo):
        running.stop_if_cancelled()
        running.report(done=count, total=len(todo), unit="cartridges")
        _label(element, params, bay, running, done)
    running.report(done=len(todo), total=len(todo), unit="cartridges")
    return done


def _wanted(params: Params, elements: Sequence[Element]) -> list[Element]:
    full = [one for one in elements if one.is_full]
    return [one for one in full if not params.slots or _slot(one) in params.slots]


def _slot(element: Element) -> int | None:
    """Return where a cartridge lies, or whence it came into its drive."""
    return element.source if element.kind is ElementKind.DRIVE else element.number


def _label(element: Element, params: Params, bay: Bay, running: RunningJob, done: Result) -> None:
    barcode = element.barcode
    try:
        written = label_medium(bay, _named(element), params.pool, running)
    except (TapeError, Conflict) as refused:
        running.warn(refused.code, refused.detail)
        told = Refused(
            slot=_slot(element), cartridge=barcode, code=refused.code, detail=refused.detail
        )
        done.refused.append(told)
    else:
        (done.unchanged if written is None else done.labelled).append(_named(element))


def _named(element: Element) -> str:
    if element.barcode is None:
        raise TapeError(f"The barcode of the cartridge in {element.place} cannot be read.")
    return element.barcode
