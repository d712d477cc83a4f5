"""Remove virtual cartridges with all that is on them."""

from collections.abc import Sequence

from pydantic import Field

from calypso.drivers.tape import CartridgeMissing, Tape
from calypso.jobs.tape._cartridges import LIBRARIES, MEDIA, media_lock, robot_lock
from calypso.jobs.tape._changing import CONFIG, changed
from calypso.jobs.tape._losing import forget_files, losses
from calypso.models.jobtype import Cancel, JobParams, JobResult, OnLost, Plan, job
from calypso.models.lock import Lock
from calypso.models.names import Barcode, LibraryName
from calypso.models.running import Known, RunningJob


class Params(JobParams):
    """Which cartridges."""

    library: LibraryName = Field(
        description="Library that has them.", json_schema_extra={"x-choices": LIBRARIES}
    )
    cartridges: tuple[Barcode, ...] = Field(
        min_length=1,
        max_length=1000,
        description="Their barcodes.",
        json_schema_extra={"x-choices": MEDIA},
    )

    def locks(self) -> Sequence[Lock]:
        robot = [CONFIG, robot_lock(self.library)]
        return [*robot, *(lock for one in self.cartridges for lock in media_lock(one))]

    def title(self) -> str:
        return f"Remove {len(self.cartridges)} virtual cartridges of {self.library}"


class Result(JobResult):
    """How many are gone."""

    removed: int


def plan(params: Params, tape: Tape, known: Known) -> Plan:
    """Return what would be lost."""
    _refuse_others(params, tape)
    each = [tape.plan_delete_cartridge(one) for one in params.cartridges]
    return Plan(
        commands=[command for one in each for command in one.commands],
        effects=[effect for one in each for effect in one.effects],
        destroys=[path for one in each for path in one.destroys]
        + losses(known.media, params.cartridges),
    )


@job(
    "tape.vtl_media_delete",
    driver=Tape,
    permission="tape:destroy",
    timeout_s=6 * 3600,
    cancel=Cancel.CHECKPOINT,
    on_lost=OnLost.REQUEUE,
    destructive=True,
    plan=plan,
)
def delete_media(params: Params, tape: Tape, running: RunningJob) -> Result:
    """Remove virtual cartridges with all that is on them.

    One that is gone already counts as removed; one in a drive ends the job before it.
    """
    if not running.earlier_tokens:
        _refuse_others(params, tape)
    for done, barcode in enumerate(params.cartridges):
        running.stop_if_cancelled()
        running.report(phase="removing", done=done, total=len(params.cartridges), unit="cartridges")
        _delete(barcode, tape, running)
    running.report(done=len(params.cartridges), total=len(params.cartridges), unit="cartridges")
    forget_files(running)
    return Result(removed=len(params.cartridges))


def _delete(barcode: str, tape: Tape, running: RunningJob) -> None:
    """Remove a cartridge, first from the record: what is half gone must not be called good."""
    try:
        tape.plan_delete_cartridge(barcode)  # refuses what cannot go
        running.media.remove(barcode)
        changed(tape, running, lambda _on_step: tape.delete_cartridge(barcode))
    except CartridgeMissing:
        running.media.remove(barcode)
        running.log(f"{barcode} is gone already.")


def _refuse_others(params: Params, tape: Tape) -> None:
    """Raise CartridgeMissing for a barcode that the library does not have."""
    have = {one.barcode for one in tape.cartridges() if one.library == params.library}
    for barcode in params.cartridges:
        if barcode not in have:
            raise CartridgeMissing(f"Library {params.library} has no cartridge {barcode}.")
