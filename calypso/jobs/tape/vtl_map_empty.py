"""Take all cartridges out of the import/export slots of a virtual library."""

from collections.abc import Sequence

from pydantic import Field

from calypso.drivers.tape import Tape
from calypso.jobs.tape._cartridges import LIBRARIES, robot_lock
from calypso.jobs.tape._changing import CONFIG, changed
from calypso.models.jobtype import Cancel, JobParams, JobResult, OnLost, job
from calypso.models.lock import Lock
from calypso.models.names import LibraryName
from calypso.models.running import RunningJob


class Params(JobParams):
    """Which library."""

    library: LibraryName = Field(
        description="Library whose import/export slots are emptied.",
        json_schema_extra={"x-choices": LIBRARIES},
    )

    def locks(self) -> Sequence[Lock]:
        return [CONFIG, robot_lock(self.library)]

    def title(self) -> str:
        return f"Empty the import/export slots of {self.library}"


class Result(JobResult):
    """What was taken out; it lies outside of every library."""

    cartridges: tuple[str, ...]


@job(
    "tape.vtl_map_empty",
    driver=Tape,
    permission="tape:operate",
    timeout_s=300,
    cancel=Cancel.BEFORE_START,
    on_lost=OnLost.REQUEUE,
)
def empty_map(params: Params, tape: Tape, running: RunningJob) -> Result:
    """Take all out of the import/export slots of a virtual library.

    The door is opened and closed for it. The cartridges keep what is on them.
    """
    running.report(phase="taking out")
    out = changed(tape, running, lambda _on_step: tape.empty_ie_slots(params.library))
    return Result(cartridges=tuple(out))
