"""The tape protocol over folders, put together from its parts."""

import platform
import shutil
from pathlib import Path
from uuid import uuid4

from calypso.drivers.tape import CartridgeKind, CartridgeSpec, LibrarySpec
from calypso.drivers.tape.filelib.shelf import as_refusals
from calypso.drivers.tape.filelib.upkeep import Upkeep
from calypso.drivers.tape.filelib.virtual import new_cartridge, new_library
from calypso.host import Host
from calypso.models.inventory import Capability

FIRST = LibrarySpec(name="shelf", slots=8, drives=2, ie_slots=2)
FIRST_BYTES = 2 << 30  # of each cartridge; a file takes room on the disk only as it is written
FIRST_CARTRIDGES = (
    *(CartridgeSpec(barcode=f"CAL00{n}L8", capacity_bytes=FIRST_BYTES) for n in range(1, 6)),
    CartridgeSpec(barcode="CLN001L8", kind=CartridgeKind.CLEANING, capacity_bytes=1),
)


class FileTape(Upkeep):
    """Satisfies `Tape`. `state` is a folder on this node; several processes may use it at once."""

    def __init__(self, host: Host, state: Path) -> None:
        super().__init__(host, state)

    @property
    def host(self) -> Host:
        """The machine that the folders are on."""
        return self._host

    def probe(self) -> Capability:
        """Tell that this is for trying and for tests."""
        return Capability(
            product="filelib",
            version=f"Python {platform.python_version()}",
            available=True,
            production=False,
            reason="Folders instead of tapes: for trying Calypso, not for production.",
            how_to_install="For real libraries: apt-get install mtx mt-st sg3-utils.",
            features={"virtual": True, "worm": True, "cleaning": True, "encryption": False},
        )

    def furnish(self) -> None:
        """Where there was never a library, make one with some cartridges, so that there is one."""
        state = self._shelves.state
        if state.exists():
            return
        with as_refusals():
            state.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            aside = state.with_name(f".{state.name}-{uuid4().hex}")
            _furnish(aside)
            try:
                aside.rename(state)
            except OSError:  # somebody was faster
                shutil.rmtree(aside)
                if not state.exists():
                    raise


def _furnish(state: Path) -> None:
    state.mkdir(mode=0o700)
    library = state / FIRST.name
    new_library(state, FIRST).rename(library)
    for number, spec in enumerate(FIRST_CARTRIDGES, start=1):
        new_cartridge(state, spec).rename(library / f"slot-{number}" / spec.barcode)
