"""Remove a virtual tape library."""

from collections.abc import Sequence

from pydantic import Field

from calypso.drivers.tape import Tape
from calypso.jobs.tape._cartridges import LIBRARIES, robot_lock
from calypso.jobs.tape._changing import CONFIG, changed
from calypso.models.jobtype import Cancel, JobParams, NoResult, Plan, job
from calypso.models.lock import Lock
from calypso.models.names import LibraryName
from calypso.models.running import RunningJob


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


def plan(params: Params, tape: Tape) -> Plan:
    """Return what would be lost."""
    return tape.plan_delete_library(params.library, keep_cartridges=params.keep_cartridges)


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
    changed(
        tape,
        running,
        lambda on_step: tape.delete_library(
            params.library, keep_cartridges=params.keep_cartridges, on_step=on_step
        ),
    )
    return NoResult()
