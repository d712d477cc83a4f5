"""The tape job types over every product: they converge, and refuse what would go wrong."""

from uuid import uuid4

import pytest
from pydantic import ValidationError

from calypso import jobs as job_types
from calypso.drivers.tape import (
    CartridgeKind,
    CartridgeLabelled,
    CartridgeLoaded,
    CartridgeMissing,
    CleaningCartridge,
    DriveEmpty,
    DriveFull,
    DriveMissing,
    EndOfData,
    PositionUnknown,
    SlotEmpty,
    SlotMissing,
)
from calypso.models.media import MediaPool, MediaState
from tests.fakes.running import FakeRunning

TYPES = job_types.load()


def run(place, name, running=None, /, **params):
    """Run a tape job type with checked parameters."""
    job_type = TYPES[f"tape.{name}"]
    return job_type.run(job_type.params(**params), place.tape, running or FakeRunning())


def locks(name, **params):
    return {lock.path for lock in TYPES[f"tape.{name}"].params(**params).locks()}


@pytest.mark.proves("tape.scan")
def test_a_scan_names_all_there_is(place):
    told = run(place, "scan")

    assert place.library in told.libraries
    assert set(place.drives) <= set(told.drives)
    assert told.appeared == told.vanished == ()


@pytest.mark.proves("tape.changer_inventory")
def test_an_inventory_counts_what_is_there(place):
    running = FakeRunning()
    told = run(place, "changer_inventory", running, library=place.library)

    assert told.full == 5
    assert told.cartridges[0] == "A00001L5"
    assert told.unlabelled == 0
    assert running.warnings == []


@pytest.mark.proves("tape.changer_load")
def test_loading_twice_is_as_good_as_once(place):
    asked = {"library": place.library, "cartridge": "A00002L5", "drive": place.drives[0]}
    first, again = run(place, "changer_load", **asked), run(place, "changer_load", **asked)

    assert first == again
    assert (again.cartridge, again.drive, again.slot) == ("A00002L5", place.drives[0], 2)


def test_a_cartridge_in_another_drive_is_not_taken_from_there(place):
    place.tape.load(place.library, 1, place.drives[1])

    with pytest.raises(CartridgeLoaded, match="drive 1"):
        run(
            place, "changer_load", library=place.library, cartridge="A00001L5",
            drive=place.drives[0],
        )  # fmt: skip


def test_a_cartridge_that_is_nowhere_is_refused(place):
    with pytest.raises(CartridgeMissing, match="NOSUCH"):
        run(place, "changer_load", library=place.library, cartridge="NOSUCH", drive=place.drives[0])


def test_a_cartridge_with_a_label_is_named_by_it(place):
    with pytest.raises(CartridgeLabelled, match="A00001L5"):
        run(place, "changer_load", library=place.library, slot=1, drive=place.drives[0])
    with pytest.raises(SlotEmpty):
        run(place, "changer_load", library=place.library, slot=8, drive=place.drives[0])


def test_an_unloaded_cartridge_goes_back_where_it_came_from(place):
    place.tape.load(place.library, 3, place.drives[1])

    told = run(place, "changer_unload", library=place.library, drive=place.drives[1])
    assert (told.cartridge, told.slot) == ("A00003L5", 3)


def test_an_unloaded_cartridge_goes_elsewhere_when_its_slot_was_taken(place):
    place.tape.load(place.library, 3, place.drives[1])
    place.tape.transfer(place.library, 1, 3)

    told = run(place, "changer_unload", library=place.library, drive=place.drives[1])
    assert (told.cartridge, told.slot) == ("A00003L5", 1)


@pytest.mark.proves("tape.changer_unload")
def test_an_unload_that_was_done_before_its_worker_died_is_found_done(place):
    place.tape.load(place.library, 3, place.drives[1])
    asked = {"library": place.library, "drive": place.drives[1]}
    running = FakeRunning()
    first = run(place, "changer_unload", running, **asked)

    assert run(place, "changer_unload", FakeRunning(external=running.external), **asked) == first
    with pytest.raises(DriveEmpty):
        run(place, "changer_unload", **asked)


@pytest.mark.proves("tape.changer_transfer")
def test_moving_twice_is_as_good_as_once(place):
    asked = {"library": place.library, "cartridge": "A00001L5", "target": 7}
    run(place, "changer_transfer", **asked)

    assert run(place, "changer_transfer", **asked).target == 7
    assert place.barcodes()["A00001L5"] == "slot 7"


@pytest.mark.proves("tape.changer_export", "tape.changer_import")
def test_a_cartridge_is_handed_out_and_taken_in(place):
    out = run(place, "changer_export", library=place.library, cartridge="A00001L5")
    assert out.target == 9
    assert run(place, "changer_export", library=place.library, cartridge="A00001L5").target == 9

    told = run(place, "changer_import", library=place.library)
    assert told.imported == ("A00001L5: slot 1",)
    assert run(place, "changer_import", library=place.library).imported == ()


def test_an_import_of_an_empty_slot_is_refused(place):
    with pytest.raises(SlotEmpty, match="I/E slot 10"):
        run(place, "changer_import", library=place.library, ie_slot=10)


def test_what_is_no_import_export_slot_is_refused(place):
    with pytest.raises(SlotMissing, match="9, 10"):
        run(place, "changer_export", library=place.library, cartridge="A00001L5", ie_slot=7)
    with pytest.raises(SlotMissing):
        run(place, "changer_import", library=place.library, ie_slot=7)


def test_a_drive_of_another_library_is_refused(place):
    with pytest.raises(DriveMissing, match="NOSUCH"):
        run(place, "changer_unload", library=place.library, drive="NOSUCH")


