"""One suite for every tape product; `filelib` runs anywhere, `changer` on a library of the lab.

The library is the same on each: drives 0 and 1, slots 1 to 8, import/export slots 9 and 10; data in
slots 1 to 3, a cleaning cartridge in slot 4, one that is written once in slot 5.
"""

from functools import partial
from pathlib import Path

import pytest

from calypso.drivers.tape import CartridgeKind, CartridgeSpec, LibrarySpec, stream
from calypso.drivers.tape.changer import ChangerTape
from calypso.drivers.tape.ends import folder
from calypso.drivers.tape.filelib import FileTape
from calypso.host.local import LocalHost
from tests.lab import inside
from tests.lab.changer import LIBRARY
from tests.lab.here import Here

CARTRIDGE_BYTES = 4 << 20
CARTRIDGES = {
    "A00001L5": CartridgeKind.DATA,
    "A00002L5": CartridgeKind.DATA,
    "A00003L5": CartridgeKind.DATA,
    "CLN001L5": CartridgeKind.CLEANING,
    "W00001LT": CartridgeKind.WORM,
}
TIMEOUT_S = 120
EMULATED_S = 600  # for a test in a guest; alone on a machine it takes some ten seconds


class Place:
    """A tape product with that library on `machine`; `folder` is a place there for files.

    `take_out(slot)` is somebody who carries away what is in an import/export slot.
    """

    def __init__(self, product, machine, library, *, folder, reopen, user, take_out):
        self.product, self.machine, self.library = product, machine, library
        self.take_out = take_out
        self.folder = machine.path(folder)
        self._reopen, self._user = reopen, user
        self.tape = reopen(machine.host())
        self.drives = self.tape.library(library).drives[:2]

    def on(self, host):
        """The same product over another host."""
        return self._reopen(host)

    def loaded(self, slot=1, drive=0):
        """Load a cartridge, rewind it, and return the drive's serial number."""
        serial = self.drives[drive]
        self.tape.load(self.library, slot, serial)
        self.tape.rewind(serial)
        return serial

    def write(self, serial, data, *, block_bytes=65536, host=None):
        """Write a tape file where the tape stands."""
        source = self.folder / "source"
        source.write_bytes(data)
        stages = [("cat", str(source)), self.tape.writer(serial, block_bytes=block_bytes)]
        return stream.written((host or self.machine.host()).pipe(stages, timeout_s=TIMEOUT_S))

    def read(self, serial, **options):
        """Read on to the next file mark; returns what was there and what was told of it."""
        target = self.folder / "target"
        stages = [self.tape.reader(serial, **options), ("dd", f"of={target}", "status=none")]
        told = stream.was_read(self.machine.host().pipe(stages, timeout_s=TIMEOUT_S))
        return target.read_bytes(), told

    def using(self, serial):
        """Have the drive open, as a program would that uses it."""
        return self.machine.entered(*self._user(serial))

    def barcodes(self):
        """Where each cartridge is, as the library has it on record."""
        return {
            one.barcode: str(one.place) for one in self.tape.elements(self.library) if one.is_full
        }


CHANGER = pytest.param(
    "changer", marks=[pytest.mark.real("changer"), pytest.mark.timeout(EMULATED_S)]
)


@pytest.fixture(params=["filelib", CHANGER])
def place(request, tmp_path):
    if request.param == "filelib":
        return _filelib(tmp_path)
    return _changer(request.getfixturevalue("lab_changer"), tmp_path)


def _changer(changer, tmp_path):
    changer.hold({one: (kind.value[:5], CARTRIDGE_BYTES >> 20) for one, kind in CARTRIDGES.items()})
    guest = changer.guest

    def reopen(host):
        return ChangerTape(host, tmp_path / "state")

    def user(serial):
        return inside.opened, guest.path(reopen(guest.host()).drive(serial).device)

    folder = guest.path(f"/tmp/{tmp_path.name}")
    folder.mkdir(exist_ok=True)
    return Place(
        "changer", guest, LIBRARY,
        folder=folder, reopen=reopen, user=user, take_out=changer.take_out,
    )  # fmt: skip


def _filelib(tmp_path):
    def reopen(host):
        return FileTape(host, tmp_path / "state")

    tape = reopen(LocalHost())
    tape.create_library(LibrarySpec(name="shelf", slots=8, drives=2, ie_slots=2))
    for barcode, kind in CARTRIDGES.items():
        spec = CartridgeSpec(barcode=barcode, kind=kind, capacity_bytes=CARTRIDGE_BYTES)
        tape.create_cartridge("shelf", spec)

    def user(serial):
        return folder.opened, Path(tape.drive(serial).device)

    return Place(
        "filelib", Here(), "shelf",
        folder=tmp_path, reopen=reopen, user=user, take_out=partial(tape.take_out, "shelf"),
    )  # fmt: skip
