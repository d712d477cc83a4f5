"""Give a virtual tape library more or fewer slots and drives."""

from collections.abc import Sequence
from typing import Self

from pydantic import Field, model_validator

from calypso.drivers.tape import LibraryChange, Tape
from calypso.jobs.tape._cartridges import LIBRARIES, robot_lock
from calypso.jobs.tape._changing import CONFIG, changed
from calypso.models.jobtype import Cancel, JobParams, JobResult, OnLost, job
from calypso.models.lock import Lock
from calypso.models.names import LibraryName
from calypso.models.running import RunningJob


class Params(JobParams):
    """Which library, and how it is to be."""

    library: LibraryName = Field(
        description="Library to change.", json_schema_extra={"x-choices": LIBRARIES}
    )
    slots: int | None = Field(
        default=None, ge=1, le=10_000, description="Storage slots; empty: as many as there are."
    )
    ie_slots: int | None = Field(
        default=None, ge=0, le=10_000, description="Import/export slots; empty: as there are."
    )
    drives: int | None = Field(
        default=None,
        ge=1,
        le=64,
        description="Drives, the last go first; empty: as there are.",
    )

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.change() == LibraryChange():
            raise ValueError("say what is to be different: slots, ie_slots or drives")
        return self

    def change(self) -> LibraryChange:
        """Return what is to be different."""
        return LibraryChange(slots=self.slots, ie_slots=self.ie_slots, drives=self.drives)

    def locks(self) -> Sequence[Lock]:
        return [CONFIG, robot_lock(self.library)]

    def title(self) -> str:
        return f"Change virtual library {self.library}"


class Result(JobResult):
    """The library as it stands."""

    library: str
    slots: int
    ie_slots: int
    drives: tuple[str, ...]


@job(
    "tape.vtl_library_modify",
    driver=Tape,
    permission="tape:configure",
    timeout_s=900,
    cancel=Cancel.CHECKPOINT,
    on_lost=OnLost.REQUEUE,
)
def modify_library(params: Params, tape: Tape, running: RunningJob) -> Result:
    """Give a virtual tape library more or fewer slots and drives.

    It is stopped meanwhile, so its drives must be empty. A slot or drive that holds a cartridge is
    not taken away.
    """
    after = changed(
        tape,
        running,
        lambda on_step: tape.modify_library(params.library, params.change(), on_step=on_step),
    )
    return Result(
        library=after.name, slots=after.slots, ie_slots=after.ie_slots, drives=after.drives
    )
