"""Cartridges made, changed, removed, brought in and out, by programs that say 0 to everything."""

import pytest

from calypso.drivers.tape import (
    BadName,
    Cartridge,
    CartridgeExists,
    CartridgeKind,
    CartridgeLoaded,
    CartridgeMissing,
    CartridgeSpec,
    DaemonDown,
    DoorClosed,
    ElementKind,
    LibraryInUse,
    LibraryMissing,
    LibraryOffline,
    LibrarySpec,
    MediumUnfit,
    NoFreeSlot,
    NotAsAsked,
    NotMoved,
    Place,
    SlotEmpty,
    SlotMissing,
    TapeError,
    Unsupported,
    WouldLose,
)
from calypso.drivers.tape.mhvtl import MhvtlTape
from calypso.drivers.tape.mhvtl.contents import Place as At
from calypso.errors import JobCancelled
from tests.unit.drivers.mhvtl.machine import HOME, Changer, Machine, Tape

LIB = "LIB10SER01"
SPEC = CartridgeSpec(barcode="VT0009L5", capacity_bytes=500 << 20)


def lies_outside(machine, code="VT0009L5", **more):
    machine.add_tape(code, Tape(500 << 20, **more))


def test_a_new_cartridge_goes_into_the_first_free_slot_and_is_read_back(tape, machine):
    made = tape.create_cartridge(LIB, SPEC)

    assert made == Cartridge(
        barcode="VT0009L5", kind=CartridgeKind.DATA, library=LIB,
        place=Place(kind=ElementKind.SLOT, number=6), is_write_protected=False,
        capacity_bytes=500 << 20, used_bytes=0,
    )  # fmt: skip
    assert machine.robots[10].where[At.SLOT, 6] == "VT0009L5"
    assert machine.contents().media()[At.SLOT, 6] == "VT0009L5"


def test_mktape_is_asked_for_exactly_that(tape, machine):
    tape.create_cartridge(LIB, SPEC)
    assert (
        "mktape", "-l", "10", "-m", "VT0009L5", "-d", "LTO5", "-s", "500", "-t", "data",
    ) in machine.asked  # fmt: skip


@pytest.mark.parametrize(
    ("barcode", "kind", "word"),
    [("WRM001LV", CartridgeKind.WORM, "WORM"), ("CLN009L5", CartridgeKind.CLEANING, "clean")],
)
def test_each_kind_is_made_as_what_it_is(tape, machine, barcode, kind, word):
    spec = CartridgeSpec(barcode=barcode, kind=kind, capacity_bytes=1 << 20)
    assert tape.create_cartridge(LIB, spec).kind is kind
    assert machine.tapes[f"{HOME}/{barcode}"].kind == word


def test_a_size_is_rounded_up_to_what_mhvtl_counts_in(tape):
    spec = CartridgeSpec(barcode="VT0009L5", capacity_bytes=(1 << 20) + 1)
    assert tape.create_cartridge(LIB, spec).capacity_bytes == 2 << 20


def test_cartridges_that_were_moved_stay_where_they_are_when_another_is_made(tape, machine):
    where = machine.robots[10].where
    where[At.SLOT, 8] = where.pop((At.SLOT, 1))
    made = tape.create_cartridge(LIB, SPEC)
    assert made.place.number == 1
    assert machine.robots[10].where[At.SLOT, 8] == "VT0001L5"


@pytest.mark.parametrize(
    ("barcode", "kind"),
    [
        ("VT9L5", CartridgeKind.DATA),
        ("VT0009ZZ", CartridgeKind.DATA),
        ("VT-009L5", CartridgeKind.DATA),
        ("vt0009L5", CartridgeKind.DATA),
        ("../../etc/L5", CartridgeKind.DATA),
        ("VT0009L5VT0009L5X", CartridgeKind.DATA),
        ("CLN009L5", CartridgeKind.DATA),
        ("VT0009LV", CartridgeKind.DATA),
        ("VT0009L5", CartridgeKind.WORM),
    ],
)
def test_a_barcode_that_is_none_or_says_something_else_is_refused(tape, machine, barcode, kind):
    with pytest.raises(BadName, match=barcode):
        tape.create_cartridge(LIB, CartridgeSpec(barcode=barcode, kind=kind, capacity_bytes=1))
    assert not machine.asked


