"""Move the tab of a virtual cartridge, or give it another capacity."""

from collections.abc import Sequence
from typing import Self

from pydantic import Field, model_validator

from calypso.drivers.tape import Tape
from calypso.jobs.tape._cartridges import MEDIA, media_lock
from calypso.models.jobtype import Cancel, JobParams, JobResult, OnLost, job
from calypso.models.lock import Lock
from calypso.models.names import Barcode
from calypso.models.running import RunningJob


class Params(JobParams):
    """Which cartridge, and what is to be different."""

    cartridge: Barcode = Field(
        description="Cartridge to change; in no drive.",
        json_schema_extra={"x-choices": MEDIA},
    )
    is_write_protected: bool | None = Field(
        default=None, description="Whether its tab forbids writing; empty: as it is."
    )
    capacity_bytes: int | None = Field(
        default=None, ge=1 << 20, le=1 << 50, description="How much it takes; empty: as it is."
    )

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.is_write_protected is None and self.capacity_bytes is None:
            raise ValueError("say what is to be different: the tab, the capacity, or both")
        return self

    def locks(self) -> Sequence[Lock]:
        return media_lock(self.cartridge)

    def title(self) -> str:
        return f"Change virtual cartridge {self.cartridge}"


class Result(JobResult):
    """The cartridge as it stands."""

    cartridge: str
    is_write_protected: bool | None
    capacity_bytes: int | None


@job(
    "tape.vtl_media_edit",
    driver=Tape,
    permission="tape:configure",
    timeout_s=300,
    cancel=Cancel.BEFORE_START,
    on_lost=OnLost.REQUEUE,
)
def edit_media(params: Params, tape: Tape, running: RunningJob) -> Result:
    """Move the tab of a virtual cartridge, or give it another capacity.

    It is never made smaller than what is recorded on it.
    """
    running.report(phase="changing")
    after = tape.edit_cartridge(
        params.cartridge,
        is_write_protected=params.is_write_protected,
        capacity_bytes=params.capacity_bytes,
    )
    return Result(
        cartridge=after.barcode,
        is_write_protected=after.is_write_protected,
        capacity_bytes=after.capacity_bytes,
    )
