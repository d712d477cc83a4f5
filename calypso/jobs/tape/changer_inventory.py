"""Find out which cartridge is where in a library."""

from collections import Counter
from collections.abc import Sequence

from pydantic import Field

from calypso.drivers.tape import Tape
from calypso.jobs.tape._cartridges import LIBRARIES, robot_lock
from calypso.models.jobtype import Cancel, JobParams, JobResult, OnLost, job
from calypso.models.lock import Lock
from calypso.models.names import LibraryName
from calypso.models.running import RunningJob


class Params(JobParams):
    """Which library, and how thoroughly."""

    library: LibraryName = Field(
        description="Library to look at.", json_schema_extra={"x-choices": LIBRARIES}
    )
    scan: bool = Field(
        default=True,
        description="Let the robot look at every label again, which takes minutes; else tell what "
        "the library has on record.",
    )

    def locks(self) -> Sequence[Lock]:
        return [robot_lock(self.library)]

    def title(self) -> str:
        return f"Take inventory of {self.library}"


class Result(JobResult):
    """How many elements there are, how many are full, and which barcodes are in there."""

    elements: int
    full: int
    cartridges: tuple[str, ...]
    unlabelled: int


@job(
    "tape.changer_inventory",
    driver=Tape,
    permission="tape:operate",
    timeout_s=7200,
    cancel=Cancel.BEFORE_START,
    on_lost=OnLost.REQUEUE,
    schedulable=True,
)
def take_inventory(params: Params, tape: Tape, running: RunningJob) -> Result:
    """Find out which cartridge is where in a library.

    A barcode that is there twice is a warning here; jobs refuse to use such a cartridge.
    """
    running.report(phase="looking")
    look = tape.take_inventory if params.scan else tape.elements
    elements = look(params.library)
    full = [one for one in elements if one.is_full]
    barcodes = Counter(one.barcode for one in full if one.barcode)
    for barcode, count in barcodes.items():
        if count > 1:
            running.warn("tape_barcode_duplicate", f"{barcode} is there {count} times.")
    return Result(
        elements=len(elements),
        full=len(full),
        cartridges=tuple(sorted(barcodes)),
        unlabelled=sum(one.barcode is None for one in full),
    )
