"""Hand cartridges out of a library, to a vault."""

from collections.abc import Sequence
from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from calypso.drivers.tape import (
    CartridgeLoaded,
    Element,
    ElementKind,
    NoFreeSlot,
    NotMoved,
    SlotEmpty,
    SlotFull,
    Tape,
)
from calypso.jobs.tape._cartridges import LIBRARIES, find, robot_lock
from calypso.jobs.tape._pools import Cartridges, media_locks, several
from calypso.models.jobtype import Cancel, JobParams, JobResult, OnLost, job
from calypso.models.lock import Lock
from calypso.models.media import END_OF_TIME, MediaRecord, VaultName
from calypso.models.media_refusals import MediumUnknown
from calypso.models.names import LibraryName
from calypso.models.running import RunningJob

POLL_S = 5.0  # a person walks to the library and opens its door


class Params(JobParams):
    """Which cartridges, and where to."""

    library: LibraryName = Field(
        description="Library that has them.", json_schema_extra={"x-choices": LIBRARIES}
    )
    vault: VaultName = Field(description="Where they are brought to.")
    cartridges: Cartridges = Field(default=(), description="Barcodes of the cartridges.")
    set_id: UUID | None = Field(
        default=None, description="All cartridges of this set instead; tape/media shows it."
    )
    wait_s: int = Field(
        default=0,
        ge=0,
        le=7 * 86400,
        description="Wait so long in all for somebody to empty the import/export slots.",
    )

    @model_validator(mode="after")
    def _names_cartridges_or_a_set(self) -> Self:
        if bool(self.cartridges) == (self.set_id is not None):
            raise ValueError("name cartridges, or a set")
        return self

    def locks(self) -> Sequence[Lock]:
        # Who waits for a person leaves the robot to others, who may be to empty the slots. The
        # driver lets moves take turns, and each move here looks again before.
        robot = [] if self.wait_s else [robot_lock(self.library)]
        return [*robot, *media_locks(self.cartridges)]

    def title(self) -> str:
        what = several(self.cartridges) if self.cartridges else f"set {self.set_id}"
        return f"Export {what} to {self.vault}"


class Exported(BaseModel):
    """A cartridge that goes to the vault. `ie_slot` None: it had left the library before.

    `kept_until` None: for ever if it has a set.
    """

    barcode: str
    ie_slot: int | None
    pool: str | None
    set_id: UUID | None
    kept_until: datetime | None


class Result(JobResult):
    """The list that goes along to the vault."""

    vault: str
    cartridges: tuple[Exported, ...]


@job(
    "tape.vault_export",
    driver=Tape,
    permission="tape:operate",
    timeout_s=8 * 86400,
    cancel=Cancel.CHECKPOINT,
    on_lost=OnLost.REQUEUE,
)
def export_to_vault(params: Params, tape: Tape, running: RunningJob) -> Result:
    """Hand cartridges out of a library, to a vault.

    Each goes to an import/export slot, and is on record as in the vault from then on. One that is
    there already is fine. Nothing is moved unless all can be. Where there are more cartridges than
    import/export slots, it goes on as somebody empties them, if it may wait.
    """
    asked = _asked(params, running)
    _refuse_unready(params, asked, tape.elements(params.library))
    exported: list[Exported] = []
    waiting = Patience(params.wait_s, running)
    for record in asked:
        running.stop_if_cancelled()
        running.report(phase="moving", done=len(exported), total=len(asked), unit="cartridges")
        exported.append(
            _exported(record, _hand_out(params, record, tape, running, waiting), running)
        )
    running.report(done=len(exported))
    return Result(vault=params.vault, cartridges=tuple(exported))


