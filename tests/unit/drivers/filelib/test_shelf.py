"""What only a library in a directory has: faults by hand, a format, kills at any moment."""

import json
import os
import random
import signal
import subprocess
import sys
import time

import pytest

from calypso import inventory
from calypso import jobs as job_types
from calypso.drivers.tape import (
    BadName,
    BarcodeDuplicate,
    CartridgeExists,
    CartridgeKind,
    CartridgeLoaded,
    CartridgeMissing,
    CartridgeSpec,
    CleaningExpired,
    DriveOffline,
    DriveState,
    ElementBlocked,
    EndOfMedium,
    LibraryExists,
    LibraryInUse,
    LibraryMissing,
    LibraryOffline,
    LibrarySpec,
    MediumDamaged,
    NoFreeSlot,
    RobotJammed,
    SlotEmpty,
    SlotMissing,
    Unsupported,
    WriteProtected,
    stream,
)
from calypso.drivers.tape.ends import folder
from calypso.drivers.tape.filelib import FileTape
from calypso.host.local import LocalHost
from tests.fakes.running import FakeRunning

BYTES = 1 << 20
TYPES, TABLES = job_types.load(), inventory.load()
HOST = LocalHost()


def spec(barcode="A00001L8", kind=CartridgeKind.DATA, capacity_bytes=BYTES):
    return CartridgeSpec(barcode=barcode, kind=kind, capacity_bytes=capacity_bytes)


@pytest.fixture
def state(tmp_path):
    return tmp_path / "tape"


@pytest.fixture
def tape(state):
    tape = FileTape(HOST, state)
    tape.create_library(LibrarySpec(name="shelf", slots=4, drives=2, ie_slots=1))
    tape.create_cartridge("shelf", spec())
    return tape


def edit(path, **given):
    told = json.loads(path.read_text())
    path.write_text(json.dumps({**told, **given}))


def loaded(tape):
    tape.load("shelf", 1, "shelf-0")
    return tape.rewind("shelf-0").serial


def write(tape, data, block_bytes=65536):
    source = ("head", "-c", str(len(data)), "/dev/zero")
    stages = [source, tape.writer("shelf-0", block_bytes=block_bytes)]
    return stream.written(HOST.pipe(stages, timeout_s=60))


# -- the first library


def test_a_first_start_finds_a_library_to_try(state):
    tape = FileTape(HOST, state)
    tape.furnish()

    assert [one.name for one in tape.libraries()] == ["shelf"]
    assert len(tape.cartridges()) == 6
    assert tape.elements("shelf")[0].number == 0


def test_a_library_that_was_removed_does_not_come_back(state):
    tape = FileTape(HOST, state)
    tape.furnish()
    tape.delete_library("shelf")
    tape.furnish()

    assert tape.libraries() == []


def test_a_driver_that_was_never_asked_for_a_library_has_none(state):
    tape = FileTape(HOST, state)

    assert tape.libraries() == tape.drives() == tape.cartridges() == []
    with pytest.raises(LibraryMissing):
        tape.elements("shelf")


# -- faults, by hand


def test_a_library_that_is_off_takes_no_commands_but_is_listed(tape, state):
    edit(state / "shelf" / "library.json", is_online=False)

    (library,) = tape.libraries()
    assert not library.is_online
    assert library.reason
    assert tape.cartridges() == []
    for act in (
        lambda: tape.elements("shelf"),
        lambda: tape.load("shelf", 1, "shelf-0"),
        lambda: tape.transfer("shelf", 1, 2),
    ):
        with pytest.raises(LibraryOffline, match="shelf"):
            act()


def test_a_robot_that_jams_moves_nothing(tape, state):
    edit(state / "shelf" / "library.json", jammed="picker fault 15/01")

    with pytest.raises(RobotJammed, match="picker fault 15/01"):
        tape.load("shelf", 1, "shelf-0")
    assert tape.elements("shelf")[2].barcode == "A00001L8"


