"""Erase a cartridge."""

from collections.abc import Sequence

from pydantic import Field

from calypso.drivers.tape import CartridgeMissing, Tape
from calypso.jobs.tape._cartridges import DRIVES, MEDIA, drive_lock, media_lock
from calypso.jobs.tape._losing import forget_files, losses
from calypso.models.jobtype import Cancel, JobParams, NoResult, Plan, job
from calypso.models.lock import Lock
from calypso.models.names import Barcode, DriveSerial
from calypso.models.running import Known, RunningJob

TIMEOUT_S = 2 * 86400  # to overwrite all of an LTO-9 cartridge takes a day


class Params(JobParams):
    """Which cartridge, in which drive, and how thoroughly."""

    drive: DriveSerial = Field(
        description="Serial number of the drive it is in.", json_schema_extra={"x-choices": DRIVES}
    )
    cartridge: Barcode = Field(
        description="Barcode of the cartridge, to be sure.", json_schema_extra={"x-choices": MEDIA}
    )
    long: bool = Field(
        default=False,
        description="Overwrite all of it, which takes hours; else only its start, after which it "
        "counts as empty.",
    )

    def locks(self) -> Sequence[Lock]:
        return [drive_lock(self.drive), *media_lock(self.cartridge)]

    def title(self) -> str:
        return f"Erase {self.cartridge}"


def plan(params: Params, tape: Tape, known: Known) -> Plan:
    """Return what would be lost."""
    _refuse_other(params, tape)
    made = tape.plan_erase(params.drive, long=params.long)
    lost = losses(known.media, [params.cartridge])
    return made.model_copy(update={"destroys": made.destroys + lost})


@job(
    "tape.media_erase",
    driver=Tape,
    permission="tape:destroy",
    timeout_s=TIMEOUT_S,
    cancel=Cancel.BEFORE_START,
    destructive=True,
    plan=plan,
)
def erase(params: Params, tape: Tape, running: RunningJob) -> NoResult:
    """Erase a cartridge.

    It must be in the drive. A drive that overwrites cannot be stopped. What is written once is
    never erased. One that is on record is scratch from then on.
    """
    _refuse_other(params, tape)
    tape.plan_erase(params.drive, long=params.long)
    # First on record, then in truth: what is half erased must not be called an archive.
    if running.media.medium(params.cartridge) is not None:
        running.media.give_up(params.cartridge)
    running.report(phase="overwriting" if params.long else "erasing")
    tape.erase(params.drive, long=params.long, timeout_s=TIMEOUT_S)
    forget_files(running)
    return NoResult()


def _refuse_other(params: Params, tape: Tape) -> None:
    held = tape.drive(params.drive).barcode
    if held != params.cartridge:
        raise CartridgeMissing(
            f"{params.drive} holds {held or 'no cartridge with a label'}, not {params.cartridge}. "
            "Load it first: tape.changer_load."
        )
