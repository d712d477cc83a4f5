"""A tape library with small cartridges, its books in memory, and jobs on both; for each product.

`FileShelf` is a library in a directory, `ChangerShelf` a real SCSI changer in a guest: the jobs run
here, on files of this machine, and what they do to a tape they do there (`tests/lab/far.py`).
What is on a tape is read without Calypso: as plain files, and with mt and dd.
"""

import hashlib
from typing import NamedTuple
from uuid import UUID

import pytest

from calypso import jobs
from calypso.drivers.tape import CartridgeKind, CartridgeSpec, EndOfData, LibrarySpec
from calypso.drivers.tape.changer import ChangerTape
from calypso.drivers.tape.filelib import FileTape
from calypso.host.local import LocalHost
from calypso.jobs.tape._bay import Bay
from calypso.models.media import MediaPool
from tests.acceptance.tape.trees import listed
from tests.fakes.memory_media import MemoryBooks
from tests.fakes.running import FakeRunning
from tests.lab.changer import LIBRARY
from tests.lab.far import FarTape
from tests.lab.guest import Line

CARTRIDGE_BYTES = 4 << 20
SLOTS = 40
IE_SLOT = SLOTS + 1  # the first one, of a library in a directory
HERE = "here"
TYPES = jobs.load()
JOB = str(UUID(int=17))
BLOCK_BYTES = 262144
TIMEOUT_S = 120


class TapeFile(NamedTuple):
    """What stands on a tape up to a file mark, or without one up to the end."""

    data: bytes
    is_marked: bool = True


def opened(where, state, **settings):
    """Return the product that is `here`, or in the guest of this folder; `settings` of its host."""
    if where == HERE:
        return FileTape(LocalHost(**settings), state)
    return ChangerTape(FarTape(Line(where), **settings), state)


class Shelf:
    """What both have."""

    where = HERE

    def __init__(self, folder, library, books=None):
        self.folder, self.state, self.library = folder, folder / "state", library
        self.books = books or MemoryBooks()
        self.books.create_pool(MediaPool(name="weekly"))
        self.tape = self.opened()
        (folder / "private").mkdir(parents=True)

    def opened(self, **settings):
        """Return the product; `settings` are those of its host."""
        return opened(self.where, self.state, **settings)

    def look(self, count):
        """Take in what drives there are, and put blank cartridges into the first slots."""
        library = self.tape.library(self.library)
        self.drive, self.other_drive = library.drives[:2]
        self.ie_slot = library.slots + 1
        for number in range(1, count + 1):
            self.add(f"A0000{number}L5")

    def add(self, barcode, *, kind=CartridgeKind.DATA, pool="weekly", size=CARTRIDGE_BYTES):
        """Put a blank cartridge into the library and on record."""
        self.put(CartridgeSpec(barcode=barcode, kind=kind, capacity_bytes=size))
        self.books.assign(barcode, pool, kind=kind, library=self.library, capacity_bytes=size)

    def running(self, **said):
        """A running job on these books."""
        running = FakeRunning(self.folder / "private", media=self.books, **said)
        running.job_id = JOB
        return running

    def run(self, verb, running=None, /, *, tape=None, **params):
        """Run a job type of the tape subsystem."""
        job_type = TYPES[f"tape.{verb}"]
        return job_type.run(job_type.params(**params), tape or self.tape, running or self.running())

    def write(self, path, running=None, **params):
        """Archive a directory to the pool."""
        given = {"path": str(path), "pool": "weekly", "drive": self.drive, "wait_s": 0} | params
        return self.run("archive_write", running, **given)

    def place(self, barcode):
        """Where a cartridge is."""
        return next(one for one in self.tape.cartridges() if one.barcode == barcode).place

    def carry_away(self, *barcodes):
        """Have nobody find a cartridge any more; none of them may be in a drive."""
        for barcode in barcodes:
            self.tape.transfer(self.library, self.place(barcode).number, self.ie_slot)
            self.take_out(self.ie_slot)

    def settled(self):
        """Digests of every tape file that has its mark: they must not change any more."""
        return {
            (barcode, number): hashlib.sha256(file.data).hexdigest()
            for barcode in self.written()
            for number, file in enumerate(self.files(barcode))
            if file.is_marked
        }


