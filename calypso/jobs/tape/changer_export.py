"""Hand a cartridge out of a library."""

from collections.abc import Sequence

from pydantic import Field

from calypso.drivers.tape import Element, ElementKind, SlotMissing, Tape
from calypso.jobs.tape._cartridges import MOST_SLOTS, CartridgeParams, first_free, source_of
from calypso.jobs.tape._transferring import Transferred, transfer
from calypso.models.jobtype import Cancel, OnLost, job
from calypso.models.lock import Lock
from calypso.models.running import RunningJob


class Params(CartridgeParams):
    """Which cartridge, and through which slot."""

    ie_slot: int | None = Field(
        default=None,
        ge=1,
        le=MOST_SLOTS,
        description="Import/export slot it goes to; the first free one when empty.",
    )

    def locks(self) -> Sequence[Lock]:
        return self.own_locks()

    def title(self) -> str:
        return f"Export {self.named} from {self.library}"


@job(
    "tape.changer_export",
    driver=Tape,
    permission="tape:operate",
    timeout_s=1800,
    cancel=Cancel.BEFORE_START,
    on_lost=OnLost.REQUEUE,
)
def export(params: Params, tape: Tape, running: RunningJob) -> Transferred:
    """Hand a cartridge out of a library.

    It lies in an import/export slot then, where a person can take it. One that lies in such a slot
    already is fine.
    """
    return transfer(params, tape, running, lambda elements: _exit(params, elements))


def _exit(params: Params, elements: Sequence[Element]) -> int:
    exits = [one.number for one in elements if one.kind is ElementKind.IE]
    if params.ie_slot is not None:
        if params.ie_slot not in exits:
            raise SlotMissing(
                f"Slot {params.ie_slot} of {params.library} is no import/export slot; those are: "
                f"{', '.join(map(str, exits)) or 'none'}."
            )
        return params.ie_slot
    source = source_of(params, elements)
    if source.kind is ElementKind.IE:
        return source.number
    return first_free(elements, ElementKind.IE, params.library)
