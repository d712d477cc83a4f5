"""Make a virtual tape library."""

from collections.abc import Sequence

from pydantic import Field

from calypso.drivers.tape import Library, LibraryExists, LibraryModel, LibrarySpec, Tape
from calypso.jobs.tape._cartridges import robot_lock
from calypso.jobs.tape._changing import CONFIG, changed
from calypso.models.jobtype import Cancel, JobParams, JobResult, OnLost, job
from calypso.models.lock import Lock
from calypso.models.names import LibraryName
from calypso.models.running import RunningJob


class Params(JobParams):
    """The new library."""

    name: LibraryName = Field(
        description="Name of the library; for mhvtl its serial number, of up to 10 characters."
    )
    slots: int = Field(ge=1, le=10_000, description="Storage slots.")
    drives: int = Field(ge=1, le=64, description="Drives.")
    ie_slots: int = Field(default=0, ge=0, le=10_000, description="Import/export slots.")
    model: LibraryModel | None = Field(
        default=None, description="What it looks like and where it lies, where there is a choice."
    )

    def locks(self) -> Sequence[Lock]:
        return [CONFIG, robot_lock(self.name)]

    def title(self) -> str:
        return f"Create virtual library {self.name}"


class Result(JobResult):
    """The library as it stands."""

    library: str
    drives: tuple[str, ...]


@job(
    "tape.vtl_library_create",
    driver=Tape,
    permission="tape:configure",
    timeout_s=900,
    cancel=Cancel.CHECKPOINT,
    on_lost=OnLost.REQUEUE,
)
def create_library(params: Params, tape: Tape, running: RunningJob) -> Result:
    """Make a virtual tape library.

    It is empty, started, and seen to be there. When something fails, or the job is cancelled, all
    is as it was before.
    """
    spec = LibrarySpec(**{name: getattr(params, name) for name in LibrarySpec.model_fields})
    try:
        made = changed(tape, running, lambda on_step: tape.create_library(spec, on_step=on_step))
    except LibraryExists:
        made = tape.library(params.name)
        if not _is_the_same(made, params):
            raise
    return Result(library=made.name, drives=made.drives)


def _is_the_same(made: Library, params: Params) -> bool:
    has = (made.slots, made.ie_slots, len(made.drives))
    return has == (params.slots, params.ie_slots, params.drives)
