"""Virtual libraries over folders: made, changed, broken for a test, removed; and the job types."""

from uuid import uuid4

import pytest

from calypso import jobs as job_types
from calypso.drivers.tape import (
    CartridgeExists,
    CartridgeKind,
    CartridgeLoaded,
    CartridgeMissing,
    CartridgeSpec,
    Delays,
    DriveBusy,
    DriveFault,
    DriveMissing,
    ElementKind,
    LibraryChange,
    LibraryExists,
    LibraryInUse,
    LibraryMissing,
    LibraryModel,
    LibraryOffline,
    LibrarySpec,
    NoFreeSlot,
    Unsupported,
    WouldLose,
)
from calypso.drivers.tape.changer import ChangerTape
from calypso.drivers.tape.ends import folder
from calypso.drivers.tape.filelib import FileTape
from calypso.errors import JobCancelled
from calypso.host.local import LocalHost
from calypso.models.media import MediaPool
from tests.fakes.running import FakeRunning

TYPES = job_types.load()
BYTES = 1 << 20


@pytest.fixture
def tape(tmp_path):
    tape = FileTape(LocalHost(), tmp_path / "state")
    tape.create_library(LibrarySpec(name="shelf", slots=4, drives=2, ie_slots=2))
    for barcode in ("A00001L8", "A00002L8"):
        tape.create_cartridge("shelf", CartridgeSpec(barcode=barcode, capacity_bytes=BYTES))
    return tape


def run(tape, name, running=None, /, **params):
    job_type = TYPES[f"tape.{name}"]
    return job_type.run(job_type.params(**params), tape, running or FakeRunning())


def plan(tape, name, /, **params):
    job_type = TYPES[f"tape.{name}"]
    return job_type.plan(job_type.params(**params), tape, FakeRunning())


def where(tape, library="shelf"):
    return {one.barcode: str(one.place) for one in tape.elements(library) if one.is_full}


# ---- changed


def test_a_library_grows_and_its_cartridges_stay(tape):
    before = where(tape)
    after = tape.modify_library("shelf", LibraryChange(slots=6, drives=3, ie_slots=3))
    assert (after.slots, after.ie_slots) == (6, 3)
    assert after.drives == ("shelf-0", "shelf-1", "shelf-2")
    assert where(tape) == before
    assert tape.drive("shelf-2").state == "empty"


def test_a_library_shrinks_to_what_is_used_and_no_further(tape):
    assert tape.modify_library("shelf", LibraryChange(slots=2, drives=1)).slots == 2
    with pytest.raises(WouldLose, match="slot 2 is to go and holds A00002L8"):
        tape.modify_library("shelf", LibraryChange(slots=1))
    assert tape.library("shelf").slots == 2


def test_changing_twice_is_as_good_as_once(tape):
    change = LibraryChange(slots=6, drives=1)
    assert tape.modify_library("shelf", change) == tape.modify_library("shelf", change)


def test_a_library_that_shrank_and_grew_again_has_empty_places(tape):
    tape.modify_library("shelf", LibraryChange(drives=1, slots=3))
    tape.modify_library("shelf", LibraryChange(drives=2, slots=4))
    assert [one.is_full for one in tape.elements("shelf")] == [False] * 2 + [True] * 2 + [False] * 4
    assert tape.drive("shelf-1").tape_alerts == ()


def test_a_loaded_drive_does_not_go(tape):
    tape.load("shelf", 1, "shelf-1")
    with pytest.raises(WouldLose, match="A00001L8"):
        tape.modify_library("shelf", LibraryChange(drives=1))


def test_full_import_export_slots_keep_their_numbers(tape):
    tape.transfer("shelf", 1, 5)
    with pytest.raises(LibraryInUse, match="another number"):
        tape.modify_library("shelf", LibraryChange(slots=6))
    assert tape.modify_library("shelf", LibraryChange(drives=3)).slots == 4
    with pytest.raises(WouldLose, match="I/E slot 5"):
        tape.modify_library("shelf", LibraryChange(ie_slots=0))


def test_a_library_that_is_not_there_is_missing(tape):
    with pytest.raises(LibraryMissing):
        tape.modify_library("nosuch", LibraryChange(slots=6))


def test_a_library_with_a_loaded_drive_is_not_removed(tape):
    tape.load("shelf", 1, "shelf-1")
    with pytest.raises(LibraryInUse, match="Unload it first"):
        tape.plan_delete_library("shelf")
    with pytest.raises(LibraryInUse, match="Unload it first"):
        tape.delete_library("shelf", keep_cartridges=True)
    assert tape.library("shelf").is_online


def test_a_drive_in_use_keeps_its_library_from_being_changed_or_removed(tape):
    tape.load("shelf", 1, "shelf-1")
    with folder.opened(tape._shelves.one("shelf").path / "drive-1"):
        with pytest.raises(LibraryInUse):
            tape.delete_library("shelf")
        with pytest.raises((LibraryInUse, WouldLose, DriveBusy)):
            tape.modify_library("shelf", LibraryChange(drives=1))


