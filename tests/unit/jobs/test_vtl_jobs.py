"""Jobs on virtual libraries, over mhvtl as it was recorded: cancelled, killed, run twice."""

import pytest
from pydantic import ValidationError

from calypso import jobs
from calypso.drivers.tape import (
    CartridgeExists,
    CartridgeLoaded,
    CartridgeMissing,
    LibraryExists,
    NotMoved,
    TapeError,
    Unsupported,
)
from calypso.drivers.tape.mhvtl import MhvtlTape
from calypso.drivers.tape.mhvtl.contents import Place
from calypso.errors import JobCancelled, JobFenced
from calypso.jobs.tape._series import series
from calypso.models.lock import Mode
from tests.fakes.running import FakeRunning
from tests.unit.drivers.mhvtl.machine import Changer, Machine, Tape

TYPES = jobs.load()
LIB = "LIB10SER01"
NEW = {"name": "NEWLIB", "slots": 5, "drives": 2, "ie_slots": 1}
ONE = {"library": LIB, "first": "VT0009L5", "capacity_bytes": 500 << 20}


@pytest.fixture
def machine():
    return Machine()


@pytest.fixture
def tape(machine):
    return MhvtlTape(machine, Changer(machine), pause=lambda _s: None)


@pytest.fixture
def running():
    return FakeRunning()


def run(name, tape, running=None, /, **params):
    job_type = TYPES[f"tape.{name}"]
    return job_type.run(job_type.params(**params), tape, running or FakeRunning())


def plan(name, tape, /, **params):
    job_type = TYPES[f"tape.{name}"]
    return job_type.plan(job_type.params(**params), tape, FakeRunning())


# ---- libraries


def test_a_library_is_made_and_its_steps_are_told(tape, running):
    made = run("vtl_library_create", tape, running, **NEW)
    assert made.drives == ("NEWLIB01", "NEWLIB02")
    assert [one["phase"] for one in running.reports] == [
        "checking", "putting in place", "starting", "looking",
    ]  # fmt: skip


def test_a_library_that_an_earlier_attempt_made_is_the_result(tape):
    made = run("vtl_library_create", tape, **NEW)
    assert run("vtl_library_create", tape, FakeRunning(epoch=2), **NEW) == made


def test_a_library_of_that_name_and_another_size_is_refused(tape):
    run("vtl_library_create", tape, **NEW)
    with pytest.raises(LibraryExists):
        run("vtl_library_create", tape, **{**NEW, "slots": 6})


@pytest.mark.parametrize("checks", range(4))
def test_cancelled_between_two_steps_nothing_of_it_is_left(tape, machine, checks):
    before = machine.config()
    running = FakeRunning(cancel_after=checks)
    with pytest.raises(JobCancelled):
        run("vtl_library_create", tape, running, **NEW)
    assert machine.config() == before
    assert set(machine.robots) == {10}
    assert running.tidied == 1
    assert running.lines == (["What the change had replaced was put back."] if checks > 1 else [])


@pytest.mark.parametrize("checks", range(5))
def test_a_modify_cancelled_between_two_steps_leaves_the_library_as_it_was(tape, machine, checks):
    before, where = machine.config(), dict(machine.robots[10].where)
    with pytest.raises(JobCancelled):
        run(
            "vtl_library_modify",
            tape,
            FakeRunning(cancel_after=checks),
            library=LIB,
            slots=10,
            drives=3,
        )
    after = {path: text for path, text in machine.config().items() if ".persist" not in path}
    assert after == before
    assert machine.robots[10].where == where
    assert machine.drives_up == {11, 12}


def test_who_lost_the_job_undoes_nothing(tape, machine, running):
    def fenced(**_told):
        raise JobFenced

    running.report = fenced
    with pytest.raises(JobFenced):
        run("vtl_library_create", tape, running, **NEW)
    assert running.tidied == 0


def test_what_cannot_be_put_back_is_said_with_what_failed(tape, machine, running):
    machine.fails["systemctl start"] = (1, "", "Something went wrong")
    machine.fails["systemctl stop"] = (1, "", "Something else went wrong")
    with pytest.raises(TapeError, match=r"Something went wrong.*put back.*Something else"):
        run("vtl_library_create", tape, running, **NEW)


def test_a_change_that_says_nothing_is_refused():
    with pytest.raises(ValidationError, match="say what"):
        TYPES["tape.vtl_library_modify"].params(library=LIB)


def test_a_library_is_changed(tape):
    after = run("vtl_library_modify", tape, library=LIB, slots=10, drives=3)
    assert (after.slots, after.ie_slots, len(after.drives)) == (10, 2, 3)


def test_a_library_goes_as_its_plan_said(tape, machine):
    told = plan("vtl_library_delete", tape, library=LIB)
    run("vtl_library_delete", tape, library=LIB)
    assert len(told.destroys) == 6
    assert machine.tapes == {}


