"""Moving a cartridge from slot to slot, for every job that does."""

from collections.abc import Callable, Sequence

from calypso.drivers.tape import CartridgeLoaded, Element, ElementKind, Tape
from calypso.jobs.tape._cartridges import CartridgeParams, source_of
from calypso.models.jobtype import JobResult
from calypso.models.running import RunningJob


class Transferred(JobResult):
    """What was moved, and where it was and is."""

    cartridge: str | None
    source: int
    target: int


def transfer(
    params: CartridgeParams,
    tape: Tape,
    running: RunningJob,
    target_of: Callable[[Sequence[Element]], int],
) -> Transferred:
    """Move a cartridge to the slot that `target_of` chooses; one that is there is fine.

    A cartridge without a label that an earlier run of this job has moved is found where it put it.
    """
    running.report(phase="looking")
    elements = tape.elements(params.library)
    if (done := _done_before(params, running.external, elements)) is not None:
        return done
    source, target = source_of(params, elements), target_of(elements)
    if source.kind is ElementKind.DRIVE:
        raise CartridgeLoaded(f"{source.barcode} is in {source.place}. Unload it first.")
    if source.number != target:
        running.remember(str(target))
        running.report(phase="moving")
        tape.transfer(params.library, source.number, target)
    return Transferred(cartridge=source.barcode, source=source.number, target=target)


def _done_before(
    params: CartridgeParams, external: str | None, elements: Sequence[Element]
) -> Transferred | None:
    if external is None or params.slot is None:
        return None
    full = {one.number: one.is_full for one in elements if one.kind is not ElementKind.DRIVE}
    target = int(external)
    is_done = full.get(target) and not full.get(params.slot)
    return Transferred(cartridge=None, source=params.slot, target=target) if is_done else None
