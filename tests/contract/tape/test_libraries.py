"""What every tape product does with libraries and moves, and how it refuses."""

import pytest

from calypso.drivers.tape import (
    CartridgeKind,
    CleaningCartridge,
    DriveEmpty,
    DriveFull,
    DriveMissing,
    ElementKind,
    LibraryMissing,
    NotACleaningCartridge,
    SlotEmpty,
    SlotFull,
    SlotMissing,
)

pytestmark = pytest.mark.proves()  # the driver itself


def test_a_library_tells_what_it_has(place):
    library = place.tape.library(place.library)

    assert (library.slots, library.ie_slots) == (8, 2)
    assert library.is_online
    assert library.name in [one.name for one in place.tape.libraries()]
    assert len(set(place.drives)) == 2
    assert all(place.drives)


def test_elements_are_numbered_as_mtx_numbers_them(place):
    elements = place.tape.elements(place.library)

    assert [one.number for one in elements if one.kind is ElementKind.DRIVE][:2] == [0, 1]
    assert [one.number for one in elements if one.kind is ElementKind.SLOT] == list(range(1, 9))
    assert [one.number for one in elements if one.kind is ElementKind.IE] == [9, 10]


def test_barcodes_come_without_the_spaces_behind_them(place):
    assert place.barcodes() == {
        "A00001L5": "slot 1",
        "A00002L5": "slot 2",
        "A00003L5": "slot 3",
        "CLN001L5": "slot 4",
        "W00001LT": "slot 5",
    }


def test_taking_inventory_finds_what_is_on_record(place):
    assert place.tape.take_inventory(place.library) == place.tape.elements(place.library)


def test_a_scan_says_how_far_it_is(place):
    heard = []
    place.tape.scan(lambda done, total: heard.append((done, total)))

    assert heard[-1][0] == heard[-1][1] > 0


def test_cartridges_have_a_kind(place):
    kinds = {one.barcode: one.kind for one in place.tape.cartridges()}

    assert kinds["A00001L5"] is CartridgeKind.DATA
    assert kinds["CLN001L5"] is CartridgeKind.CLEANING
    assert kinds["W00001LT"] is CartridgeKind.WORM


def test_a_cartridge_goes_into_a_drive_and_back(place):
    drive = place.tape.load(place.library, 2, place.drives[1])
    assert (drive.kind, drive.number) == (ElementKind.DRIVE, 1)
    assert (drive.barcode, drive.source) == ("A00002L5", 2)
    assert place.barcodes()["A00002L5"] == "drive 1"

    slot = place.tape.unload(place.library, place.drives[1], 7)
    assert (slot.kind, slot.number, slot.barcode) == (ElementKind.SLOT, 7, "A00002L5")
    assert place.barcodes()["A00002L5"] == "slot 7"


def test_a_cartridge_goes_out_by_an_import_export_slot_and_in_again(place):
    assert place.tape.transfer(place.library, 1, 9).kind is ElementKind.IE
    assert place.barcodes()["A00001L5"] == "I/E slot 9"

    assert place.tape.transfer(place.library, 9, 6).barcode == "A00001L5"
    assert place.barcodes()["A00001L5"] == "slot 6"


def test_a_drive_loads_from_an_import_export_slot(place):
    place.tape.transfer(place.library, 1, 10)

    assert place.tape.load(place.library, 10, place.drives[0]).source == 10


def refused(place, error, match, verb, *arguments, **options):
    """A refusal that names what it is about, and moves nothing."""
    before = place.barcodes()
    with pytest.raises(error, match=match):
        getattr(place.tape, verb)(place.library, *arguments, **options)
    assert place.barcodes() == before


def test_loading_from_an_empty_slot_is_refused(place):
    refused(place, SlotEmpty, "slot 8", "load", 8, place.drives[0])


@pytest.mark.parametrize("slot", [0, 11, 99])
def test_loading_from_a_slot_that_is_not_there_is_refused(place, slot):
    refused(place, SlotMissing, str(slot), "load", slot, place.drives[0])


def test_loading_into_a_full_drive_is_refused(place):
    place.tape.load(place.library, 1, place.drives[0])
    refused(place, DriveFull, "A00001L5", "load", 2, place.drives[0])


def test_loading_into_a_drive_that_is_not_there_is_refused(place):
    refused(place, DriveMissing, "NOSUCH", "load", 1, "NOSUCH")


def test_a_library_that_is_not_there_is_refused(place):
    for act in (
        lambda: place.tape.library("NOSUCH"),
        lambda: place.tape.elements("NOSUCH"),
        lambda: place.tape.load("NOSUCH", 1, place.drives[0]),
        lambda: place.tape.transfer("NOSUCH", 1, 8),
    ):
        with pytest.raises(LibraryMissing, match="NOSUCH"):
            act()


def test_a_cleaning_cartridge_is_not_loaded_for_data(place):
    refused(place, CleaningCartridge, "CLN001L5", "load", 4, place.drives[0])


def test_a_data_cartridge_is_not_loaded_to_clean(place):
    refused(place, NotACleaningCartridge, "A00001L5", "load", 1, place.drives[0], cleaning=True)


def test_a_cleaning_cartridge_is_loaded_to_clean(place):
    drive = place.tape.load(place.library, 4, place.drives[0], cleaning=True)

    assert drive.barcode == "CLN001L5"
    assert place.tape.unload(place.library, place.drives[0], 4).barcode == "CLN001L5"


def test_unloading_an_empty_drive_is_refused(place):
    refused(place, DriveEmpty, place.drives[0], "unload", place.drives[0], 8)


def test_unloading_into_a_full_slot_is_refused(place):
    place.tape.load(place.library, 1, place.drives[0])
    refused(place, SlotFull, "A00003L5", "unload", place.drives[0], 3)


def test_unloading_into_a_slot_that_is_not_there_is_refused(place):
    place.tape.load(place.library, 1, place.drives[0])
    refused(place, SlotMissing, "77", "unload", place.drives[0], 77)


def test_moving_from_an_empty_slot_is_refused(place):
    refused(place, SlotEmpty, "slot 8", "transfer", 8, 7)


def test_moving_to_a_full_slot_is_refused(place):
    refused(place, SlotFull, "A00002L5", "transfer", 1, 2)


def test_moving_to_a_slot_that_is_not_there_is_refused(place):
    refused(place, SlotMissing, "44", "transfer", 1, 44)


def test_a_drive_that_is_not_there_is_refused(place):
    for verb in ("drive", "rewind", "wind_to_end", "eject", "writer", "reader"):
        with pytest.raises(DriveMissing, match="NOSUCH"):
            getattr(place.tape, verb)("NOSUCH")