def test_a_drive_that_is_off_says_so(tape, state):
    loaded(tape)
    edit(state / "shelf" / "drive-0" / "drive.json", is_online=False)

    assert tape.drive("shelf-0").state is DriveState.OFFLINE
    for act in (
        lambda: tape.rewind("shelf-0"),
        lambda: tape.writer("shelf-0"),
        lambda: tape.unload("shelf", "shelf-0", 2),
    ):
        with pytest.raises(DriveOffline, match="shelf-0"):
            act()


def test_a_damaged_tape_is_neither_read_nor_written(tape, state):
    loaded(tape)
    write(tape, b"0" * 1000)
    tape.rewind("shelf-0")
    edit(state / "shelf" / "drive-0" / "A00001L8" / "cartridge.json", is_damaged=True)

    with pytest.raises(MediumDamaged):
        write(tape, b"0" * 1000)
    ran = HOST.pipe([tape.reader("shelf-0"), ("cat",)], timeout_s=60)
    with pytest.raises(MediumDamaged):
        stream.was_read(ran)


def test_a_tab_forbids_writing_and_erasing(tape):
    tape.edit_cartridge("A00001L8", is_write_protected=True)
    loaded(tape)

    assert tape.drive("shelf-0").is_write_protected
    for act in (
        lambda: tape.writer("shelf-0"),
        lambda: tape.write_marks("shelf-0"),
        lambda: tape.erase("shelf-0", long=True, timeout_s=1),
        lambda: tape.plan_erase("shelf-0", long=True),
    ):
        with pytest.raises(WriteProtected, match="A00001L8"):
            act()


def test_cleaning_takes_the_flags_down_and_uses_the_cartridge_up(tape, state):
    tape.create_cartridge("shelf", spec("CLN001L8", CartridgeKind.CLEANING))
    edit(state / "shelf" / "slot-2" / "CLN001L8" / "cartridge.json", uses_left=1)
    edit(state / "shelf" / "drive-0" / "drive.json", tape_alerts=[20, 30])
    assert tape.drive("shelf-0").needs_cleaning

    tape.load("shelf", 2, "shelf-0", cleaning=True)
    tape.unload("shelf", "shelf-0", 2)
    assert [one.name for one in tape.drive("shelf-0").tape_alerts] == ["Hardware A"]
    with pytest.raises(CleaningExpired, match="CLN001L8"):
        tape.load("shelf", 2, "shelf-0", cleaning=True)


def test_a_cartridge_put_in_by_hand_beside_another_blocks_the_slot(tape, state):
    tape.create_cartridge("shelf", spec("A00002L8"))
    (state / "shelf" / "slot-2" / "A00002L8").rename(state / "shelf" / "slot-1" / "A00002L8")

    assert tape.elements("shelf")[2].trouble == "2 cartridges are in it."
    with pytest.raises(ElementBlocked, match="slot 1"):
        tape.load("shelf", 1, "shelf-0")


def test_a_cartridge_taken_out_by_hand_is_gone_from_the_books(tape, state):
    loaded(tape)
    (state / "shelf" / "drive-0" / "A00001L8").rename(state / "kept")

    assert tape.drive("shelf-0").state is DriveState.EMPTY
    assert tape.elements("shelf")[0].barcode is None


def test_looking_at_a_drive_is_in_nobodys_way(tape, state):
    loaded(tape)
    drive = state / "shelf" / "drive-0"

    assert not folder.is_in_use(drive)
    with folder.opened(drive):
        assert folder.is_in_use(drive)
        assert folder.is_in_use(drive)
    assert not folder.is_in_use(drive)


# -- virtual libraries


def test_a_name_is_given_once(tape):
    with pytest.raises(LibraryExists):
        tape.create_library(LibrarySpec(name="shelf", slots=1, drives=1))
    for name in ("", "../shelf", "-f", "a b", "x" * 65):
        with pytest.raises(BadName):
            tape.create_library(LibrarySpec(name=name, slots=1, drives=1))
    with pytest.raises(LibraryExists):
        tape.create_library(LibrarySpec(name="outside", slots=1, drives=1))


