"""What happens to a library, told in the words of the tape protocol, and what must come of it.

Each story is told to a real library in the lab, which is recorded (`tests/real/tape/record.py`),
and to the recording, by the unit tests. It begins and ends with every cartridge at home: data in
slots 1 to 3, cleaning in 4, written once in 5.
"""

import hashlib

import pytest

from calypso.drivers.tape import (
    CleaningCartridge,
    DriveBusy,
    DriveEmpty,
    DriveFull,
    DriveMissing,
    DriveState,
    EndOfData,
    EndOfMedium,
    LibraryMissing,
    NotACleaningCartridge,
    PositionUnknown,
    SlotEmpty,
    SlotFull,
    SlotMissing,
    Unsupported,
    WormViolation,
    stream,
)
from calypso.drivers.tape.changer import ChangerTape

LIBRARY, ONE, TWO = "LIB0000001", "DRIVE00001", "DRIVE00002"
BYTES = 100_000
TIMEOUT_S = 300


class Told:
    """A story's tape, over the host that records or replays it."""

    def __init__(self, host, state):
        self.host, self.tape = host, ChangerTape(host, state)

    def write(self, drive, size_bytes=BYTES):
        """Write zeros as one tape file."""
        source = ("head", "-c", str(size_bytes), "/dev/zero")
        stages = [source, self.tape.writer(drive, block_bytes=65536)]
        return stream.written(self.host.pipe(stages, timeout_s=TIMEOUT_S))

    def read(self, drive):
        """Read a tape file, and return its digest."""
        sink = ("sh", "-c", "sha256sum >&2")
        ends = self.host.pipe([self.tape.reader(drive), sink], timeout_s=TIMEOUT_S)
        stream.was_read(ends)
        return ends[-1].stderr.split()[0]

    def refuses(self, kind, verb, *arguments, **options):
        with pytest.raises(kind) as refused:
            getattr(self.tape, verb)(*arguments, **options)
        return refused.value


def zeros(size_bytes=BYTES):
    return hashlib.sha256(bytes(size_bytes)).hexdigest()


def looking(told):
    tape = told.tape
    assert tape.probe().version.startswith("mtx 1.3")
    (library,) = tape.libraries()
    assert (library.name, library.slots, library.ie_slots) == (LIBRARY, 8, 2)
    assert library.drives[:2] == (ONE, TWO)
    assert library.is_online
    assert tape.take_inventory(LIBRARY) == tape.elements(LIBRARY)
    assert [one.barcode for one in tape.cartridges()] == [
        "A00001L5", "A00002L5", "A00003L5", "CLN001L5", "W00001LT"
    ]  # fmt: skip
    assert [(one.serial, one.number, one.state) for one in tape.drives()] == [
        (ONE, 0, DriveState.EMPTY), (TWO, 1, DriveState.EMPTY)
    ]  # fmt: skip
    told.refuses(LibraryMissing, "elements", "NOSUCH")
    told.refuses(DriveMissing, "drive", "NOSUCH")
    told.refuses(Unsupported, "delete_cartridge", "A00001L5")


def scanning(told):
    heard = []
    told.tape.scan(lambda done, total: heard.append((done, total)))
    assert heard[-1][0] == heard[-1][1] > 0


def moving(told):
    tape = told.tape
    assert tape.load(LIBRARY, 2, TWO).source == 2
    drive = tape.drive(TWO)
    assert (drive.state, drive.barcode, drive.file) == (DriveState.LOADED, "A00002L5", None)
    told.refuses(DriveFull, "load", LIBRARY, 1, TWO)
    told.refuses(SlotFull, "unload", LIBRARY, TWO, 3)
    told.refuses(SlotMissing, "unload", LIBRARY, TWO, 77)
    tape.eject(TWO)
    assert tape.unload(LIBRARY, TWO, 7).barcode == "A00002L5"
    assert tape.transfer(LIBRARY, 7, 9).barcode == "A00002L5"
    told.refuses(SlotFull, "transfer", LIBRARY, 1, 9)
    assert tape.transfer(LIBRARY, 9, 2).number == 2