@pytest.mark.proves("tape.drive_position")
def test_a_tape_is_wound_as_told(place):
    drive = place.loaded()
    for number in range(3):
        place.write(drive, bytes([number]) * 100)

    def wind(operation, count=None):
        told = run(place, "drive_position", drive=drive, operation=operation, count=count)
        return told.file

    assert wind("rewind") == 0
    assert wind("forward", 2) == 2
    assert wind("backward", 1) == 1
    assert wind("backward", 5) == 0
    assert wind("file", 3) == 3
    assert wind("rewind") == 0
    assert wind("end") == 3
    with pytest.raises(EndOfData):
        wind("forward", 9)


def test_nobody_winds_from_where_nobody_knows(place):
    """Where a drive knows that a cartridge begins where it was loaded, a blank one just ends."""
    place.tape.load(place.library, 1, place.drives[0])

    with pytest.raises((PositionUnknown, EndOfData)):
        run(place, "drive_position", drive=place.drives[0], operation="forward", count=1)


@pytest.mark.proves("tape.media_erase")
def test_an_erased_cartridge_is_the_one_that_was_meant(place):
    drive = place.loaded()
    place.write(drive, b"data" * 1000)
    erase = TYPES["tape.media_erase"]

    wrong = erase.params(drive=drive, cartridge="A00002L5")
    for act in (erase.plan, erase.run):
        with pytest.raises(CartridgeMissing, match="A00001L5, not A00002L5"):
            act(wrong, place.tape, FakeRunning())
    right = erase.params(drive=drive, cartridge="A00001L5")
    assert erase.plan(right, place.tape, FakeRunning()).destroys
    erase.run(right, place.tape, FakeRunning())
    assert place.tape.drive(drive).is_at_start


def test_what_is_erased_is_scratch_on_record_and_the_plan_says_what_was_to_be_kept(place):
    drive, running = place.loaded(), FakeRunning()
    running.media.create_pool(MediaPool(name="monthly"))
    running.media.assign("A00001L5", "monthly", kind=CartridgeKind.DATA, library=place.library)
    running.media.begin_medium("A00001L5", "monthly", label=uuid4())
    erase = TYPES["tape.media_erase"]
    params = erase.params(drive=drive, cartridge="A00001L5")

    lost = erase.plan(params, place.tape, running).destroys
    erase.run(params, place.tape, running)

    assert any("kept for ever" in one for one in lost)
    assert running.media.medium("A00001L5").state is MediaState.SCRATCH


@pytest.mark.proves("tape.media_assign")
def test_cartridges_are_given_to_a_pool_as_the_library_knows_them(place):
    running = FakeRunning()
    running.media.create_pool(MediaPool(name="monthly"))

    told = run(
        place, "media_assign", running, cartridges=("A00001L5", "W00001LT"), pool="monthly"
    )  # fmt: skip

    assert told.assigned == ("A00001L5", "W00001LT")
    known = {one.barcode: (one.kind, one.library) for one in running.media.media()}
    assert known == {
        "A00001L5": (CartridgeKind.DATA, place.library),
        "W00001LT": (CartridgeKind.WORM, place.library),
    }
    with pytest.raises(CleaningCartridge):
        run(place, "media_assign", running, cartridges=("CLN001L5",), pool="monthly")


@pytest.mark.proves("tape.drive_clean")
def test_a_drive_is_cleaned_and_empty_again(place):
    told = run(place, "drive_clean", library=place.library, drive=place.drives[0])

    assert told.cartridge == "CLN001L5"
    assert place.barcodes()["CLN001L5"] == "slot 4"


def test_a_drive_that_holds_a_tape_is_not_cleaned(place):
    place.tape.load(place.library, 1, place.drives[0])

    with pytest.raises(DriveFull):
        run(place, "drive_clean", library=place.library, drive=place.drives[0])


def test_jobs_lock_robot_drive_and_cartridge():
    assert locks("changer_load", library="shelf", cartridge="A00001L5", drive="shelf-0") == {
        "tape/shelf/robot", "tape/drive/shelf-0", "tape/media/A00001L5"
    }  # fmt: skip
    assert locks("changer_unload", library="shelf", drive="shelf-0") == {
        "tape/shelf/robot", "tape/drive/shelf-0"
    }  # fmt: skip
    assert locks("media_erase", drive="shelf-0", cartridge="A00001L5") == {
        "tape/drive/shelf-0", "tape/media/A00001L5"
    }  # fmt: skip
    assert locks("drive_position", drive="shelf-0", operation="rewind") == {"tape/drive/shelf-0"}
    assert locks("changer_import", library="shelf") == {"tape/shelf/robot"}


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("changer_load", {"library": "shelf", "drive": "shelf-0"}),
        ("changer_load", {"library": "shelf", "drive": "d", "cartridge": "A", "slot": 1}),
        ("changer_load", {"library": "../etc", "drive": "shelf-0", "cartridge": "A"}),
        ("changer_load", {"library": "shelf", "drive": "a/b", "cartridge": "A"}),
        ("changer_load", {"library": "shelf", "drive": "shelf-0", "cartridge": "../A"}),
        ("changer_transfer", {"library": "shelf", "cartridge": "A", "target": 0}),
        ("drive_position", {"drive": "shelf-0", "operation": "rewind", "count": 1}),
        ("drive_position", {"drive": "shelf-0", "operation": "forward"}),
    ],
)
def test_parameters_that_mean_nothing_are_refused(name, params):
    with pytest.raises(ValidationError):
        TYPES[f"tape.{name}"].params(**params)