def test_a_barcode_is_given_once(tape):
    with pytest.raises(CartridgeExists, match="A00001L8"):
        tape.create_cartridge("shelf", spec())
    with pytest.raises(BadName):
        tape.create_cartridge("shelf", spec("../A"))


def test_a_full_library_takes_no_more(tape):
    for number in (2, 3, 4):
        tape.create_cartridge("shelf", spec(f"A0000{number}L8"))

    with pytest.raises(NoFreeSlot):
        tape.create_cartridge("shelf", spec("A00005L8"))


def test_a_cartridge_goes_out_of_the_library_and_in_again(tape):
    tape.transfer("shelf", 1, 5)
    assert tape.take_out("shelf", 5) == "A00001L8"
    assert tape.outside() == ["A00001L8"]
    assert tape.cartridges() == []
    with pytest.raises(CartridgeExists, match="outside"):
        tape.create_cartridge("shelf", spec())
    with pytest.raises(SlotEmpty):
        tape.take_out("shelf", 5)
    with pytest.raises(SlotMissing):
        tape.take_out("shelf", 1)

    assert str(tape.insert("shelf", "A00001L8").place) == "I/E slot 5"
    with pytest.raises(CartridgeMissing):
        tape.insert("shelf", "A00001L8")


def test_what_is_in_a_drive_is_not_changed(tape):
    loaded(tape)

    for act in (
        lambda: tape.edit_cartridge("A00001L8", is_write_protected=True),
        lambda: tape.delete_cartridge("A00001L8"),
        lambda: tape.plan_delete_cartridge("A00001L8"),
    ):
        with pytest.raises(CartridgeLoaded, match="drive 0"):
            act()


def test_a_cartridge_that_is_deleted_is_gone(tape, state):
    assert tape.plan_delete_cartridge("A00001L8").destroys == ["A00001L8: 0 bytes"]
    tape.delete_cartridge("A00001L8")

    assert tape.cartridges() == []
    assert not list(state.glob(".*-*"))
    with pytest.raises(CartridgeMissing):
        tape.delete_cartridge("A00001L8")


def test_a_barcode_seen_twice_is_refused(tape, state):
    tape.create_cartridge("shelf", spec("A00002L8"))
    (state / "shelf" / "slot-2" / "A00002L8").rename(state / "shelf" / "slot-2" / "A00001L8")

    with pytest.raises(BarcodeDuplicate, match="slot 1 of shelf and slot 2 of shelf"):
        tape.edit_cartridge("A00001L8", is_write_protected=True)
    assert [one.barcode for one in tape.cartridges()] == ["A00001L8"] * 2


def test_a_cartridge_whose_barcode_is_there_already_is_not_imported(tape, state):
    tape.create_cartridge("shelf", spec("A00002L8"))
    (state / "shelf" / "slot-2" / "A00002L8").rename(state / "shelf" / "ie-5" / "A00001L8")
    job = TYPES["tape.changer_import"]

    with pytest.raises(BarcodeDuplicate, match="slot 1 of shelf and I/E slot 5 of shelf"):
        job.run(job.params(library="shelf"), tape, FakeRunning())
    assert tape.elements("shelf")[-1].is_full


def test_an_inventory_warns_of_a_barcode_that_is_there_twice(tape, state):
    tape.create_cartridge("shelf", spec("A00002L8"))
    (state / "shelf" / "slot-2" / "A00002L8").rename(state / "shelf" / "ie-5" / "A00001L8")
    job, running = TYPES["tape.changer_inventory"], FakeRunning()

    job.run(job.params(library="shelf"), tape, running)
    assert running.warnings == [("tape_barcode_duplicate", "A00001L8 is there 2 times.")]
    rows = {one.key: one.is_duplicate for one in TABLES["tape/media"].read(tape, FakeRunning())}
    assert rows == {"A00001L8": True, "A00001L8#2": True}
    load = TYPES["tape.changer_load"]
    with pytest.raises(BarcodeDuplicate):
        load.run(
            load.params(library="shelf", cartridge="A00001L8", drive="shelf-0"),
            tape, FakeRunning(),
        )  # fmt: skip


