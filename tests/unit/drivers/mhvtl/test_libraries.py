"""Libraries made, changed and removed; whatever fails on the way, all is as it was before."""

import pytest

from calypso.drivers.tape import (
    BadName,
    ConfigurationBroken,
    ElementBlocked,
    LibraryChange,
    LibraryExists,
    LibraryInUse,
    LibraryMissing,
    LibraryModel,
    LibrarySpec,
    NotAsAsked,
    NotGone,
    NotPermitted,
    NotVisible,
    OutOfSpace,
    TapeError,
    Unsupported,
    WouldLose,
)
from calypso.drivers.tape.mhvtl import MhvtlTape, contents, device_conf, layouts
from calypso.drivers.tape.mhvtl.contents import Place
from calypso.drivers.tape.mhvtl.files import Configuration
from calypso.drivers.tape.mhvtl.units import LOOKS
from calypso.errors import JobCancelled
from tests.unit.drivers.mhvtl.machine import CONF, ETC, Changer, Machine

LIB = "LIB10SER01"
SPEC = LibrarySpec(name="NEWLIB", slots=5, drives=2, ie_slots=1)
MORE = LibraryChange(slots=10, drives=3, ie_slots=2)


def state(machine):
    """What must be as it was: the files, what runs and what it shows, the cartridges."""
    shown = {one.number: (one.where, one.counts) for one in machine.robots.values()}
    config = {path: text for path, text in machine.config().items() if ".persist" not in path}
    return config, shown, set(machine.drives_up), set(machine.tapes)


def test_a_new_library_is_configured_started_and_seen(tape, machine):
    made = tape.create_library(SPEC)

    assert (made.name, made.slots, made.ie_slots) == ("NEWLIB", 5, 1)
    assert made.drives == ("NEWLIB01", "NEWLIB02")
    record = machine.conf().library(20)
    assert (record.serial, record.home, record.is_persistent) == (
        "NEWLIB", "/var/lib/mhvtl/NEWLIB", True,
    )  # fmt: skip
    assert [one.id for one in machine.conf().drives_of(20)] == [21, 22]
    assert machine.exists("/var/lib/mhvtl/NEWLIB")
    assert tape.undo_change() is False


def test_a_new_library_leaves_those_that_are_there_alone(tape, machine):
    before = machine.files[f"{ETC}/device.conf"]
    untouched = machine.files[f"{ETC}/library_contents.10"]

    tape.create_library(SPEC)

    assert machine.files[f"{ETC}/device.conf"].startswith(before)
    assert machine.files[f"{ETC}/library_contents.10"] == untouched
    stopped = [argv for argv in machine.asked if argv[:2] == ("systemctl", "stop")]
    assert stopped == []


def test_its_units_are_made_before_they_are_started_and_start_at_boot(tape, machine):
    tape.create_library(SPEC)
    asked = [argv[1:] for argv in machine.asked if argv[0] == "systemctl"]
    assert asked == [
        ("daemon-reload",),
        ("enable", "mhvtl.target"),
        ("start", "vtltape@21.service", "vtltape@22.service", "vtllibrary@20.service"),
    ]


def test_a_library_looks_as_it_is_asked_to(tape, machine):
    model = LibraryModel(drive_product="ULT3580-TD6", product="SL500", home="/srv/tapes")
    tape.create_library(SPEC.model_copy(update={"model": model}))
    record = machine.conf().library(20)
    assert (record.home, record.field("Product identification")) == ("/srv/tapes", "SL500")
    drives = machine.conf().drives_of(20)
    assert {one.field("Product identification") for one in drives} == {"ULT3580-TD6"}


def test_on_a_machine_that_never_had_mhvtl_configured_the_first_library_is_made(tape, machine):
    machine.stop(10)
    machine.files = {one: text for one, text in machine.files.items() if not one.startswith(ETC)}
    assert tape.create_library(SPEC).name == "NEWLIB"
    assert machine.files[f"{ETC}/device.conf"].startswith("VERSION: 5\n")


@pytest.mark.parametrize("name", [LIB, "DRIVE00011"])
def test_a_name_that_is_taken_is_refused(tape, name):
    with pytest.raises(LibraryExists, match=name):
        tape.create_library(SPEC.model_copy(update={"name": name}))


