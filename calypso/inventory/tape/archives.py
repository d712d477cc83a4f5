"""Archives: what was written to cartridges, and which of them a restore needs."""

from collections.abc import Iterator

from calypso.drivers.tape import Tape
from calypso.models.archive import ArchiveRecord, ArchiveState
from calypso.models.inventory import InventoryRow, inventory
from calypso.models.running import Known


class Row(InventoryRow, ArchiveRecord):
    """One archive; `key` is its id. `cartridges`: in the order in which they are read.

    `away`: those of them that are in no library, as the books say, with the vault they are in.
    """

    cartridges: list[str]
    away: list[str]


@inventory("tape/archives", driver=Tape, row=Row, filters=("pool", "source", "snapshot", "state"))
def read_archives(_tape: Tape, known: Known) -> Iterator[Row]:
    """Archives on tape."""
    vaults = {one.barcode: one.vault for one in known.media.media() if one.vault}
    for one in known.media.archives():
        cartridges = one.barcodes()
        away = [f"{barcode} in {vaults[barcode]}" for barcode in cartridges if barcode in vaults]
        told = one.model_dump() | {"state": _state(one, known)}
        yield Row(key=str(one.id), **told, cartridges=cartridges, away=away)


def _state(archive: ArchiveRecord, known: Known) -> ArchiveState:
    """Return its state; one whose job has ended without a word, as a lost one does, is broken."""
    if archive.state is not ArchiveState.WRITING:
        return archive.state
    job = known.job(str(archive.job_id))
    return ArchiveState.BROKEN if job is None or job.state.is_terminal else archive.state
