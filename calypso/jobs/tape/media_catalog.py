"""Rebuild what the books tell of a cartridge by reading it."""

from uuid import UUID

from calypso.drivers.tape import Tape
from calypso.jobs.tape._bay import Bay
from calypso.jobs.tape._cartridges import ReadParams
from calypso.jobs.tape._cataloguing import Catalogue
from calypso.jobs.tape._labels import MediumForeign
from calypso.models.jobtype import Cancel, JobResult, OnLost, job
from calypso.models.media import MediaState
from calypso.models.running import RunningJob

TIMEOUT_S = 2 * 86400
STALL_S = 1800


class Params(ReadParams):
    """Which cartridge, and where to read it."""

    def title(self) -> str:
        return f"Catalogue {self.cartridge}"


class Result(JobResult):
    """What the tape tells. `unconfirmed`: parts that nothing behind them calls good."""

    pool: str
    archives: list[UUID]
    parts: int
    unconfirmed: int
    tape_files: int


@job(
    "tape.media_catalog",
    driver=Tape,
    permission="tape:configure",
    timeout_s=TIMEOUT_S,
    cancel=Cancel.ANYTIME,
    on_lost=OnLost.REQUEUE,
    stall_s=STALL_S,
)
def catalogue(params: Params, tape: Tape, running: RunningJob) -> Result:
    """Rebuild what the books tell of a cartridge by reading it.

    Reads all of it. Where the books tell of an archive already, what the tape tells is compared.
    Catalogue the cartridges of a set in the order of their labels.
    """
    bay = Bay(tape, params.drive, running)
    bay.bring(params.cartridge)
    found = bay.look()
    label = found.label
    if label is None or label.barcode != params.cartridge:
        what = found.stranger or (f"the label of {label.barcode}" if label else "nothing")
        if running.media.medium(params.cartridge) is not None and not found.is_blank:
            running.media.note(params.cartridge, state=MediaState.FOREIGN, reason=f"holds {what}")
        raise MediumForeign(f"{params.cartridge} holds {what}: there is nothing to catalogue.")
    told = Catalogue(bay, label, running, timeout_s=TIMEOUT_S).run()
    tape.rewind(params.drive)
    good = told.confirmed()
    count = sum(map(len, good.values()))
    return Result(
        pool=label.pool,
        archives=list(dict.fromkeys(one.header.archive for one in told.found)),
        parts=count,
        unconfirmed=len(told.found) - count,
        tape_files=told.files,
    )