def test_a_density_that_no_drive_takes_is_refused_for_mktape_would_make_it(tape, machine):
    with pytest.raises(MediumUnfit, match="LTO8"):
        tape.create_cartridge(LIB, CartridgeSpec(barcode="VT0009L8", capacity_bytes=1))
    assert not machine.asked


def test_a_library_that_is_not_there_is_said_in_words_which_mktape_does_not(tape):
    with pytest.raises(LibraryMissing, match="NOSUCH"):
        tape.create_cartridge("NOSUCH", SPEC)


def test_a_barcode_that_is_there_is_refused_though_mktape_says_0(tape, machine):
    with pytest.raises(CartridgeExists, match=LIB):
        tape.create_cartridge(LIB, CartridgeSpec(barcode="VT0001L5", capacity_bytes=1))
    assert not [argv for argv in machine.asked if argv[0] == "mktape"]


def test_a_cartridge_outside_with_something_on_it_is_not_taken_for_a_new_one(tape, machine):
    lies_outside(machine, used=4096)
    with pytest.raises(CartridgeExists, match="not blank"):
        tape.create_cartridge(LIB, SPEC)
    assert f"{HOME}/VT0009L5" in machine.tapes


def test_one_that_was_made_when_its_job_died_is_put_in(tape, machine):
    lies_outside(machine)
    assert tape.create_cartridge(LIB, SPEC).place.number == 6


@pytest.mark.parametrize(
    ("made", "said"),
    [
        ({"density": 0x5A}, "density is 0x5a"),
        ({"kind": "WORM"}, "it is worm"),
        ({"size": 100 << 20}, "it takes 104857600 bytes"),
    ],
)
def test_what_mktape_made_is_read_and_removed_when_it_is_something_else(tape, machine, made, said):
    plain = {"size": 500 << 20, **made}
    machine._mktape = lambda *_words: machine.add_tape("VT0009L5", Tape(**plain))
    with pytest.raises(NotAsAsked, match=said):
        tape.create_cartridge(LIB, SPEC)
    assert f"{HOME}/VT0009L5" not in machine.tapes
    assert (At.SLOT, 6) not in machine.robots[10].where


def test_a_mktape_that_makes_nothing_and_says_0_is_noticed(tape, machine):
    machine._mktape = lambda *_words: ""
    with pytest.raises(NotAsAsked, match="missing"):
        tape.create_cartridge(LIB, SPEC)


def test_a_full_library_takes_no_more_and_nothing_is_made(tape, machine):
    for slot in (6, 8):
        machine.robots[10].where[At.SLOT, slot] = f"XX000{slot}L5"
    with pytest.raises(NoFreeSlot, match="slot of library 10"):
        tape.create_cartridge(LIB, SPEC)
    assert not [argv for argv in machine.asked if argv[0] == "mktape"]


def test_a_loaded_drive_forbids_it_for_the_library_would_forget_its_cartridge(tape, machine):
    machine.load(1, 0)
    with pytest.raises(LibraryInUse):
        tape.create_cartridge(LIB, SPEC)
    assert machine.robots[10].loaded


def test_a_library_that_reads_its_contents_wrong_is_noticed(tape, machine):
    machine._unit = lambda *_words: None
    with pytest.raises(NotMoved, match="VT0009L5"):
        tape.create_cartridge(LIB, SPEC)


def test_without_systemd_no_cartridge_is_made_or_removed(tape, machine):
    del machine.files["/run/systemd/system"]
    for act in (
        lambda: tape.create_cartridge(LIB, SPEC),
        lambda: tape.delete_cartridge("VT0001L5"),
    ):
        with pytest.raises(Unsupported, match="systemd"):
            act()
    assert not machine.asked


def test_a_library_that_stands_gets_its_cartridge_in_its_files(tape, machine):
    machine.stop(10)
    made = tape.create_cartridge(LIB, SPEC)
    assert made.place.number == 6
    machine.start(10)
    assert machine.robots[10].where[At.SLOT, 6] == "VT0009L5"


def test_one_that_lies_in_another_librarys_home_is_not_made_twice(tape, machine):
    tape.create_library(LibrarySpec(name="NEWLIB", slots=1, drives=1))
    machine.add_tape("VT0009L5", Tape(500 << 20), "/var/lib/mhvtl/NEWLIB")
    with pytest.raises(CartridgeExists, match="/var/lib/mhvtl/NEWLIB"):
        tape.create_cartridge(LIB, SPEC)


