"""Make virtual cartridges."""

from collections.abc import Sequence
from typing import Self

from pydantic import Field, model_validator

from calypso.drivers.tape import CartridgeExists, CartridgeKind, CartridgeSpec, Tape
from calypso.jobs.tape._cartridges import LIBRARIES, media_lock, robot_lock
from calypso.jobs.tape._changing import CONFIG, changed
from calypso.jobs.tape._series import series
from calypso.models.jobtype import Cancel, JobParams, JobResult, OnLost, job
from calypso.models.lock import Lock
from calypso.models.names import Barcode, LibraryName
from calypso.models.running import RunningJob


class Params(JobParams):
    """The new cartridges: all alike, their barcodes counted up from the first."""

    library: LibraryName = Field(
        description="Library they are put into.", json_schema_extra={"x-choices": LIBRARIES}
    )
    first: Barcode = Field(description="Barcode of the first; its last two say what medium it is.")
    count: int = Field(default=1, ge=1, le=1000, description="How many.")
    capacity_bytes: int = Field(ge=1 << 20, le=1 << 50, description="How much each takes.")
    kind: CartridgeKind = Field(
        default=CartridgeKind.DATA, description="data, worm: written once, or cleaning."
    )

    @model_validator(mode="after")
    def _can_be_counted(self) -> Self:
        series(self.first, self.count)
        return self

    @property
    def barcodes(self) -> tuple[str, ...]:
        """The barcodes, in order."""
        return series(self.first, self.count)

    def locks(self) -> Sequence[Lock]:
        robot = [CONFIG, robot_lock(self.library)]
        return [*robot, *(lock for one in self.barcodes for lock in media_lock(one))]

    def title(self) -> str:
        more = f" and {self.count - 1} more" if self.count > 1 else ""
        return f"Make virtual cartridge {self.first}{more}"


class Result(JobResult):
    """Which were made; those that were there already, and the same, are not named."""

    made: tuple[str, ...]


@job(
    "tape.vtl_media_create",
    driver=Tape,
    permission="tape:configure",
    timeout_s=6 * 3600,
    cancel=Cancel.CHECKPOINT,
    on_lost=OnLost.REQUEUE,
)
def create_media(params: Params, tape: Tape, running: RunningJob) -> Result:
    """Make virtual cartridges.

    Each goes into the first free slot. One that is there already, and is the same, is left alone.
    """
    made: list[str] = []
    for done, barcode in enumerate(params.barcodes):
        running.stop_if_cancelled()
        running.report(phase="making", done=done, total=params.count, unit="cartridges")
        if _make(params, barcode, tape, running):
            made.append(barcode)
    running.report(done=params.count, total=params.count, unit="cartridges")
    return Result(made=tuple(made))


def _make(params: Params, barcode: str, tape: Tape, running: RunningJob) -> bool:
    spec = CartridgeSpec(barcode=barcode, kind=params.kind, capacity_bytes=params.capacity_bytes)
    try:
        changed(tape, running, lambda _on_step: tape.create_cartridge(params.library, spec))
    except CartridgeExists:
        if not _is_there(params, barcode, tape):
            raise
        return False
    return True


def _is_there(params: Params, barcode: str, tape: Tape) -> bool:
    """Tell whether the library has that cartridge as asked for, as far as the product can tell."""
    return any(
        one.barcode == barcode
        and one.library == params.library
        and one.kind is params.kind
        and one.capacity_bytes in (None, params.capacity_bytes)
        for one in tape.cartridges()
    )
