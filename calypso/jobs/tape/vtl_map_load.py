"""Put a virtual cartridge from outside into an import/export slot."""

from collections.abc import Sequence

from pydantic import Field

from calypso.drivers.tape import ElementKind, NotMoved, Tape
from calypso.jobs.tape._cartridges import LIBRARIES, media_lock, robot_lock
from calypso.jobs.tape._changing import CONFIG, changed
from calypso.models.jobtype import Cancel, JobParams, JobResult, OnLost, job
from calypso.models.lock import Lock
from calypso.models.names import Barcode, LibraryName
from calypso.models.running import RunningJob


class Params(JobParams):
    """Which cartridge, into which library."""

    library: LibraryName = Field(
        description="Library it is put into.", json_schema_extra={"x-choices": LIBRARIES}
    )
    cartridge: Barcode = Field(description="Cartridge that lies in no library.")

    def locks(self) -> Sequence[Lock]:
        return [
            CONFIG,
            robot_lock(self.library),
            *media_lock(self.cartridge),
        ]

    def title(self) -> str:
        return f"Put {self.cartridge} into the import/export slots of {self.library}"


class Result(JobResult):
    """Where it is."""

    ie_slot: int


@job(
    "tape.vtl_map_load",
    driver=Tape,
    permission="tape:operate",
    timeout_s=300,
    cancel=Cancel.BEFORE_START,
    on_lost=OnLost.REQUEUE,
)
def load_map(params: Params, tape: Tape, running: RunningJob) -> Result:
    """Put a virtual cartridge from outside into an import/export slot.

    The door is opened and closed for it. One that is in such a slot already stays there.
    """
    there = _ie_slot(params, tape)
    if there is None:
        running.report(phase="putting in")
        changed(tape, running, lambda _on_step: tape.insert(params.library, params.cartridge))
        there = _ie_slot(params, tape)
    if there is None:
        raise NotMoved(f"{params.cartridge} was put in, and {params.library} does not show it.")
    return Result(ie_slot=there)


def _ie_slot(params: Params, tape: Tape) -> int | None:
    """Return the import/export slot that holds the cartridge, or None."""
    for one in tape.elements(params.library):
        if one.kind is ElementKind.IE and one.barcode == params.cartridge:
            return one.number
    return None