def test_a_drive_is_cleaned_with_a_cartridge_that_is_not_used_up(tape, state):
    for barcode in ("CLN001L8", "CLN002L8"):
        tape.create_cartridge("shelf", spec(barcode, CartridgeKind.CLEANING))
    edit(state / "shelf" / "slot-2" / "CLN001L8" / "cartridge.json", uses_left=0)
    edit(state / "shelf" / "drive-1" / "drive.json", tape_alerts=[20])
    job, running = TYPES["tape.drive_clean"], FakeRunning()

    told = job.run(job.params(library="shelf", drive="shelf-1"), tape, running)
    assert (told.cartridge, told.needs_cleaning) == ("CLN002L8", False)
    assert [code for code, _ in running.warnings] == ["tape_cleaning_expired"]
    with pytest.raises(CartridgeMissing, match="CLN001L8"):
        job.run(job.params(library="shelf", drive="shelf-1", cartridge="CLN001L8"), tape, running)


def test_the_tables_tell_what_is_where(tape, state):
    tape.load("shelf", 1, "shelf-1")
    edit(state / "shelf" / "drive-1" / "drive.json", tape_alerts=[21])

    def table(noun):
        return {one.key: one for one in TABLES[f"tape/{noun}"].read(tape, FakeRunning())}

    assert table("drives")["shelf-1"].is_cleaning_needed
    slot = table("slots")["shelf/drive-1"]
    assert (slot.drive, slot.barcode, slot.cartridge) == ("shelf-1", "A00001L8", "data")
    assert table("slots")["shelf/ie-5"].drive is None
    assert table("media")["A00001L8"].number == 1
    assert table("libraries")["shelf"].is_online
    edit(state / "shelf" / "library.json", is_online=False)
    assert table("slots") == table("media") == {}


def test_a_library_goes_with_its_cartridges_or_without(tape):
    assert tape.plan_delete_library("shelf").destroys == ["A00001L8"]
    assert tape.plan_delete_library("shelf", keep_cartridges=True).destroys == []
    tape.delete_library("shelf", keep_cartridges=True)

    assert tape.libraries() == []
    assert tape.outside() == ["A00001L8"]


def test_a_library_in_use_is_not_removed(tape, state):
    loaded(tape)

    with folder.opened(state / "shelf" / "drive-0"), pytest.raises(LibraryInUse, match="shelf-0"):
        tape.delete_library("shelf")


def test_a_smaller_capacity_is_full_earlier(tape):
    tape.edit_cartridge("A00001L8", capacity_bytes=100_000)
    loaded(tape)

    with pytest.raises(EndOfMedium) as full:
        write(tape, b"0" * 200_000)
    assert full.value.streamed.bytes == 65536


# -- the format


def test_tape_files_are_plain_files_in_the_cartridges_folder(tape, state):
    loaded(tape)
    write(tape, b"0" * 100_000)
    tape.write_marks("shelf-0")
    write(tape, b"0" * 10, block_bytes=512)

    cartridge = state / "shelf" / "drive-0" / "A00001L8"
    found = {path.name: path.stat().st_size for path in cartridge.iterdir()}
    del found["cartridge.json"]
    assert found == {"000000.b65536": 100_000, "000001.b0": 0, "000002.b512": 10}


def test_a_tape_file_that_was_cut_off_has_no_mark_and_takes_more(tape, state):
    loaded(tape)
    (state / "shelf" / "drive-0" / "A00001L8" / "000000.b1000.open").write_bytes(b"0" * 2500)

    ran = HOST.pipe([tape.reader("shelf-0"), ("cat",)], timeout_s=60)
    told = stream.was_read(ran)
    assert (told.bytes, told.blocks, told.is_marked) == (2500, 3, False)
    assert (tape.drive("shelf-0").file, tape.drive("shelf-0").block) == (0, 3)
    with pytest.raises(Unsupported):
        write(tape, b"0" * 500)
    write(tape, b"0" * 500, block_bytes=1000)
    assert tape.rewind("shelf-0").file == 0