def test_nothing_is_ever_half_done(tape):
    assert tape.undo_change() is False


# ---- in and out, broken


def test_import_export_slots_are_emptied_at_once(tape):
    tape.transfer("shelf", 1, 5)
    tape.transfer("shelf", 2, 6)
    assert tape.empty_ie_slots("shelf") == ["A00001L8", "A00002L8"]
    assert tape.empty_ie_slots("shelf") == []
    assert tape.outside() == ["A00001L8", "A00002L8"]


def test_a_drive_raises_the_flags_it_is_told_to_and_takes_them_back(tape):
    tape.break_drive("shelf-0", DriveFault(tape_alerts=(20, 3)))
    assert [one.number for one in tape.drive("shelf-0").tape_alerts] == [3, 20]
    assert tape.drive("shelf-0").needs_cleaning
    tape.break_drive("shelf-0", DriveFault())
    assert tape.drive("shelf-0").needs_cleaning
    tape.break_drive("shelf-0", DriveFault(tape_alerts=()))
    assert tape.drive("shelf-0").tape_alerts == ()


def test_a_drive_that_is_not_there_cannot_be_broken(tape):
    with pytest.raises(DriveMissing):
        tape.break_drive("nosuch", DriveFault(tape_alerts=(1,)))


def test_a_library_goes_off_and_comes_back(tape):
    assert tape.set_online("shelf", is_online=False).is_online is False
    with pytest.raises(LibraryOffline):
        tape.elements("shelf")
    assert tape.set_online("shelf", is_online=True).is_online is True


@pytest.mark.parametrize(
    "act",
    [
        lambda tape: tape.open_door("shelf"),
        lambda tape: tape.close_door("shelf"),
        lambda tape: tape.rebuild_module(),
        lambda tape: tape.break_drive("shelf-0", DriveFault(delays=Delays(load_s=5))),
        lambda tape: tape.create_library(
            LibrarySpec(name="other", slots=1, drives=1, model=LibraryModel())
        ),
    ],
)
def test_what_folders_cannot_do_is_refused(tape, act):
    with pytest.raises(Unsupported):
        act(tape)


@pytest.mark.parametrize(
    "act",
    [
        lambda tape: tape.create_library(LibrarySpec(name="other", slots=1, drives=1)),
        lambda tape: tape.modify_library("other", LibraryChange(slots=1)),
        lambda tape: tape.delete_library("other"),
        lambda tape: tape.create_cartridge("other", CartridgeSpec(barcode="A1", capacity_bytes=1)),
        lambda tape: tape.open_door("other"),
        lambda tape: tape.empty_ie_slots("other"),
        lambda tape: tape.set_online("other", is_online=False),
        lambda tape: tape.break_drive("other", DriveFault()),
        lambda tape: tape.rebuild_module(),
    ],
)
def test_a_real_library_is_not_made_changed_or_broken(tmp_path, act):
    tape = ChangerTape(LocalHost(), tmp_path)
    with pytest.raises(Unsupported):
        act(tape)
    assert tape.undo_change() is False


# ---- the job types


def test_a_library_is_made_changed_and_removed_by_jobs(tape):
    made = {"name": "other", "slots": 3, "drives": 1}
    first = run(tape, "vtl_library_create", **made)
    assert run(tape, "vtl_library_create", **made) == first
    with pytest.raises(LibraryExists):
        run(tape, "vtl_library_create", **{**made, "slots": 4})

    assert run(tape, "vtl_library_modify", library="other", slots=5).slots == 5
    run(tape, "vtl_media_create", library="other", first="B00001L8", count=2, capacity_bytes=BYTES)

    told = plan(tape, "vtl_library_delete", library="other")
    run(tape, "vtl_library_delete", library="other")

    assert told.destroys == ["B00001L8", "B00002L8"]
    assert [one.name for one in tape.libraries()] == ["shelf"]


def test_a_library_goes_and_its_cartridges_stay_outside(tape):
    assert plan(tape, "vtl_library_delete", library="shelf", keep_cartridges=True).destroys == []
    run(tape, "vtl_library_delete", library="shelf", keep_cartridges=True)
    assert tape.outside() == ["A00001L8", "A00002L8"]


def test_a_create_that_is_cancelled_before_its_step_makes_nothing(tape):
    with pytest.raises(JobCancelled):
        run(
            tape, "vtl_library_create", FakeRunning(cancel_after=0), name="other", slots=1, drives=1
        )
    assert [one.name for one in tape.libraries()] == ["shelf"]