@pytest.mark.parametrize("name", ["LIBRARYNAME", "", "A B", "LIB\n PERSIST: False", ".."])
def test_a_name_that_is_no_serial_number_is_refused(tape, machine, name):
    with pytest.raises(BadName, match="1 to 10 characters"):
        tape.create_library(SPEC.model_copy(update={"name": name}))
    assert not machine.asked


@pytest.mark.parametrize("home", ["/opt/mhvtl", "/opt/mhvtl/VT0001L5", "/opt"])
def test_a_home_within_another_or_shared_is_refused_before_anything_is_touched(tape, machine, home):
    before = state(machine)
    model = LibraryModel(home=home)
    if home == "/opt/mhvtl":
        with pytest.raises(ConfigurationBroken, match="has its home in"):
            tape.create_library(SPEC.model_copy(update={"model": model}))
    else:
        with pytest.raises(ConfigurationBroken, match="lie in one another"):
            tape.create_library(SPEC.model_copy(update={"model": model}))
    assert state(machine) == before
    assert not machine.asked


def test_files_that_were_broken_by_hand_are_refused_and_nothing_is_started(tape, machine):
    path = f"{ETC}/device.conf"
    machine.write_text(path, machine.files[path].replace("DRIVE00012", "DRIVE00011"))
    with pytest.raises(ConfigurationBroken, match="Drive 12: Drive 11 has the serial number"):
        tape.create_library(SPEC)
    assert not machine.asked


def test_a_change_that_broken_files_forbid_writes_nothing_at_all(tape, machine):
    path = f"{ETC}/device.conf"
    machine.write_text(path, machine.files[path].replace("DRIVE00012", "DRIVE00011"))
    where = machine.robots[10].where
    where[Place.SLOT, 8] = where.pop((Place.SLOT, 1))
    before = machine.config()
    with pytest.raises(ConfigurationBroken):
        tape.modify_library(LIB, MORE)
    assert machine.config() == before


def test_devices_that_come_late_are_waited_for(tape, machine, pauses):
    machine.slow = 3

    tape.create_library(SPEC)
    assert pauses == [1.0, 1.0]
    assert [argv for argv in machine.asked if argv[0] == "udevadm"][:2] == [
        ("udevadm", "trigger", "--subsystem-match=scsi_generic"),
        ("udevadm", "settle", "--timeout=10"),
    ]


def test_a_library_that_never_shows_is_refused_although_systemctl_said_0(tape, machine, pauses):
    machine.slow = 10_000
    with pytest.raises(NotVisible, match=r"NEWLIB.*journalctl"):
        tape.create_library(SPEC)
    assert len(pauses) == LOOKS
    machine.slow = 0
    before = machine.config()
    assert tape.undo_change() is True
    assert machine.conf().library(20) is None
    assert machine.config() != before


def test_a_robot_that_leaves_drives_out_without_a_word_is_noticed(tape, machine, monkeypatch):
    real = Machine._read

    def short(self, number):
        real(self, number)
        if number == 20:
            self.robots[20].counts[Place.DRIVE] = 1

    monkeypatch.setattr(Machine, "_read", short)
    with pytest.raises(NotAsAsked, match="Drive 2 and shows 1"):
        tape.create_library(SPEC)


def test_without_systemd_nothing_is_changed_and_the_reason_said(tape, machine):
    del machine.files["/run/systemd/system"]
    for act in (
        lambda: tape.create_library(SPEC),
        lambda: tape.modify_library(LIB, MORE),
        lambda: tape.delete_library(LIB),
    ):
        with pytest.raises(Unsupported, match="systemd"):
            act()
    assert not machine.asked


# ---- changed


def test_a_library_gets_more_of_everything_and_its_cartridges_stay(tape, machine):
    before = dict(machine.robots[10].where)

    after = tape.modify_library(LIB, MORE)

    assert (after.slots, after.ie_slots, len(after.drives)) == (10, 2, 3)
    assert machine.robots[10].where == before
    new = machine.conf().drives_of(10)[2]
    assert (new.id, new.place) == (13, (10, 3))
    assert new.field("Product identification") == "ULT3580-TD5"


def test_what_mhvtl_had_remembered_of_the_old_layout_does_not_win(tape, machine):
    machine.stop(10)
    machine.start(10)
    assert f"{ETC}/library_contents.10.persist" in machine.files
    assert len(tape.modify_library(LIB, LibraryChange(drives=3)).drives) == 3