def test_what_lies_there_and_was_written_meanwhile_is_not_removed(tape, machine):
    def made(*_words):
        machine.add_tape("VT0009L5", Tape(500 << 20, density=0x5A, used=4096))

    machine._mktape = made
    with pytest.raises(CartridgeExists, match="something is recorded"):
        tape.create_cartridge(LIB, SPEC)
    assert f"{HOME}/VT0009L5" in machine.tapes


def test_a_cartridge_in_a_drive_whose_slots_are_all_full_has_nowhere_to_be_written(tape, machine):
    machine.load(1, 0)
    lies_outside(machine)
    for slot in (1, 6, 8):
        machine.robots[10].where[At.SLOT, slot] = f"XX000{slot}L5"
    with pytest.raises(NoFreeSlot, match="VT0001L5"):
        tape.insert(LIB, "VT0009L5")


# ---- changed


def test_the_tab_of_a_cartridge_is_moved_and_read_back(tape, machine):
    assert tape.edit_cartridge("VT0003L5", is_write_protected=True).is_write_protected is True
    assert machine.tapes[f"{HOME}/VT0003L5"].tab
    assert tape.edit_cartridge("VT0003L5", is_write_protected=False).is_write_protected is False


def test_a_cartridge_gets_another_capacity(tape):
    assert tape.edit_cartridge("VT0003L5", capacity_bytes=800 << 20).capacity_bytes == 800 << 20


def test_what_is_so_already_is_not_asked_for(tape, machine):
    tape.edit_cartridge("VT0003L5", is_write_protected=False, capacity_bytes=500 << 20)
    assert not [argv for argv in machine.asked if argv[0] == "edit_tape"]


def test_what_is_recorded_is_not_cut_off(tape, machine):
    machine.tapes[f"{HOME}/VT0003L5"].used = 300 << 20
    with pytest.raises(WouldLose, match="314572800"):
        tape.edit_cartridge("VT0003L5", capacity_bytes=200 << 20)


def test_a_cartridge_in_a_drive_is_not_edited(tape, machine):
    machine.load(3, 0)
    with pytest.raises(CartridgeLoaded, match="VT0003L5"):
        tape.edit_cartridge("VT0003L5", is_write_protected=True)
    assert not [argv for argv in machine.asked if argv[0] == "edit_tape"]


def test_an_edit_tape_that_changes_nothing_and_says_0_is_noticed(tape, machine):
    machine._edit_tape = lambda *_words: machine.quote("015-edit_tape.txt", "Setting write-protect")
    with pytest.raises(NotAsAsked, match="-w on"):
        tape.edit_cartridge("VT0003L5", is_write_protected=True)


def test_a_cartridge_whose_files_are_gone_is_missing(tape, machine):
    del machine.tapes[f"{HOME}/VT0003L5"]
    with pytest.raises(CartridgeMissing, match="load_tape"):
        tape.edit_cartridge("VT0003L5", is_write_protected=True)


def test_a_cartridge_in_no_library_is_missing(tape):
    with pytest.raises(CartridgeMissing, match="NOSUCHL5"):
        tape.edit_cartridge("NOSUCHL5", is_write_protected=True)


# ---- removed


def test_a_cartridge_goes_out_of_its_library_and_off_the_disk(tape, machine):
    tape.delete_cartridge("VT0003L5")
    assert "VT0003L5" not in machine.robots[10].where.values()
    assert "VT0003L5" not in machine.contents().barcodes
    assert f"{HOME}/VT0003L5" not in machine.tapes


def test_the_plan_names_what_would_be_lost(tape, machine):
    assert tape.plan_delete_cartridge("VT0003L5").destroys == [f"{HOME}/VT0003L5"]
    assert machine.asked == []


def test_a_cartridge_that_lies_outside_goes_too(tape, machine):
    lies_outside(machine)
    tape.delete_cartridge("VT0009L5")
    assert f"{HOME}/VT0009L5" not in machine.tapes


@pytest.mark.parametrize("barcode", ["NOSUCHL5", "..", ".", ""])
def test_what_is_no_cartridge_is_not_removed(tape, machine, barcode):
    before = dict(machine.tapes)
    with pytest.raises(CartridgeMissing):
        tape.delete_cartridge(barcode)
    assert machine.tapes == before
    assert machine.exists(HOME)