class FileShelf(Shelf):
    """A library in a directory."""

    kills, most_cartridges, patience_s = 10, 36, 3.0

    def __init__(self, folder, count, books=None):
        super().__init__(folder, "shelf", books)
        self.tape.create_library(LibrarySpec(name="shelf", slots=SLOTS, drives=2, ie_slots=2))
        self.look(count)

    def put(self, spec):
        self.tape.create_cartridge(self.library, spec)

    def take_out(self, ie_slot):
        self.tape.take_out(self.library, ie_slot)

    def edit(self, barcode, **said):
        """Set a cartridge's tab, or give it another capacity."""
        self.tape.edit_cartridge(barcode, **said)

    def written(self):
        return {path.parent.name for path in self.paths("*")}

    def held_bytes(self, barcode):
        """How much is on a cartridge at this moment, whatever it is."""
        return sum(map(size_of, self.paths(barcode)))

    def files(self, barcode):
        """The tape files of a cartridge, wherever it is."""
        return [TapeFile(one.read_bytes(), one.suffix != ".open") for one in self.paths(barcode)]

    def untarred(self, barcode, file, folder):
        """Unpack a tape file without Calypso, as docs/archives.md says; what is there then."""
        folder.mkdir()
        unpack = ("tar", "-xf", str(self.paths(barcode)[file]), "-C", str(folder), *KEEP)
        assert LocalHost().run(unpack, timeout_s=TIMEOUT_S).ok
        return listed(folder)

    def spoil(self, part):
        """Turn a byte in the middle of a part."""
        path, at = self.paths(part.barcode)[part.file], part.size_bytes // 2
        path.write_bytes(turned(path.read_bytes(), at))

    def wipe(self, barcode):
        """Leave nothing on a cartridge."""
        for path in self.paths(barcode):
            path.unlink()

    def tear(self, data):
        """Leave data behind all that is on the loaded tape; returns as which tape file."""
        barcode = self.tape.drive(self.drive).barcode
        count = len(self.paths(barcode))
        torn = self.paths(barcode)[-1].with_name(f"{count:06d}.b{BLOCK_BYTES}.open")
        torn.write_bytes(data)
        return count

    def paths(self, barcode):
        """The tape files of a cartridge, wherever it is, as files."""
        return sorted(self.state.glob(f"*/*/{barcode}/[0-9]*"))


KEEP = ("--acls", "--xattrs", "--xattrs-include=*")
# Read as many tape files as there are, and no more: what a drive says at the end of its data is
# its own affair.
READ = """
mt -f "$0" rewind
for number in $(seq 0 $(($2 - 1))); do
    dd if="$0" of="$1/$number" bs=256k status=none
done
"""
TEAR = 'mt -f "$0" rewind; mt -f "$0" asf "$2"; dd if="$1" of="$0" bs=256k status=none'
UNTAR = 'mt -f "$0" rewind && mt -f "$0" asf "$1" && shift && tar -b 512 -xf "$0" -C "$@"'


class ChangerShelf(Shelf):
    """A SCSI changer in a guest. Nobody can set the tab of its cartridges, or fill 40 slots."""

    kills, most_cartridges, patience_s = 2, 8, 30.0

    def __init__(self, folder, count, changer):
        self.changer, self.guest, self.where = changer, changer.guest, str(changer.guest.work)
        changer.hold({})
        super().__init__(folder, LIBRARY)
        self.there = self.guest.path(f"/tmp/{folder.name}-tape")
        self.guest.host().run(("rm", "-rf", str(self.there)), timeout_s=TIMEOUT_S)
        self.there.mkdir()
        self.look(count)

    def put(self, spec):
        self.changer.put(spec.barcode, spec.kind.value[:5], spec.capacity_bytes >> 20)

    def take_out(self, ie_slot):
        self.changer.take_out(ie_slot)

    def edit(self, _barcode, **said):
        pytest.skip(f"tgt's cartridges are what they are: {', '.join(said)} cannot be set")

    def written(self):
        return self.changer.written()

    def held_bytes(self, barcode):
        return self.changer.medium(barcode).stat().st_size

    def files(self, barcode):
        """The tape files of a cartridge, which is in the first drive then."""
        count, block = self._end_of(barcode)
        self._sh(READ, self.there, str(count + bool(block)))
        found = [self.there / str(number) for number in range(count + bool(block))]
        return [TapeFile(one.read_bytes(), at < count) for at, one in enumerate(found)]

    def untarred(self, barcode, file, folder):
        self._bring(barcode)
        folder = self.guest.path(folder)
        self.guest.host().run(("mkdir", "-p", str(folder)), timeout_s=TIMEOUT_S)
        self._sh(UNTAR, str(file), str(folder), *KEEP)
        return self.guest.call(listed, folder)

    def spoil(self, part):
        data = self.files(part.barcode)[part.file].data
        at = part.size_bytes // 2
        medium = self.changer.medium(part.barcode)
        image = medium.read_bytes()
        medium.write_bytes(turned(image, image.index(data[at : at + 64])))

    def wipe(self, barcode):
        self.tape.unload(self.library, self.drive, self.changer.home(barcode))
        self.changer.wipe(barcode)

    def tear(self, data):
        number, _ = self._end_of(self.tape.drive(self.drive).barcode)
        source = self.there / "torn"
        source.write_bytes(data)
        self._sh(TEAR, source, str(number))
        return number

    def _end_of(self, barcode):
        """How many file marks are on a cartridge, and how many blocks behind the last."""
        self._bring(barcode)
        try:
            end = self.tape.wind_to_end(self.drive)
        except EndOfData:
            return 0, 0
        return end.file, end.block

    def _bring(self, barcode):
        Bay(self.tape, self.drive, self.running()).bring(barcode)

    def _sh(self, script, *words):
        argv = ("sh", "-ec", script, self.tape.drive(self.drive).device, *map(str, words))
        ran = self.guest.host().run(argv, timeout_s=TIMEOUT_S)
        assert ran.ok, f"{ran.stdout}\n{ran.stderr}"


def size_of(path):
    """Return the size of a file that gets another name when it is whole; 0 at that moment."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def turned(data, at):
    """Return data with one byte other than it was."""
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
