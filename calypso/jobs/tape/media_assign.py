"""Give cartridges to a media pool."""

from collections.abc import Sequence

from pydantic import Field

from calypso.drivers.tape import (
    BarcodeDuplicate,
    Cartridge,
    CartridgeKind,
    CartridgeMissing,
    CleaningCartridge,
    Tape,
)
from calypso.jobs.tape._pools import POOLS, Cartridges, media_locks, pool_kept, several
from calypso.models import bookkeeping
from calypso.models.clock import now
from calypso.models.jobtype import Cancel, JobParams, JobResult, OnLost, job
from calypso.models.lock import Lock
from calypso.models.media import MediaPoolName, MediaRecord
from calypso.models.running import RunningJob


class Params(JobParams):
    """Which cartridges, and to which pool."""

    cartridges: Cartridges = Field(description="Barcodes of the cartridges.", min_length=1)
    pool: MediaPoolName | None = Field(
        default=None,
        description="Pool that may write to them; when empty, any pool that has none left.",
        json_schema_extra={"x-choices": POOLS},
    )

    def locks(self) -> Sequence[Lock]:
        # Not what is written: who writes to the pool holds that, perhaps while waiting for these.
        return [*media_locks(self.cartridges), *([pool_kept(self.pool)] if self.pool else [])]

    def title(self) -> str:
        to = f"to pool {self.pool}" if self.pool else "to no pool"
        return f"Assign {several(self.cartridges)} {to}"


class Result(JobResult):
    """What became scratch, and what was of that pool before and stays as it was."""

    assigned: tuple[str, ...]
    unchanged: tuple[str, ...]


@job(
    "tape.media_assign",
    driver=Tape,
    permission="tape:operate",
    timeout_s=600,
    cancel=Cancel.CHECKPOINT,
    on_lost=OnLost.REQUEUE,
)
def assign(params: Params, tape: Tape, running: RunningJob) -> Result:
    """Give cartridges to a media pool.

    They are scratch then, and may be written over from their start. One that holds what is to be
    kept is refused: tape.media_release gives that up. All are looked at before the first is given.
    """
    seen = tape.cartridges()
    for barcode in params.cartridges:
        _refuse_unfit(params, barcode, seen, running)
    assigned: list[str] = []
    unchanged: list[str] = []
    for done, barcode in enumerate(params.cartridges):
        running.stop_if_cancelled()
        running.report(done=done, total=len(params.cartridges), unit="cartridges")
        before = running.media.medium(barcode)
        after = _give(params, barcode, seen, before, running)
        (unchanged if after == before else assigned).append(barcode)
    running.report(done=len(params.cartridges))
    return Result(assigned=tuple(assigned), unchanged=tuple(unchanged))


def _refuse_unfit(
    params: Params, barcode: str, seen: Sequence[Cartridge], running: RunningJob
) -> None:
    there = [one for one in seen if one.barcode == barcode]
    record = running.media.medium(barcode)
    if len(there) > 1:
        places = " and ".join(f"{one.place} of {one.library}" for one in there)
        raise BarcodeDuplicate(f"{barcode} is in {places}. Take one of them out.")
    if record is None and not there:
        raise CartridgeMissing(f"{barcode} is in no library, and not on record.")
    kinds = {one.kind for one in there} | ({record.kind} if record else set())
    if CartridgeKind.CLEANING in kinds and params.pool is not None:
        raise CleaningCartridge(f"{barcode} is a cleaning cartridge: no pool writes to it.")
    if record is not None:
        pools = {one.name: one for one in running.media.pools()}
        bookkeeping.assigned(record, params.pool, pools=pools, at=now())


def _give(
    params: Params,
    barcode: str,
    seen: Sequence[Cartridge],
    before: MediaRecord | None,
    running: RunningJob,
) -> MediaRecord:
    """Give a cartridge with what the library knows of it; of one that is away, as on record."""
    one = next((one for one in seen if one.barcode == barcode), before)
    assert one is not None  # noqa: S101 - looked at before
    return running.media.assign(
        barcode,
        params.pool,
        kind=one.kind,
        library=one.library,
        capacity_bytes=one.capacity_bytes,
    )
