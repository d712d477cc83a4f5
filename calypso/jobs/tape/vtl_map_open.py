"""Open the import/export slots of a virtual library."""

from collections.abc import Sequence

from pydantic import Field

from calypso.drivers.tape import Tape
from calypso.jobs.tape._cartridges import LIBRARIES, robot_lock
from calypso.models.jobtype import Cancel, JobParams, NoResult, OnLost, job
from calypso.models.lock import Lock
from calypso.models.names import LibraryName
from calypso.models.running import RunningJob


class Params(JobParams):
    """Which library."""

    library: LibraryName = Field(
        description="Library whose door it is.", json_schema_extra={"x-choices": LIBRARIES}
    )

    def locks(self) -> Sequence[Lock]:
        return [robot_lock(self.library)]

    def title(self) -> str:
        return f"Open the import/export slots of {self.library}"


@job(
    "tape.vtl_map_open",
    driver=Tape,
    permission="tape:operate",
    timeout_s=300,
    cancel=Cancel.BEFORE_START,
    on_lost=OnLost.REQUEUE,
)
def open_map(params: Params, tape: Tape, running: RunningJob) -> NoResult:
    """Open the import/export slots of a virtual library.

    What is in them can be taken out, and the robot does not reach them.
    """
    running.report(phase="opening")
    tape.open_door(params.library)
    return NoResult()