EVERY = {
    "vtl_library_create": (NEW, {"config", "NEWLIB/robot"}, "NEWLIB"),
    "vtl_library_modify": (
        {"library": LIB, "slots": 9}, {"config", f"{LIB}/robot"}, LIB,
    ),
    "vtl_library_delete": ({"library": LIB}, {"config", f"{LIB}/robot"}, LIB),
    "vtl_media_create": (
        {**ONE, "count": 2},
        {"config", f"{LIB}/robot", "media/VT0009L5", "media/VT0010L5"},
        "VT0009L5 and 1 more",
    ),
    "vtl_media_edit": (
        {"cartridge": "A1", "is_write_protected": True}, {"media/A1"}, "A1",
    ),
    "vtl_media_delete": (
        {"library": LIB, "cartridges": ["A1", "A2"]},
        {"config", f"{LIB}/robot", "media/A1", "media/A2"},
        f"2 virtual cartridges of {LIB}",
    ),
    "vtl_map_open": ({"library": LIB}, {f"{LIB}/robot"}, LIB),
    "vtl_map_close": ({"library": LIB}, {f"{LIB}/robot"}, LIB),
    "vtl_map_load": (
        {"library": LIB, "cartridge": "A1"}, {"config", f"{LIB}/robot", "media/A1"}, "A1",
    ),
    "vtl_map_empty": ({"library": LIB}, {"config", f"{LIB}/robot"}, LIB),
    "vtl_fault_inject": ({"drive": "D1", "tape_alerts": []}, {"drive/D1"}, "D1"),
}  # fmt: skip


@pytest.mark.parametrize(("name", "told"), EVERY.items(), ids=EVERY.keys())
def test_it_locks_what_it_changes_and_its_title_names_it(name, told):
    params, locked, named = told
    asked = TYPES[f"tape.{name}"].params(**params)
    assert {lock.path for lock in asked.locks()} == {f"tape/{one}" for one in locked}
    assert {lock.mode for lock in asked.locks()} == {Mode.X}
    assert named in asked.title()


def test_a_library_that_goes_offline_is_locked_and_a_rebuild_locks_all():
    offline = TYPES["tape.vtl_fault_inject"].params(library=LIB)
    assert [lock.path for lock in offline.locks()] == [f"tape/{LIB}/robot"]
    assert offline.title() == f"Take {LIB} offline"
    rebuild = TYPES["tape.vtl_module_rebuild"].params()
    assert [lock.path for lock in rebuild.locks()] == ["tape"]
    assert "kernel module" in rebuild.title()


# ---- cartridges


def test_cartridges_are_made_one_after_the_other(tape, machine, running):
    made = run("vtl_media_create", tape, running, **ONE, count=2)
    assert made.made == ("VT0009L5", "VT0010L5")
    assert machine.robots[10].where[Place.SLOT, 8] == "VT0010L5"
    assert (running.reports[-1]["done"], running.reports[-1]["total"]) == (2, 2)


def test_cancelled_between_two_the_first_stays_and_a_second_run_makes_the_rest(tape):
    with pytest.raises(JobCancelled):
        run("vtl_media_create", tape, FakeRunning(cancel_after=1), **ONE, count=2)
    assert run("vtl_media_create", tape, **ONE, count=2).made == ("VT0010L5",)
    assert run("vtl_media_create", tape, **ONE, count=2).made == ()


def test_a_barcode_that_is_another_cartridge_is_refused(tape):
    run("vtl_library_create", tape, **NEW, model={"drive_product": "ULT3580-TD5"})
    with pytest.raises(CartridgeExists):
        run("vtl_media_create", tape, **{**ONE, "library": "NEWLIB", "first": "VT0001L5"})


def test_the_tab_is_moved(tape):
    after = run("vtl_media_edit", tape, cartridge="VT0001L5", is_write_protected=True)
    assert (after.cartridge, after.is_write_protected) == ("VT0001L5", True)


def test_an_edit_that_says_nothing_is_refused():
    with pytest.raises(ValidationError, match="say what"):
        TYPES["tape.vtl_media_edit"].params(cartridge="VT0001L5")


def test_cartridges_go_as_their_plan_said(tape, machine):
    codes = ["VT0001L5", "VT0002L5"]
    told = plan("vtl_media_delete", tape, library=LIB, cartridges=codes)
    assert told.destroys == [f"/opt/mhvtl/{one}" for one in codes]
    assert run("vtl_media_delete", tape, library=LIB, cartridges=codes).removed == 2
    assert not set(codes) & set(machine.contents().barcodes)


def test_a_cartridge_of_another_library_is_not_removed(tape, machine):
    run("vtl_library_create", tape, **NEW)
    for act in (plan, run):
        with pytest.raises(CartridgeMissing, match="NEWLIB"):
            act("vtl_media_delete", tape, library="NEWLIB", cartridges=["VT0001L5"])
    assert "/opt/mhvtl/VT0001L5" in machine.tapes