def test_plan_and_deed_refuse_a_cartridge_in_a_drive(tape, machine):
    machine.load(3, 0)
    for act in (tape.plan_delete_cartridge, tape.delete_cartridge):
        with pytest.raises(CartridgeLoaded):
            act("VT0003L5")


def test_a_loaded_drive_keeps_every_cartridge_in_its_library(tape, machine):
    machine.load(1, 0)
    for act in (tape.plan_delete_cartridge, tape.delete_cartridge):
        with pytest.raises(LibraryInUse, match="DRIVE00011"):
            act("VT0003L5")
    assert machine.robots[10].loaded == {0: ("VT0001L5", 1)}


# ---- cut in the middle


def opened(machine):
    return MhvtlTape(machine, Changer(machine), pause=lambda _s: None)


ACTS = {
    "create": lambda tape: tape.create_cartridge(LIB, SPEC),
    "delete": lambda tape: tape.delete_cartridge("VT0003L5"),
    "insert": lambda tape: tape.insert(LIB, "VT0008L5"),
    "empty": lambda tape: tape.empty_ie_slots(LIB),
}


def prepared(name):
    machine = Machine()
    lies_outside(machine, "VT0008L5")
    if name == "empty":
        machine.robots[10].where[At.MAP, 1] = machine.robots[10].where.pop((At.SLOT, 1))
    return machine


def points(name):
    machine = prepared(name)
    ACTS[name](opened(machine))
    return [(name, at) for at in range(1, len(machine.asked) + 1)]


@pytest.mark.parametrize(("name", "at"), [point for name in ACTS for point in points(name)])
def test_killed_at_any_command_and_run_again_no_cartridge_is_lost(name, at):
    machine, whole = prepared(name), prepared(name)
    ACTS[name](opened(whole))
    machine.cut_at, machine.cut = at, JobCancelled("killed")
    with pytest.raises(JobCancelled):
        ACTS[name](opened(machine))
    machine.cut_at = None

    opened(machine).undo_change()
    try:
        ACTS[name](opened(machine))
    except (CartridgeExists, CartridgeMissing):
        assert name in ("create", "insert", "delete")

    assert machine.robots[10].where == whole.robots[10].where
    assert set(machine.tapes) == set(whole.tapes)
    assert opened(machine).outside() == opened(whole).outside()


@pytest.mark.parametrize("name", ACTS)
def test_what_is_done_leaves_no_note_of_a_change(name):
    machine = prepared(name)
    ACTS[name](opened(machine))
    assert not [path for path in machine.files if path.endswith("change.json")]


@pytest.mark.parametrize("name", ["insert", "empty"])
def test_a_change_that_died_is_undone_before_the_door_is_opened(name):
    machine = prepared(name)
    machine.fails["systemctl reload"] = (1, "", "killed")
    with pytest.raises(TapeError):
        opened(machine).create_cartridge(LIB, SPEC)
    machine.fails.clear()
    ACTS[name](opened(machine))
    assert not [path for path in machine.files if path.endswith("change.json")]
    assert "VT0009L5" not in machine.contents().barcodes


# ---- in and out


def test_a_cartridge_from_outside_is_put_in_by_the_door(tape, machine):
    lies_outside(machine)
    put = tape.insert(LIB, "VT0009L5")
    assert put.place == Place(kind=ElementKind.IE, number=9)
    assert [argv[2:] for argv in machine.asked if argv[0] == "vtlcmd"] == [
        ("open", "map"), ("load", "map", "VT0009L5"), ("close", "map"),
    ]  # fmt: skip
    assert machine.contents().media()[At.MAP, 1] == "VT0009L5"


def test_the_file_that_vtlcmd_looks_for_is_there_before_it_looks(tape, machine):
    lies_outside(machine)
    tape.insert(LIB, "VT0009L5")
    words = [argv[0] for argv in machine.asked]
    assert ("touch", "--", f"{HOME}/VT0009L5/data") in machine.asked
    assert words.index("touch") < words.index("vtlcmd")


def test_the_door_is_closed_again_when_the_load_is_refused(tape, machine):
    lies_outside(machine)
    machine._touch = lambda *_words: None
    with pytest.raises(CartridgeMissing, match="Could not open"):
        tape.insert(LIB, "VT0009L5")
    assert machine.robots[10].door is False


