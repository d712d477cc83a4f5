"""Remove a virtual tape library."""

from collections.abc import Sequence

from pydantic import Field

from calypso.drivers.tape import Tape
from calypso.jobs.tape._cartridges import LIBRARIES, robot_lock
from calypso.jobs.tape._changing import CONFIG, changed
from calypso.jobs.tape._losing import forget_files, losses
from calypso.models.jobtype import Cancel, JobParams, NoResult, Plan, job
from calypso.models.lock import Lock
from calypso.models.names import LibraryName
from calypso.models.running import Known, RunningJob


class Params(JobParams):
    """Which library."""

    library: LibraryName = Field(
        description="Library to remove.", json_schema_extra={"x-choices": LIBRARIES}
    )
    keep_cartridges: bool = Field(
        default=False, description="Keep its cartridges, outside of every library."
    )

    def locks(self) -> Sequence[Lock]:
        return [CONFIG, robot_lock(self.library)]

    def title(self) -> str:
        return f"Remove virtual library {self.library}"


def plan(params: Params, tape: Tape, known: Known) -> Plan:
    """Return what would be lost."""
    made = tape.plan_delete_library(params.library, keep_cartridges=params.keep_cartridges)
    lost = losses(known.media, _doomed(params, tape))
    return made.model_copy(update={"destroys": made.destroys + lost})


@job(
    "tape.vtl_library_delete",
    driver=Tape,
    permission="tape:destroy",
    timeout_s=900,
    cancel=Cancel.CHECKPOINT,
    destructive=True,
    plan=plan,
)
def delete_library(params: Params, tape: Tape, running: RunningJob) -> NoResult:
    """Remove a virtual tape library.

    Its cartridges go too unless they are kept. One with a loaded drive is refused.
    """
    tape.plan_delete_library(params.library, keep_cartridges=params.keep_cartridges)
    # First from the record: nothing is called good that is half gone.
    for barcode in _doomed(params, tape):
        running.media.remove(barcode)
    changed(
        tape,
        running,
        lambda on_step: tape.delete_library(
            params.library, keep_cartridges=params.keep_cartridges, on_step=on_step
        ),
    )
    forget_files(running)
    return NoResult()


def _doomed(params: Params, tape: Tape) -> list[str]:
    """Return the barcodes of the cartridges that go with the library."""
    if params.keep_cartridges:
        return []
    return [one.barcode for one in tape.cartridges() if one.library == params.library]