def _asked(params: Params, running: RunningJob) -> list[MediaRecord]:
    """Return the cartridges that are meant, as they are on record; MediumUnknown."""
    media = {one.barcode: one for one in running.media.media()}
    if params.set_id is not None:
        found = [
            one for one in media.values() if one.media_set and one.media_set.id == params.set_id
        ]
        if not found:
            raise MediumUnknown(f"No cartridge on record has the set {params.set_id}.")
        return found
    for barcode in params.cartridges:
        if barcode not in media:
            raise MediumUnknown(
                f"{barcode} is not on record, so nobody would know where it is. "
                "Assign it first: tape.media_assign."
            )
    return [media[barcode] for barcode in dict.fromkeys(params.cartridges)]


def _refuse_unready(
    params: Params, asked: Sequence[MediaRecord], elements: Sequence[Element]
) -> None:
    for record in asked:
        if not _is_out(params, record, elements):
            _source(params, record, elements)


def _source(params: Params, record: MediaRecord, elements: Sequence[Element]) -> Element:
    """Return the slot that a cartridge lies in; CartridgeLoaded."""
    one = find(elements, record.barcode, params.library)
    if one.kind is ElementKind.DRIVE:
        raise CartridgeLoaded(f"{one.barcode} is in {one.place}. Unload it first.")
    return one


def _is_out(params: Params, record: MediaRecord, elements: Sequence[Element]) -> bool:
    """Tell whether a cartridge has left the library for this vault, by an earlier run or before."""
    is_here = any(one.barcode == record.barcode for one in elements)
    return record.vault == params.vault and not is_here


class Patience:
    """How long a job still waits for somebody to empty import/export slots."""

    def __init__(self, left_s: float, running: RunningJob) -> None:
        self._left_s, self._running = left_s, running

    def wait(self, library: str) -> None:
        """Pause; NoFreeSlot once there is no time left."""
        full = f"Every import/export slot of {library} is full. Take the cartridges out first."
        if self._left_s <= 0:
            raise NoFreeSlot(full)
        self._running.report(phase="waiting for an import/export slot", message=full)
        self._running.wait(POLL_S)
        self._left_s -= POLL_S


def _hand_out(
    params: Params, record: MediaRecord, tape: Tape, running: RunningJob, waiting: Patience
) -> int | None:
    """Move a cartridge to an import/export slot and note it; returns the slot, None: it was out."""
    while True:
        elements = tape.elements(params.library)
        if _is_out(params, record, elements):
            return None
        source = _source(params, record, elements)
        if (target := _exit(source, elements)) is None:
            waiting.wait(params.library)
            continue
        with running.tidying():  # what is moved is on record, or the next run finds it there
            if _is_moved(params, tape, elements, source, target):
                running.media.locate(record.barcode, vault=params.vault)
                return target


def _is_moved(
    params: Params, tape: Tape, elements: Sequence[Element], source: Element, target: int
) -> bool:
    """Move a cartridge, if it is not there; False when another job was faster at a slot."""
    if source.number == target:
        return True
    try:
        moved = tape.transfer(params.library, source.number, target)
    except (SlotEmpty, SlotFull):
        if tape.elements(params.library) == elements:
            raise
        return False
    if moved.barcode != source.barcode:
        raise NotMoved(
            f"{moved.barcode} lay where {source.barcode} was a moment ago, so it was moved to "
            f"{moved.place} of {params.library}. Nothing is on record as in the vault by that."
        )
    return True


def _exit(source: Element, elements: Sequence[Element]) -> int | None:
    """Return the import/export slot to use, the one it lies in if it does; None: all are full."""
    if source.kind is ElementKind.IE:
        return source.number
    free = (one for one in elements if one.kind is ElementKind.IE and not one.is_full)
    return next((one.number for one in free if one.trouble is None), None)


def _exported(record: MediaRecord, ie_slot: int | None, running: RunningJob) -> Exported:
    kept_until = record.kept_until(running.media.pool(record.pool) if record.pool else None)
    return Exported(
        barcode=record.barcode,
        ie_slot=ie_slot,
        pool=record.pool,
        set_id=record.media_set and record.media_set.id,
        kept_until=None if kept_until == END_OF_TIME else kept_until,
    )
