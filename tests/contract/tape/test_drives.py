"""What every tape product does with drives and streams, and how it refuses."""

import threading
import time

import pytest

from calypso.drivers.tape import (
    BlockTooLarge,
    DriveBusy,
    DriveEmpty,
    DriveState,
    EndOfData,
    EndOfMedium,
    PositionUnknown,
    StreamBroken,
    TapeError,
    WormViolation,
    stream,
)
from calypso.errors import JobCancelled
from calypso.host.stopping import Stop, StopSignal
from tests.contract.tape.conftest import CARTRIDGE_BYTES

pytestmark = pytest.mark.proves()  # the driver itself
TEXT = bytes(range(256)) * 1024  # 256 KiB: four blocks of 64 KiB


def test_an_empty_drive_says_so(place):
    drive = place.tape.drive(place.drives[0])

    assert drive.state is DriveState.EMPTY
    assert (drive.library, drive.number, drive.barcode) == (place.library, 0, None)


def test_every_drive_is_listed_once(place):
    found = [(one.serial, one.number) for one in place.tape.drives()]

    assert found == [(place.drives[0], 0), (place.drives[1], 1)]


def test_what_needs_a_cartridge_does_not_wait_for_one(place):
    began = time.monotonic()

    for verb in ("rewind", "wind_to_end", "writer", "reader", "write_marks"):
        with pytest.raises(DriveEmpty, match=place.drives[0]):
            getattr(place.tape, verb)(place.drives[0])
    with pytest.raises(DriveEmpty):
        place.tape.go_to_file(place.drives[0], 1)
    with pytest.raises(DriveEmpty):
        place.tape.erase(place.drives[0], long=False, timeout_s=60)
    assert time.monotonic() - began < 60


def test_a_loaded_drive_tells_its_cartridge(place):
    place.tape.load(place.library, 3, place.drives[1])
    drive = place.tape.drive(place.drives[1])

    assert drive.state is DriveState.LOADED
    assert (drive.barcode, drive.source, drive.number) == ("A00003L5", 3, 1)


def test_after_a_load_nothing_is_written_before_it_is_said_where(place):
    place.tape.load(place.library, 1, place.drives[0])

    assert place.tape.drive(place.drives[0]).file is None
    for verb in ("writer", "reader", "write_marks"):
        with pytest.raises(PositionUnknown, match="Rewind"):
            getattr(place.tape, verb)(place.drives[0])


def test_a_rewound_tape_stands_at_its_start(place):
    drive = place.tape.drive(place.loaded())

    assert (drive.file, drive.block) == (0, 0)
    assert drive.is_at_start


def test_what_was_written_is_read_again(place):
    drive = place.loaded()
    told = place.write(drive, TEXT)
    assert (told.bytes, told.blocks, told.is_marked) == (len(TEXT), 4, True)
    assert place.tape.drive(drive).file == 1

    place.tape.rewind(drive)
    data, told = place.read(drive)
    assert data == TEXT
    assert (told.bytes, told.blocks, told.is_marked) == (len(TEXT), 4, True)


def test_a_last_block_may_be_short(place):
    drive = place.loaded()
    assert place.write(drive, TEXT[:70000]).blocks == 2

    place.tape.rewind(drive)
    assert place.read(drive)[0] == TEXT[:70000]


def test_an_empty_stream_leaves_a_file_mark(place):
    drive = place.loaded()
    assert place.write(drive, b"").bytes == 0
    place.write(drive, TEXT)

    place.tape.rewind(drive)
    assert place.read(drive)[0] == b""
    assert place.read(drive)[0] == TEXT


def test_tape_files_are_found_by_their_number(place):
    drive = place.loaded()
    for number in range(3):
        place.write(drive, bytes([number]) * 1000)

    assert place.tape.go_to_file(drive, 1).file == 1
    assert place.read(drive)[0] == b"\1" * 1000
    assert place.read(drive)[0] == b"\2" * 1000
    assert place.tape.go_to_file(drive, 0).is_at_start


def test_reading_beyond_the_end_is_refused(place):
    drive = place.loaded()
    place.write(drive, TEXT)
    place.tape.wind_to_end(drive)

    with pytest.raises(EndOfData):
        place.read(drive)


def test_a_blank_tape_holds_nothing(place):
    with pytest.raises(EndOfData):
        place.read(place.loaded(slot=2))


def test_going_beyond_the_last_file_is_refused_and_rewinds(place):
    drive = place.loaded()
    place.write(drive, TEXT)

    with pytest.raises(EndOfData, match="50"):
        place.tape.go_to_file(drive, 50)
    assert place.tape.drive(drive).file == 0


def test_what_is_written_at_the_end_is_added(place):
    drive = place.loaded()
    place.write(drive, b"first" * 100)
    place.tape.rewind(drive)

    assert place.tape.wind_to_end(drive).file == 1
    place.write(drive, b"second" * 100)

    place.tape.rewind(drive)
    assert place.read(drive)[0] == b"first" * 100
    assert place.read(drive)[0] == b"second" * 100


def test_what_is_written_in_the_middle_ends_the_tape(place):
    drive = place.loaded()
    for number in range(3):
        place.write(drive, bytes([number]) * 1000)
    place.tape.go_to_file(drive, 1)
    place.write(drive, b"anew" * 100)

    place.tape.rewind(drive)
    assert place.read(drive)[0] == b"\0" * 1000
    assert place.read(drive)[0] == b"anew" * 100
    with pytest.raises(EndOfData):
        place.read(drive)