def test_a_cartridge_that_was_moved_since_the_start_is_where_it_was_moved_to(tape, machine):
    where = machine.robots[10].where
    where[Place.SLOT, 8] = where.pop((Place.SLOT, 1))

    tape.modify_library(LIB, MORE)

    assert machine.robots[10].where[Place.SLOT, 8] == "VT0001L5"
    assert (Place.SLOT, 1) not in machine.robots[10].where


def test_a_library_that_is_so_already_is_not_touched(tape, machine):
    tape.modify_library(LIB, LibraryChange(slots=8))
    assert not [argv for argv in machine.asked if argv[0] in ("systemctl", "mv")]


def test_acting_twice_is_as_good_as_once(tape, machine):
    tape.modify_library(LIB, MORE)
    before = state(machine)
    tape.modify_library(LIB, MORE)
    assert state(machine) == before


def test_a_slot_that_holds_a_cartridge_is_not_taken_away(tape, machine):
    before = state(machine)
    with pytest.raises(WouldLose, match="Slot 7 is to go and holds VT0007L5"):
        tape.modify_library(LIB, LibraryChange(slots=6))
    assert state(machine) == before


def test_empty_slots_and_the_last_drive_go(tape, machine):
    after = tape.modify_library(LIB, LibraryChange(slots=7, drives=1))
    assert (after.slots, after.drives) == (7, ("DRIVE00011",))
    assert machine.drives_up == {11}


def test_a_loaded_drive_forbids_it_for_mhvtl_forgets_what_is_in_drives(tape, machine):
    machine.load(1, 0)
    before = state(machine)
    with pytest.raises(LibraryInUse, match="DRIVE00011 is loaded"):
        tape.modify_library(LIB, MORE)
    assert state(machine) == before


def test_a_drive_in_use_forbids_it_though_its_robot_is_gone(tape, machine):
    del machine.robots[10]
    machine.busy = {11}
    with pytest.raises(LibraryInUse, match="DRIVE00011 is busy"):
        tape.modify_library(LIB, MORE)


def test_a_library_that_is_offline_is_not_changed_for_its_drives_cannot_be_seen(tape, machine):
    machine.robots[10].online = False
    with pytest.raises(LibraryInUse, match="offline"):
        tape.modify_library(LIB, MORE)


def test_a_cartridge_without_a_readable_label_is_not_forgotten(tape, machine, monkeypatch):
    real = Changer.elements

    def unread(self, library):
        first, *rest = (one for one in real(self, library))
        blank = rest[1].model_copy(update={"barcode": None})
        return [first, rest[0], blank, *rest[2:]]

    monkeypatch.setattr(Changer, "elements", unread)
    with pytest.raises(ElementBlocked, match="slot 1"):
        tape.modify_library(LIB, MORE)


def test_a_library_that_does_not_go_is_not_changed(tape, machine):
    machine.keep_seen = True
    with pytest.raises(NotGone, match="LIB10SER01"):
        tape.modify_library(LIB, MORE)
    assert machine.contents().count(Place.SLOT) == 8


def test_a_library_that_stands_is_changed_by_what_it_remembered(tape, machine):
    where = machine.robots[10].where
    where[Place.SLOT, 8] = where.pop((Place.SLOT, 1))
    machine.stop(10)

    tape.modify_library(LIB, LibraryChange(slots=9))

    assert machine.robots[10].where[Place.SLOT, 8] == "VT0001L5"


def test_contents_edited_by_hand_after_it_stopped_win(tape, machine):
    machine.stop(10)
    path = f"{ETC}/library_contents.10"
    machine.write_text(path, machine.files[path].replace("Slot 7: VT0007L5", "Slot 7:"))

    tape.modify_library(LIB, LibraryChange(slots=9))

    assert "VT0007L5" not in machine.robots[10].where.values()


def test_a_library_that_mhvtl_does_not_have_is_missing(tape):
    with pytest.raises(LibraryMissing, match="NOSUCH"):
        tape.modify_library("NOSUCH", MORE)


def test_a_robot_that_leaves_new_drives_out_is_noticed_and_its_library_put_back(
    tape, machine, monkeypatch
):
    real, before = Machine._read, state(machine)

    def short(self, number):
        real(self, number)
        self.robots[number].counts[Place.DRIVE] = 2

    monkeypatch.setattr(Machine, "_read", short)
    with pytest.raises(NotAsAsked, match="Drive 3 and shows 2"):
        tape.modify_library(LIB, MORE)
    assert tape.undo_change() is True
    assert state(machine) == before


