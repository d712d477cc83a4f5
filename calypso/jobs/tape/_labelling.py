"""Labelling cartridges that hold nothing: by name, or all that lie in some slots."""

from calypso.drivers.tape import CartridgeKind, CleaningCartridge
from calypso.errors import Conflict
from calypso.jobs.tape._bay import Bay, Found
from calypso.jobs.tape._labels import Label, MediumForeign
from calypso.jobs.tape._supply import label_for, write_label
from calypso.models import media
from calypso.models.media import MediaRecord
from calypso.models.media_refusals import MediumKept
from calypso.models.running import RunningJob


class MediumUsed(Conflict):
    """The cartridge has a label of Calypso and archives on it."""

    code = "medium_used"
    title = "Cartridge is in use"


def label_medium(bay: Bay, barcode: str, pool: str, running: RunningJob) -> Label | None:
    """Label a cartridge for a pool and put it on record; None when it has that label already.

    Never one that holds anything: MediumForeign, MediumUsed, MediumKept.
    """
    running.media.pool(pool)
    record = running.media.medium(barcode)
    if record is not None and record.is_written:
        raise MediumKept(f"{barcode} is written, as the books say. See the table tape/media.")
    kind = _kind(bay, barcode)
    bay.bring(barcode)
    found = bay.look()
    _refuse_used(found, barcode)
    if found.label is not None and (found.label.barcode, found.label.pool) == (barcode, pool):
        _assign(bay, barcode, pool, kind, running)
        return None
    bay.tape.writer(bay.serial)  # refuses what cannot be written, before the books know of it
    record = _assign(bay, barcode, pool, kind, running)
    label = label_for(record, 0, running)
    with running.tidying():  # a tape whose label is cut is nobody's
        write_label(bay, label)
    return label


def _assign(
    bay: Bay, barcode: str, pool: str, kind: CartridgeKind, running: RunningJob
) -> MediaRecord:
    return running.media.assign(
        barcode, pool, kind=media.CartridgeKind(kind.value), library=bay.library
    )


def _kind(bay: Bay, barcode: str) -> CartridgeKind:
    kinds = [one.kind for one in bay.tape.cartridges() if one.barcode == barcode]
    kind = kinds[0] if kinds else CartridgeKind.DATA
    if kind is CartridgeKind.CLEANING:
        raise CleaningCartridge(f"{barcode} is a cleaning cartridge: it takes no label.")
    return kind


def _refuse_used(found: Found, barcode: str) -> None:
    erase = "Nothing was written. If nobody wants it, erase it first: tape.media_erase."
    if found.stranger is not None:
        raise MediumForeign(f"{barcode} holds {found.stranger}. {erase}")
    label = found.label
    if label is not None and label.set_id is not None:
        raise MediumUsed(f"{barcode} holds a set of pool {label.pool}. {erase}")
    if label is not None and label.barcode != barcode:
        raise MediumForeign(f"{barcode} has the label of {label.barcode}. {erase}")