def test_cartridges_are_made_until_no_slot_is_free_and_the_rest_when_there_is_room(tape):
    asked = {"library": "shelf", "first": "B00001L8", "count": 3, "capacity_bytes": BYTES}
    with pytest.raises(NoFreeSlot):
        run(tape, "vtl_media_create", **asked)
    assert where(tape)["B00002L8"] == "slot 4"
    run(tape, "vtl_library_modify", library="shelf", slots=5)
    assert run(tape, "vtl_media_create", **asked).made == ("B00003L8",)


def test_a_cartridge_that_is_there_and_differs_is_refused(tape):
    asked = {"library": "shelf", "first": "A00001L8", "capacity_bytes": BYTES}
    assert run(tape, "vtl_media_create", **asked).made == ()
    with pytest.raises(CartridgeExists):
        run(tape, "vtl_media_create", **{**asked, "capacity_bytes": 2 * BYTES})
    with pytest.raises(CartridgeExists):
        run(tape, "vtl_media_create", **{**asked, "kind": "worm"})


def test_a_tab_is_moved_and_a_capacity_changed_but_not_in_a_drive(tape):
    asked = {"cartridge": "A00001L8", "is_write_protected": True, "capacity_bytes": 2 * BYTES}
    after = run(tape, "vtl_media_edit", **asked)
    assert (after.is_write_protected, after.capacity_bytes) == (True, 2 * BYTES)
    assert run(tape, "vtl_media_edit", **asked) == after
    tape.load("shelf", 1, "shelf-0")
    with pytest.raises(CartridgeLoaded):
        run(tape, "vtl_media_edit", **asked)


def test_cartridges_are_removed_and_those_that_are_gone_count(tape):
    asked = {"library": "shelf", "cartridges": ["A00001L8", "A00002L8"]}
    assert [one[:8] for one in plan(tape, "vtl_media_delete", **asked).destroys] == [
        "A00001L8", "A00002L8",
    ]  # fmt: skip
    with pytest.raises(JobCancelled):
        run(tape, "vtl_media_delete", FakeRunning(cancel_after=1), **asked)
    assert where(tape) == {"A00002L8": "slot 2"}
    assert run(tape, "vtl_media_delete", FakeRunning(epoch=2), **asked).removed == 2
    with pytest.raises(CartridgeMissing):
        run(tape, "vtl_media_delete", **asked)


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("vtl_media_delete", {"library": "shelf", "cartridges": ["A00001L8"]}),
        ("vtl_library_delete", {"library": "shelf"}),
    ],
)
def test_what_is_removed_is_off_the_record_and_the_plan_says_what_was_to_be_kept(tape, name, asked):
    running, job_type = FakeRunning(), TYPES[f"tape.{name}"]
    running.media.create_pool(MediaPool(name="monthly"))
    running.media.assign("A00001L8", "monthly", kind=CartridgeKind.DATA, library="shelf")
    running.media.begin_medium("A00001L8", "monthly", label=uuid4())

    lost = job_type.plan(job_type.params(**asked), tape, running).destroys
    run(tape, name, running, **asked)

    assert "A00001L8 holds a set of pool monthly that is kept for ever" in lost
    assert running.media.media() == []


def test_what_cannot_be_removed_stays_on_record(tape):
    running = FakeRunning()
    running.media.assign("A00001L8", None, kind=CartridgeKind.DATA, library="shelf")
    tape.load("shelf", 1, "shelf-0")

    with pytest.raises(CartridgeLoaded):
        run(tape, "vtl_media_delete", running, library="shelf", cartridges=["A00001L8"])

    assert [one.barcode for one in running.media.media()] == ["A00001L8"]


def test_cartridges_of_a_library_that_stay_outside_stay_on_record(tape):
    running = FakeRunning()
    running.media.assign("A00001L8", None, kind=CartridgeKind.DATA, library="shelf")

    run(tape, "vtl_library_delete", running, library="shelf", keep_cartridges=True)

    assert [one.barcode for one in running.media.media()] == ["A00001L8"]


def test_a_cartridge_goes_out_and_comes_in_by_the_import_export_slots(tape):
    tape.transfer("shelf", 1, 5)
    assert run(tape, "vtl_map_empty", library="shelf").cartridges == ("A00001L8",)
    assert run(tape, "vtl_map_empty", library="shelf").cartridges == ()
    put = {"library": "shelf", "cartridge": "A00001L8"}
    assert run(tape, "vtl_map_load", **put).ie_slot == 5
    assert run(tape, "vtl_map_load", **put).ie_slot == 5
    assert [one.kind for one in tape.elements("shelf") if one.barcode == "A00001L8"] == [
        ElementKind.IE
    ]


def test_a_fault_is_made_and_taken_back(tape):
    run(tape, "vtl_fault_inject", drive="shelf-0", tape_alerts=[20])
    assert tape.drive("shelf-0").needs_cleaning
    run(tape, "vtl_fault_inject", library="shelf")
    assert not tape.library("shelf").is_online
    run(tape, "vtl_fault_inject", library="shelf", is_online=True)
    assert tape.library("shelf").is_online
