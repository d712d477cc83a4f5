"""Move a cartridge from slot to slot."""

from collections.abc import Sequence

from pydantic import Field

from calypso.drivers.tape import Tape
from calypso.jobs.tape._cartridges import MOST_SLOTS, CartridgeParams
from calypso.jobs.tape._transferring import Transferred, transfer
from calypso.models.jobtype import Cancel, OnLost, job
from calypso.models.lock import Lock
from calypso.models.running import RunningJob


class Params(CartridgeParams):
    """Which cartridge, and where it goes."""

    target: int = Field(ge=1, le=MOST_SLOTS, description="Slot it goes to.")

    def locks(self) -> Sequence[Lock]:
        return self.own_locks()

    def title(self) -> str:
        return f"Move {self.named} of {self.library} to slot {self.target}"


@job(
    "tape.changer_transfer",
    driver=Tape,
    permission="tape:operate",
    timeout_s=1800,
    cancel=Cancel.BEFORE_START,
    on_lost=OnLost.REQUEUE,
)
def transfer_cartridge(params: Params, tape: Tape, running: RunningJob) -> Transferred:
    """Move a cartridge from slot to slot.

    Import/export slots are numbered after the others. One that is there already is fine.
    """
    return transfer(params, tape, running, lambda _elements: params.target)