def test_a_refusal_with_exit_code_0_is_a_refusal(tape, machine):
    lies_outside(machine)
    machine._cmd_open_map = lambda _robot: machine._ok()
    with pytest.raises(DoorClosed, match="MAP not opened"):
        tape.insert(LIB, "VT0009L5")
    machine.robots[10].where[At.MAP, 1] = "VT0009L5"
    with pytest.raises(DoorClosed, match="Can't empty map"):
        tape.empty_ie_slots(LIB)


def test_a_vtlcmd_that_says_neither_yes_nor_no_did_not_do_it(tape, machine):
    machine._cmd_open_map = lambda _robot: ""
    with pytest.raises(NotAsAsked, match="'nothing'"):
        tape.open_door(LIB)


def test_an_ok_that_put_nothing_in_is_noticed(tape, machine):
    lies_outside(machine)
    machine._cmd_load_map = lambda _robot, _code: machine._ok()
    with pytest.raises(NotMoved, match="VT0009L5"):
        tape.insert(LIB, "VT0009L5")


def test_what_is_in_a_library_already_is_not_put_in(tape):
    with pytest.raises(CartridgeMissing, match=LIB):
        tape.insert(LIB, "VT0001L5")


def test_what_lies_nowhere_is_not_put_in(tape):
    with pytest.raises(CartridgeMissing, match="NOSUCHL5"):
        tape.insert(LIB, "NOSUCHL5")


def test_full_import_export_slots_take_no_more(tape, machine):
    lies_outside(machine)
    for number in (1, 2):
        machine.robots[10].where[At.MAP, number] = f"XX000{number}L5"
    with pytest.raises(NoFreeSlot):
        tape.insert(LIB, "VT0009L5")


def test_an_offline_library_takes_nothing(tape, machine):
    lies_outside(machine)
    machine.robots[10].online = False
    with pytest.raises(LibraryOffline):
        tape.insert(LIB, "VT0009L5")


def test_what_is_taken_out_lies_outside_and_is_in_no_file(tape, machine):
    where = machine.robots[10].where
    where[At.MAP, 1] = where.pop((At.SLOT, 1))
    assert tape.empty_ie_slots(LIB) == ["VT0001L5"]
    assert tape.outside() == ["VT0001L5"]
    assert "VT0001L5" not in machine.contents().barcodes
    assert tape.empty_ie_slots(LIB) == []


def test_an_ok_that_took_nothing_out_is_noticed(tape, machine):
    machine.robots[10].where[At.MAP, 1] = "VT0009L5"
    machine._cmd_empty_map = lambda _robot: machine._ok()
    with pytest.raises(NotMoved, match="VT0009L5"):
        tape.empty_ie_slots(LIB)


def test_what_is_in_a_drive_is_written_into_the_slot_it_came_from(tape, machine):
    machine.load(1, 0)
    lies_outside(machine)
    tape.insert(LIB, "VT0009L5")
    assert machine.contents().media()[At.SLOT, 1] == "VT0001L5"
    assert machine.robots[10].loaded == {0: ("VT0001L5", 1)}


def test_one_slot_is_emptied_only_when_it_is_the_only_full_one(tape, machine):
    where = machine.robots[10].where
    where[At.MAP, 1], where[At.MAP, 2] = where.pop((At.SLOT, 1)), where.pop((At.SLOT, 2))
    with pytest.raises(LibraryInUse, match="all at once"):
        tape.take_out(LIB, 9)
    where[At.SLOT, 2] = where.pop((At.MAP, 2))
    with pytest.raises(SlotEmpty, match="10"):
        tape.take_out(LIB, 10)
    with pytest.raises(SlotMissing, match="1"):
        tape.take_out(LIB, 1)
    assert tape.take_out(LIB, 9) == "VT0001L5"


def test_a_library_that_does_not_run_says_so(tape, machine):
    machine.stop(10)
    machine.drives_up.clear()
    with pytest.raises(DaemonDown, match="MessageQueue"):
        tape.open_door(LIB)


def test_what_lies_in_homes_and_in_no_library_is_outside(tape, machine):
    lies_outside(machine)
    machine.files[f"{HOME}/not-a-cartridge/readme"] = ""
    assert tape.outside() == ["VT0009L5"]
    machine.stop(10)
    assert tape.outside() == ["VT0009L5"]