@pytest.mark.parametrize("name", ["create", "modify", "delete"])
def test_what_is_done_cannot_be_undone_by_the_next_change(machine, name):
    ACTS[name](opened(machine))
    assert not [path for path in machine.files if path.endswith("change.json")]
    after = state(machine)
    assert opened(machine).undo_change() is False
    assert state(machine) == after


# ---- removed


def test_a_library_goes_with_its_cartridges(tape, machine):
    tape.delete_library(LIB)
    assert machine.conf().records == ()
    assert f"{ETC}/library_contents.10" not in machine.files
    assert (machine.robots, machine.drives_up, machine.tapes) == ({}, set(), {})


def test_its_cartridges_stay_when_they_are_kept(tape, machine):
    before = set(machine.tapes)
    tape.delete_library(LIB, keep_cartridges=True)
    assert set(machine.tapes) == before


def test_the_plan_names_each_cartridge_that_would_be_lost(tape, machine):
    plan = tape.plan_delete_library(LIB)
    assert plan.destroys == [f"/opt/mhvtl/{one}" for one in (
        "CLN001L5", "VT0001L5", "VT0002L5", "VT0003L5", "VT0004L5", "VT0007L5")]  # fmt: skip
    assert tape.plan_delete_library(LIB, keep_cartridges=True).destroys == []
    assert not [argv for argv in machine.asked if argv[0] != "stat"]


def test_plan_and_deed_refuse_while_a_drive_is_loaded(tape, machine):
    machine.load(1, 1)
    for act in (tape.plan_delete_library, tape.delete_library):
        with pytest.raises(LibraryInUse, match="DRIVE00012 is loaded"):
            act(LIB)
    assert machine.conf().library(10) is not None


def test_a_name_in_the_contents_that_is_no_barcode_takes_nothing_else_with_it(tape, machine):
    machine.stop(10)
    path = f"{ETC}/library_contents.10"
    machine.write_text(path, machine.files[path].replace("Slot 6:", "Slot 6: ../../etc"))
    with pytest.raises(BadName, match="no barcode"):
        tape.delete_library(LIB)
    assert machine.conf().library(10) is not None
    assert not [argv for argv in machine.asked if argv[0] == "rm"]
    tape.delete_library(LIB, keep_cartridges=True)


def test_what_the_robot_was_carrying_when_it_stopped_is_not_forgotten(tape, machine):
    machine.stop(10)
    path = f"{ETC}/library_contents.10"
    machine.write_text(path, machine.files[path].replace("Picker 1:", "Picker 1: VT0009L5"))
    with pytest.raises(ElementBlocked, match="VT0009L5"):
        tape.modify_library(LIB, MORE)


# ---- cut in the middle


ACTS = {
    "create": lambda tape: tape.create_library(SPEC),
    "modify": lambda tape: tape.modify_library(LIB, MORE),
    "delete": lambda tape: tape.delete_library(LIB, keep_cartridges=True),
}


def opened(machine):
    return MhvtlTape(machine, Changer(machine), pause=lambda _s: None)


def points(name):
    """Every command of an act, at which it can be cut."""
    machine = Machine()
    ACTS[name](opened(machine))
    return [(name, at) for at in range(1, len(machine.asked) + 1)]


EVERYWHERE = [point for name in ACTS for point in points(name)]


def cut(machine, name, at):
    """Begin an act and be killed at that command."""
    machine.cut_at, machine.cut = at, JobCancelled("killed")
    with pytest.raises(JobCancelled):
        ACTS[name](opened(machine))
    machine.cut_at = None


@pytest.mark.parametrize(("name", "at"), EVERYWHERE)
def test_killed_at_any_command_another_process_puts_all_back(machine, name, at):
    before = state(machine)
    cut(machine, name, at)

    opened(machine).undo_change()

    assert state(machine) == before
    assert opened(machine).undo_change() is False


@pytest.mark.parametrize(("name", "at"), EVERYWHERE)
def test_killed_at_any_command_and_run_again_it_comes_to_the_same_end(machine, name, at):
    whole = Machine()
    ACTS[name](opened(whole))
    cut(machine, name, at)

    try:
        ACTS[name](opened(machine))
    except (LibraryExists, LibraryMissing):
        assert machine.asked[at - 1][:2] == ("rm", "-rf")  # all was done but for the tidying

    assert state(machine)[:3] == state(whole)[:3]