# -- kills at any moment


def test_a_cartridge_on_its_way_is_seen_once_by_who_looks_meanwhile(tape, state):
    mover = subprocess.Popen(
        [sys.executable, "-c", MOVER, str(state)], stdout=subprocess.PIPE, text=True
    )
    assert mover.stdout.readline() == "moving\n"
    places = set()
    while len(places) < 5:
        (cartridge,) = tape.cartridges()
        assert sum(one.is_full for one in tape.elements("shelf")) == 1
        assert sum(one.barcode is not None for one in tape.drives()) <= 1
        places.add(str(cartridge.place))
    mover.kill()
    mover.communicate()
    assert places == {"slot 1", "drive 0", "drive 1", "slot 3", "I/E slot 5"}


MOVER = """
import sys
from pathlib import Path
from calypso.drivers.tape.filelib import FileTape
from calypso.host.local import LocalHost
tape = FileTape(LocalHost(), Path(sys.argv[1]))
print("moving", flush=True)
while True:
    for drive in ("shelf-0", "shelf-1"):
        tape.load("shelf", 1, drive)
        tape.unload("shelf", drive, 3)
        tape.transfer("shelf", 3, 5)
        tape.transfer("shelf", 5, 1)
"""


def test_a_cartridge_is_never_lost_however_a_mover_dies(tape, state):
    at = random.Random(5)
    for _ in range(10):
        home = next(one for one in tape.elements("shelf") if one.is_full)
        if home.number != 1 or home.kind.value != "slot":
            act = tape.unload if home.kind.value == "drive" else tape.transfer
            act("shelf", f"shelf-{home.number}" if act == tape.unload else home.number, 1)
        mover = subprocess.Popen(
            [sys.executable, "-c", MOVER, str(state)], stdout=subprocess.PIPE, text=True
        )
        assert mover.stdout.readline() == "moving\n"
        time.sleep(at.uniform(0, 0.1))  # the moment of its death, not a wait for something
        mover.kill()
        mover.communicate()

        assert [one.barcode for one in tape.elements("shelf") if one.is_full] == ["A00001L8"]
        assert [one.barcode for one in FileTape(HOST, state).cartridges()] == ["A00001L8"]
        assert sum(1 for _ in state.rglob("cartridge.json")) == 1


def test_a_tape_file_is_whole_or_has_no_mark_however_its_writer_dies(tape, state):
    at = random.Random(7)
    tape.edit_cartridge("A00001L8", capacity_bytes=1 << 40)
    loaded(tape)
    cartridge = state / "shelf" / "drive-0" / "A00001L8"
    for _ in range(10):
        tape.wind_to_end("shelf-0")
        marked = sum(one.is_marked for one in folder.files(cartridge))
        with (cartridge.parent / "full").open("wb") as source:
            source.truncate(64 << 20)
        with (cartridge.parent / "full").open("rb") as source:
            writer = subprocess.Popen(
                tape.writer("shelf-0", block_bytes=65536), stdin=source, stderr=subprocess.PIPE
            )
        time.sleep(at.uniform(0.02, 0.15))  # the moment of its death
        os.kill(writer.pid, signal.SIGKILL)
        said = writer.communicate()[1]

        now = folder.files(cartridge)
        is_whole = b"end\t" in said
        assert sum(one.is_marked for one in now) in (
            {marked + 1} if is_whole else {marked, marked + 1}
        )
        assert all(one.size_bytes == 64 << 20 for one in now if one.is_marked)
        if is_whole:
            assert tape.drive("shelf-0").file == marked + 1
    tape.rewind("shelf-0")
    write(tape, b"0" * 1000)
    assert len(folder.files(cartridge)) == 1