def moving_nothing(told):
    told.refuses(SlotEmpty, "load", LIBRARY, 8, ONE)
    told.refuses(SlotMissing, "load", LIBRARY, 11, ONE)
    told.refuses(DriveMissing, "load", LIBRARY, 1, "NOSUCH")
    told.refuses(CleaningCartridge, "load", LIBRARY, 4, ONE)
    told.refuses(NotACleaningCartridge, "load", LIBRARY, 1, ONE, cleaning=True)
    told.refuses(DriveEmpty, "unload", LIBRARY, ONE, 8)
    told.refuses(SlotEmpty, "transfer", LIBRARY, 8, 7)


def empty(told):
    for verb in ("rewind", "wind_to_end", "writer", "reader", "write_marks"):
        told.refuses(DriveEmpty, verb, ONE)
    told.refuses(DriveEmpty, "erase", ONE, long=False, timeout_s=60)
    assert told.tape.eject(ONE).state is DriveState.EMPTY


def writing(told):
    tape = told.tape
    tape.load(LIBRARY, 1, ONE)
    told.refuses(PositionUnknown, "writer", ONE)
    tape.rewind(ONE)
    with pytest.raises(EndOfData):  # it is blank
        told.read(ONE)
    assert tape.rewind(ONE).is_at_start
    assert told.write(ONE).blocks == 2
    told.write(ONE, 10)
    assert tape.write_marks(ONE).file == 3
    assert tape.go_to_file(ONE, 1).file == 1
    assert told.read(ONE) == zeros(10)
    told.refuses(EndOfData, "go_to_file", ONE, 50)
    assert told.read(ONE) == zeros()
    assert tape.wind_to_end(ONE).file == 3
    with pytest.raises(EndOfData):
        told.read(ONE)
    tape.unload(LIBRARY, ONE, 1)


def filling(told):
    tape = told.tape
    tape.load(LIBRARY, 2, ONE)
    tape.rewind(ONE)
    with pytest.raises(EndOfMedium) as full:
        told.write(ONE, 8 << 20)
    taken = full.value.streamed.bytes
    assert 2 << 20 < taken <= 4 << 20
    tape.rewind(ONE)
    assert told.read(ONE) == zeros(taken)
    assert tape.plan_erase(ONE, long=False).commands[1][-2:] == ["weof", "1"]
    assert tape.erase(ONE, long=False, timeout_s=300).is_at_start
    assert told.read(ONE) == zeros(0)
    told.refuses(Unsupported, "erase", ONE, long=True, timeout_s=300)
    tape.unload(LIBRARY, ONE, 2)


def writing_once(told):
    tape = told.tape
    tape.load(LIBRARY, 5, ONE)
    tape.rewind(ONE)
    told.write(ONE)
    told.write(ONE, 20)
    tape.rewind(ONE)
    with pytest.raises(WormViolation):
        told.write(ONE)
    told.refuses(WormViolation, "plan_erase", ONE, long=False)
    tape.rewind(ONE)
    assert told.read(ONE) == zeros()
    assert told.read(ONE) == zeros(20)
    tape.unload(LIBRARY, ONE, 5)


def cleaning(told):
    tape = told.tape
    assert tape.load(LIBRARY, 4, ONE, cleaning=True).barcode == "CLN001L5"
    told.refuses(CleaningCartridge, "writer", ONE)
    tape.unload(LIBRARY, ONE, 4)


def busy(told):
    """The drive is open in another program."""
    assert told.tape.drive(ONE).state is DriveState.BUSY
    told.refuses(DriveBusy, "rewind", ONE)
    told.refuses(DriveBusy, "writer", ONE)
    told.refuses(DriveBusy, "unload", LIBRARY, ONE, 1)


def gone(told):
    """The library is no longer attached."""
    assert told.tape.libraries() == []
    assert told.tape.drives() == []
    told.refuses(LibraryMissing, "load", LIBRARY, 1, ONE)
    told.refuses(DriveMissing, "rewind", ONE)


STORIES = (
    writing_once, looking, scanning, moving, moving_nothing, empty, writing, filling, cleaning,
    busy, gone,
)  # fmt: skip