def test_one_that_an_earlier_attempt_removed_counts_as_removed(tape, running):
    codes = ["VT0001L5", "VT0002L5"]
    with pytest.raises(JobCancelled):
        run("vtl_media_delete", tape, FakeRunning(cancel_after=1), library=LIB, cartridges=codes)
    again = FakeRunning(epoch=2)
    assert run("vtl_media_delete", tape, again, library=LIB, cartridges=codes).removed == 2
    assert again.lines == ["VT0001L5 is gone already."]


def test_a_cartridge_in_a_drive_ends_it_before_that_one(tape, machine):
    machine.load(2, 0)
    with pytest.raises(CartridgeLoaded):
        run("vtl_media_delete", tape, library=LIB, cartridges=["VT0002L5", "VT0001L5"])
    assert len(machine.tapes) == 6


@pytest.mark.parametrize(
    ("first", "count", "all_of_them"),
    [
        ("VT0009L5", 2, ("VT0009L5", "VT0010L5")),
        ("CLN101L8", 1, ("CLN101L8",)),
        ("ABC", 1, ("ABC",)),
        ("A00001", 3, ("A00001", "A00002", "A00003")),
        ("E01001L8", 2, ("E01001L8", "E01002L8")),
    ],
)
def test_barcodes_are_counted_up(first, count, all_of_them):
    assert series(first, count) == all_of_them


@pytest.mark.parametrize(("first", "count"), [("VT9999L5", 2), ("ABCDEF", 2), ("A9L5", 11)])
def test_barcodes_that_cannot_be_counted_up_are_refused_at_the_door(first, count):
    with pytest.raises(ValidationError, match=first):
        TYPES["tape.vtl_media_create"].params(**{**ONE, "first": first, "count": count})


# ---- in and out


def test_a_cartridge_is_put_in_and_one_that_is_in_already_stays(tape, machine):
    machine.add_tape("VT0009L5", Tape(500 << 20))
    assert run("vtl_map_load", tape, library=LIB, cartridge="VT0009L5").ie_slot == 9
    assert run("vtl_map_load", tape, library=LIB, cartridge="VT0009L5").ie_slot == 9


def test_a_cartridge_in_a_slot_is_not_outside(tape):
    with pytest.raises(CartridgeMissing):
        run("vtl_map_load", tape, library=LIB, cartridge="VT0001L5")


def test_the_import_export_slots_are_emptied_once_and_then_are_empty(tape, machine):
    machine.add_tape("VT0009L5", Tape(500 << 20))
    run("vtl_map_load", tape, library=LIB, cartridge="VT0009L5")
    assert run("vtl_map_empty", tape, library=LIB).cartridges == ("VT0009L5",)
    assert run("vtl_map_empty", tape, library=LIB).cartridges == ()


def test_the_door_opens_and_closes(tape, machine):
    run("vtl_map_open", tape, library=LIB)
    assert machine.robots[10].door
    run("vtl_map_close", tape, library=LIB)
    assert not machine.robots[10].door


def test_an_insert_that_put_nothing_in_is_noticed(tape, monkeypatch):
    monkeypatch.setattr(tape, "insert", lambda _library, _barcode: None)
    with pytest.raises(NotMoved, match="VT0009L5"):
        run("vtl_map_load", tape, library=LIB, cartridge="VT0009L5")


# ---- faults, the module


def test_a_library_is_taken_offline_and_back(tape, machine):
    run("vtl_fault_inject", tape, library=LIB)
    assert not machine.robots[10].online
    run("vtl_fault_inject", tape, library=LIB, is_online=True)
    assert machine.robots[10].online


def test_a_drive_is_broken(tape, machine):
    run("vtl_fault_inject", tape, drive="DRIVE00011", tape_alerts=[20])
    assert ("vtlcmd", "11", "TapeAlert", "80000") in machine.asked


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"drive": "D1"},
        {"drive": "D1", "delays": {}},
        {"library": "L1", "drive": "D1", "tape_alerts": []},
        {"library": "L1", "tape_alerts": []},
    ],
)
def test_a_fault_is_of_one_thing(params):
    with pytest.raises(ValidationError):
        TYPES["tape.vtl_fault_inject"].params(**params)


def test_its_title_says_that_it_is_for_tests():
    assert TYPES["tape.vtl_fault_inject"].title.startswith("For tests")


def test_the_module_is_rebuilt(tape, running):
    assert run("vtl_module_rebuild", tape, running).version == "0.18.42"
    assert running.reports[-1]["phase"] == "starting"


@pytest.mark.parametrize("checks", range(3))
def test_a_rebuild_is_cancelled_only_while_all_still_runs(tape, machine, checks):
    with pytest.raises(JobCancelled):
        run("vtl_module_rebuild", tape, FakeRunning(cancel_after=checks))
    assert set(machine.robots) == {10}


def test_a_rebuild_that_has_stopped_all_is_not_cut(tape, machine):
    run("vtl_module_rebuild", tape, FakeRunning(cancel_after=3))
    assert set(machine.robots) == {10}


def test_without_systemd_the_reason_is_said(tape, machine):
    del machine.files["/run/systemd/system"]
    with pytest.raises(Unsupported, match="systemd"):
        run("vtl_library_create", tape, **NEW)
