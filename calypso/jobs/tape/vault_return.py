"""Take cartridges back into a library, from a vault."""

from collections.abc import Sequence

from pydantic import BaseModel, Field

from calypso.drivers.tape import BarcodeDuplicate, Cartridge, Element, ElementKind, Tape
from calypso.jobs.tape._cartridges import LIBRARIES, find, first_free, robot_lock
from calypso.jobs.tape._pools import Cartridges, media_locks, several
from calypso.models.jobtype import Cancel, JobParams, JobResult, OnLost, job
from calypso.models.lock import Lock
from calypso.models.media_refusals import MediumUnknown
from calypso.models.names import LibraryName
from calypso.models.running import RunningJob


class Params(JobParams):
    """Which cartridges, and into which library."""

    library: LibraryName = Field(
        description="Library whose import/export slots they lie in.",
        json_schema_extra={"x-choices": LIBRARIES},
    )
    cartridges: Cartridges = Field(
        default=(),
        description="Barcodes of the cartridges; when empty, every one there that the books have "
        "in a vault.",
    )

    def locks(self) -> Sequence[Lock]:
        return [robot_lock(self.library), *media_locks(self.cartridges)]

    def title(self) -> str:
        what = several(self.cartridges) if self.cartridges else "cartridges"
        return f"Return {what} to {self.library}"


class Returned(BaseModel):
    """A cartridge that is in the library again. `vault`: where it was, None: not in a vault."""

    barcode: str
    slot: int
    vault: str | None


class Result(JobResult):
    """What is in the library again."""

    cartridges: tuple[Returned, ...]


@job(
    "tape.vault_return",
    driver=Tape,
    permission="tape:operate",
    timeout_s=7200,
    cancel=Cancel.CHECKPOINT,
    on_lost=OnLost.REQUEUE,
)
def return_from_vault(params: Params, tape: Tape, running: RunningJob) -> Result:
    """Take cartridges back into a library, from a vault.

    Each goes from its import/export slot into the first free slot, and is on record as in this
    library. One that lies in a slot already is fine. Nothing is moved unless all are there.
    """
    barcodes = _asked(params, tape, running)
    returned: list[Returned] = []
    for barcode in barcodes:
        running.stop_if_cancelled()
        running.report(phase="moving", done=len(returned), total=len(barcodes), unit="cartridges")
        returned.append(_take_in(params, barcode, tape, running))
    running.report(done=len(returned))
    return Result(cartridges=tuple(returned))


def _asked(params: Params, tape: Tape, running: RunningJob) -> list[str]:
    """Return the barcodes of what is to be taken in; each is there, once, and on record."""
    elements = tape.elements(params.library)
    barcodes = list(dict.fromkeys(params.cartridges)) or _from_vaults(elements, running)
    everywhere = tape.cartridges()
    for barcode in barcodes:
        find(elements, barcode, params.library)
        _refuse_double(barcode, everywhere)
        if running.media.medium(barcode) is None:
            raise MediumUnknown(
                f"{barcode} is not on record, so it was in no vault. "
                "Take it in by tape.changer_import."
            )
    return barcodes


def _from_vaults(elements: Sequence[Element], running: RunningJob) -> list[str]:
    away = {one.barcode for one in running.media.media() if one.vault is not None}
    return [one.barcode for one in elements if one.barcode is not None and one.barcode in away]


def _refuse_double(barcode: str, everywhere: Sequence[Cartridge]) -> None:
    same = [one for one in everywhere if one.barcode == barcode]
    if len(same) > 1:
        places = " and ".join(f"{one.place} of {one.library}" for one in same)
        raise BarcodeDuplicate(f"{barcode} is in {places}. Take one of them out.")


def _take_in(params: Params, barcode: str, tape: Tape, running: RunningJob) -> Returned:
    elements = tape.elements(params.library)
    source = find(elements, barcode, params.library)
    before = running.media.medium(barcode)
    with running.tidying():  # what is moved is on record, or the next run finds it there
        slot = source.number
        if source.kind is ElementKind.IE:
            slot = first_free(elements, ElementKind.SLOT, params.library)
            tape.transfer(params.library, source.number, slot)
        running.media.locate(barcode, library=params.library)
    return Returned(barcode=barcode, slot=slot, vault=before.vault if before else None)
