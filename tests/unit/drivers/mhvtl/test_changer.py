"""What mtx and mt were recorded to print of mhvtl's devices, the changer driver reads."""

import pytest

from calypso.drivers.tape import (
    DriveEmpty,
    DriveFull,
    DriveMissing,
    ElementKind,
    LibraryOffline,
    SlotEmpty,
    SlotFull,
    SlotMissing,
)
from calypso.drivers.tape.changer import errors, reading
from calypso.drivers.tape.mhvtl import contents
from calypso.drivers.tape.mhvtl.positions import of_elements
from calypso.host import Ran
from tests.fakes.host import FakeHost

HOST = FakeHost("mhvtl-1.8.0")


def status(name):
    text = HOST.recording(name).stdout
    return reading.elements(text[text.rindex("  Storage Changer") :])


@pytest.mark.parametrize(
    ("name", "slots", "ie_slots", "full"),
    [
        ("023-mtx-status.txt", 8, 2, 5),
        ("037-vtlcmd-add-slot.txt", 9, 2, 5),
        ("039-edit-library-contents-while-running.txt", 8, 2, 6),
        ("048-mapload-workaround.txt", 3, 1, 2),
    ],
)
def test_every_place_of_a_library_is_seen(name, slots, ie_slots, full):
    found = status(name)
    kinds = [one.kind for one in found]
    assert (kinds.count(ElementKind.SLOT), kinds.count(ElementKind.IE)) == (slots, ie_slots)
    assert sum(one.is_full for one in found) == full


def test_where_its_cartridges_are_is_what_its_contents_file_said():
    text = HOST.recording("040-restart-library.txt").stdout
    inside = contents.parse(10, text[text.index("VERSION") : text.index("total")])
    found = of_elements(status("039-edit-library-contents-while-running.txt"))
    assert found == inside.media()


def test_what_is_in_a_drive_belongs_into_the_slot_it_came_from():
    assert of_elements(status("024-mtx-load.txt")) == of_elements(status("023-mtx-status.txt"))


def test_a_library_that_vtlcmd_took_offline_is_offline():
    told = HOST.recording("036-vtlcmd-offline.txt").stderr
    assert type(errors.library(Ran(("mtx",), 1, "", told, 0.0), "It")) is LibraryOffline


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("Drive 0 Full (Storage Element 1 loaded)", DriveFull),
        ("Source Element Address 1007 is Empty", SlotEmpty),
        ("Invalid <storage-element-number> argument '77' to 'load' command", SlotMissing),
        ("illegal <drive-number> argument '7' to 'load' command", DriveMissing),
        ("Storage Element 2 is Already Full", SlotFull),
        ("Data Transfer Element 1 is Empty", DriveEmpty),
    ],
)
def test_a_move_that_it_refuses_is_refused_with_its_reason(said, kind):
    assert said in HOST.recording("028-mtx-errors.txt").stderr
    assert type(errors.library(Ran(("mtx",), 1, "", said, 0.0), "It")) is kind


@pytest.mark.parametrize(
    ("name", "density"),
    [("025-mt-status.txt", "0x58 (LTO-5)"), ("030-mt-empty.txt", "0x0 (default)")],
)
def test_a_drive_of_mhvtl_says_what_is_in_it(name, density):
    text = HOST.recording(name).stdout
    assert reading.status(text[text.index("SCSI 2") :]).density == density