def test_file_marks_are_written_by_themselves(place):
    drive = place.loaded()
    assert place.tape.write_marks(drive, 2).file == 2

    place.tape.rewind(drive)
    assert place.read(drive)[0] == b""


def test_a_full_cartridge_says_how_much_it_took(place):
    drive = place.loaded()
    data = TEXT * (2 * CARTRIDGE_BYTES // len(TEXT))

    with pytest.raises(EndOfMedium) as full:
        place.write(drive, data)
    taken = full.value.streamed.bytes
    assert CARTRIDGE_BYTES // 2 < taken <= CARTRIDGE_BYTES
    assert taken % 65536 == 0

    place.tape.rewind(drive)
    assert place.read(drive)[0] == data[:taken]


def test_a_block_larger_than_expected_is_refused(place):
    drive = place.loaded()
    place.write(drive, TEXT, block_bytes=131072)
    place.tape.rewind(drive)

    with pytest.raises(BlockTooLarge):
        place.read(drive, block_bytes=65536)


def test_a_cartridge_written_once_takes_more_but_loses_nothing(place):
    drive = place.loaded(slot=5)
    place.write(drive, b"kept" * 1000)
    place.write(drive, b"kept too" * 1000)

    for go in (place.tape.rewind, lambda serial: place.tape.go_to_file(serial, 1)):
        go(drive)
        with pytest.raises(WormViolation):
            place.write(drive, b"over it" * 1000)
    with pytest.raises(WormViolation):
        place.tape.erase(drive, long=False, timeout_s=60)

    place.tape.rewind(drive)
    assert place.read(drive)[0] == b"kept" * 1000
    assert place.read(drive)[0] == b"kept too" * 1000


def test_an_erased_tape_holds_nothing(place):
    drive = place.loaded()
    place.write(drive, TEXT)
    plan = place.tape.plan_erase(drive, long=False)
    assert any("A00001L5" in line for line in [*plan.effects, *plan.destroys])

    assert place.tape.erase(drive, long=False, timeout_s=60).is_at_start
    assert is_blank(place, drive)


def is_blank(place, drive):
    """Nothing, or a lone file mark."""
    try:
        return place.read(drive)[0] == b""
    except EndOfData:
        return True


def test_a_drive_in_use_is_refused_to_others(place):
    drive = place.loaded()

    with place.using(drive):
        assert place.tape.drive(drive).state is DriveState.BUSY
        for act in (
            lambda: place.tape.rewind(drive),
            lambda: place.tape.writer(drive),
            lambda: place.tape.unload(place.library, drive, 1),
        ):
            with pytest.raises(DriveBusy, match=drive):
                act()
    assert place.tape.unload(place.library, drive, 1).barcode == "A00001L5"


def test_an_ejected_cartridge_can_be_taken_away(place):
    drive = place.loaded()
    place.write(drive, TEXT)
    place.tape.eject(drive)

    assert place.tape.unload(place.library, drive, 1).barcode == "A00001L5"
    assert place.tape.eject(drive).state is DriveState.EMPTY


def test_a_source_that_breaks_off_is_never_called_written(place):
    drive = place.loaded()
    source = ("sh", "-c", "head -c 100000 /dev/zero; exit 3")

    ran = place.machine.host().pipe([source, place.tape.writer(drive)], timeout_s=60)
    with pytest.raises(StreamBroken, match="3"):
        stream.written(ran)


def test_a_reader_that_goes_away_is_said_to_be_the_reason(place):
    drive = place.loaded()
    place.write(drive, TEXT * 8)
    place.tape.rewind(drive)

    sink = ("sh", "-c", "head -c 1000 >/dev/null; exit 3")
    ran = place.machine.host().pipe([place.tape.reader(drive), sink], timeout_s=60)
    with pytest.raises(StreamBroken, match="3"):
        stream.was_read(ran)


def test_a_cancelled_writer_leaves_the_drive_to_the_next(place):
    drive = place.loaded()
    stop, halted = StopSignal(), threading.Event()
    host = place.machine.host(stop=stop)
    source = ("sh", "-c", "head -c 1000000 /dev/zero; exec sleep 600")

    def cancel_when_it_writes():
        if not halted.is_set():
            halted.set()
            stop.request(Stop.CANCELLED)

    with pytest.raises(JobCancelled):
        host.pipe(
            [source, place.tape.writer(drive, block_bytes=65536)],
            timeout_s=60,
            on_beat=cancel_when_it_writes,
        )
    stop.close()

    place.tape.rewind(drive)
    place.write(drive, TEXT)
    place.tape.rewind(drive)
    assert place.read(drive)[0] == TEXT


def test_gnu_tar_goes_through_the_pipe(place):
    drive = place.loaded()
    for name, text in (("one", b"1" * 5000), ("two", b"2" * 90000)):
        (place.folder / name).write_bytes(text)
    source = ("tar", "-C", str(place.folder), "-cf", "-", "one", "two")
    stream.written(place.machine.host().pipe([source, place.tape.writer(drive)], timeout_s=60))
    (place.folder / "back").mkdir()

    place.tape.rewind(drive)
    target = ("tar", "-C", str(place.folder / "back"), "-xf", "-")
    stream.was_read(place.machine.host().pipe([place.tape.reader(drive), target], timeout_s=60))
    assert (place.folder / "back" / "two").read_bytes() == b"2" * 90000


def test_every_refusal_has_a_code_of_its_own():
    codes = [kind.code for kind in TapeError.__subclasses__()]

    assert len(codes) == len(set(codes))
    assert all(code.startswith("tape_") for code in codes)