@pytest.mark.parametrize("name", ["modify", "delete"])
def test_what_is_put_back_is_where_the_cartridges_were_not_where_they_began(machine, name):
    where = machine.robots[10].where
    where[Place.SLOT, 8] = where.pop((Place.SLOT, 1))
    at = next(one for _, one in points(name) if machine_asked(name, one) == "daemon-reload")

    cut(machine, name, at + 1)  # one more than there: the move is written down first
    opened(machine).undo_change()

    assert machine.robots[10].where[Place.SLOT, 8] == "VT0001L5"


def machine_asked(name, at):
    machine = Machine()
    ACTS[name](opened(machine))
    return machine.asked[at - 1][-1]


def test_a_change_found_long_after_is_not_undone_under_a_loaded_drive(machine):
    at = next(one for _, one in points("modify") if machine_asked("modify", one) == "daemon-reload")
    cut(machine, "modify", at)
    machine.start(10)
    machine.load(1, 0)

    with pytest.raises(LibraryInUse, match="DRIVE00011 is loaded"):
        opened(machine).undo_change()

    assert machine.robots[10].loaded
    machine.robots[10].where[Place.SLOT, 1] = machine.robots[10].loaded.pop(0)[0]
    assert opened(machine).undo_change() is True


def test_a_step_that_may_be_cancelled_is_told_of_before_it(tape, machine):
    told = []
    tape.create_library(SPEC, on_step=lambda *one: told.append(one))
    assert [one[2] for one in told] == ["checking", "putting in place", "starting", "looking"]
    assert [one[0] for one in told] == sorted(one[0] for one in told)


@pytest.mark.parametrize(
    "failed", [OSError(28, "No space left on device"), PermissionError(13, "")]
)
def test_a_full_disk_or_a_forbidden_folder_is_found_before_anything_is_replaced(
    tape, machine, monkeypatch, failed
):
    before = state(machine)

    def refuse(*_words, **_more):
        raise failed

    monkeypatch.setattr(machine, "write_text", refuse)
    kind = NotPermitted if isinstance(failed, PermissionError) else OutOfSpace
    with pytest.raises(kind, match="cannot be written"):
        tape.create_library(SPEC)
    assert state(machine) == before


def test_what_arrives_aside_is_checked_not_what_was_meant(tape, machine, monkeypatch):
    before = state(machine)
    real = machine.write_text

    def torn(path, text, *, mode=0o644):
        real(path, text[: len(text) // 2] if path.endswith("staged/device.conf") else text)

    monkeypatch.setattr(machine, "write_text", torn)
    with pytest.raises(TapeError, match="not what can be read there"):
        tape.create_library(SPEC)
    assert state(machine) == before


def test_files_that_may_not_be_read_say_what_is_missing(tape, machine, monkeypatch):
    def refuse(_path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(machine, "read_text", refuse)
    with pytest.raises(NotPermitted, match="root"):
        tape.outside()


def test_a_drive_that_is_loaded_says_what_it_holds_when_the_drive_itself_does_not(
    tape, machine, monkeypatch
):
    machine.load(1, 0)
    monkeypatch.setattr(Changer, "drives", lambda _self: [])
    with pytest.raises(LibraryInUse, match="drive 0 of library LIB10SER01 holds VT0001L5"):
        tape.modify_library(LIB, MORE)


def full(conf, count):
    """A device.conf with so many more drives, each with a number from 21 on."""
    more = [
        f"Drive: {n} CHANNEL: 01 TARGET: {n} LUN: 00\n Unit serial number: X{n}\n\n"
        for n in range(21, 21 + count)
    ]
    return device_conf.parse(conf + "".join(more))


def test_when_the_kernel_has_no_number_left_nothing_more_is_made():
    before = Configuration(full(CONF, 1003))
    with pytest.raises(BadName, match="another library"):
        layouts.created(before, SPEC)
    before = Configuration(full(CONF, 988))  # 1009 to 1019 are free: for one library of ten drives
    with pytest.raises(BadName, match="another drive"):
        layouts.created(before, SPEC.model_copy(update={"drives": 64}))


def test_a_library_without_drives_gets_some_of_the_usual_kind():
    conf = device_conf.parse(CONF)
    alone = Configuration(
        conf.without(conf.drives), {10: contents.fresh(10, drives=0, slots=1, maps=0)}
    )
    after = layouts.modified(alone, conf.libraries[0], LibraryChange(drives=1), {})
    [drive] = after.conf.drives
    assert (drive.place, drive.field("Product identification")) == ((10, 1), "ULT3580-TD8")
