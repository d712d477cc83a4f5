"""Cartridges leave for a vault and come back: where they are is on record all the time."""

from uuid import uuid4

import pytest
from pydantic import ValidationError

from calypso import jobs as job_types
from calypso.drivers.tape import (
    BarcodeDuplicate,
    CartridgeKind,
    CartridgeLoaded,
    CartridgeMissing,
    NoFreeSlot,
    RobotJammed,
)
from calypso.errors import JobCancelled
from calypso.models.media import MediaPool
from calypso.models.media_refusals import MediumUnknown
from tests.fakes.running import FakeRunning

TYPES = job_types.load()
THREE = ("A00001L5", "A00002L5", "A00003L5")  # in slots 1 to 3; import/export slots are 9 and 10


@pytest.fixture
def running(place):
    running = FakeRunning()
    running.media.create_pool(MediaPool(name="monthly"))
    for barcode in THREE:
        running.media.assign(barcode, "monthly", kind=CartridgeKind.DATA, library=place.library)
    return running


def again(running, **said):
    """Another run, over the same books."""
    return FakeRunning(media=running.media, **said)


def run(place, name, running, /, tape=None, **params):
    job_type = TYPES[f"tape.{name}"]
    asked = job_type.params(library=place.library, **params)
    return job_type.run(asked, tape or place.tape, running)


def export(place, running, *cartridges, **said):
    return run(place, "vault_export", running, vault="bank-safe", cartridges=cartridges, **said)


def where(running):
    """Where the books have each cartridge: its library, or its vault."""
    return {one.barcode: one.vault or one.library for one in running.media.media()}


class Emptying(FakeRunning):
    """A job whose waiting somebody uses to carry cartridges away from import/export slots."""

    def __init__(self, place, media):
        super().__init__(media=media)
        self._place = place

    def wait(self, seconds):
        super().wait(seconds)
        for slot in (9, 10):
            self._place.take_out(slot)


class Jammed:
    """A library whose robot jams at its `th` move."""

    def __init__(self, tape, th):
        self._tape, self._left = tape, th

    def __getattr__(self, verb):
        return getattr(self._tape, verb)

    def transfer(self, library, source, target):
        self._left -= 1
        if self._left == 0:
            raise RobotJammed("The robot is jammed.")
        return self._tape.transfer(library, source, target)


def test_what_is_exported_lies_in_import_export_slots_and_is_on_record_in_the_vault(place, running):
    told = export(place, running, *THREE[:2])

    assert [(one.barcode, one.ie_slot, one.pool) for one in told.cartridges] == [
        ("A00001L5", 9, "monthly"),
        ("A00002L5", 10, "monthly"),
    ]
    assert place.barcodes()["A00001L5"] == "I/E slot 9"
    assert where(running) == {
        "A00001L5": "bank-safe", "A00002L5": "bank-safe", "A00003L5": place.library,
    }  # fmt: skip


def test_to_export_again_is_as_good_as_once(place, running):
    first, second = (export(place, again(running), *THREE[:2]) for _ in range(2))

    assert first == second
    assert place.barcodes()["A00002L5"] == "I/E slot 10"


def test_a_whole_set_is_exported_by_its_id(place, running):
    begun = running.media.begin_medium("A00001L5", "monthly", label=uuid4())
    set_id = begun.media_set.id
    running.media.begin_medium("A00003L5", "monthly", label=uuid4(), set_id=set_id)

    told = run(place, "vault_export", running, vault="bank-safe", set_id=set_id)

    assert [one.barcode for one in told.cartridges] == ["A00001L5", "A00003L5"]
    assert {(one.set_id, one.kept_until) for one in told.cartridges} == {(set_id, None)}


def test_more_than_there_are_import_export_slots_fails_and_a_rerun_goes_on(place, running):
    with pytest.raises(NoFreeSlot, match="Take the cartridges out"):
        export(place, running, *THREE)
    assert where(running)["A00003L5"] == place.library
    for slot in (9, 10):
        place.take_out(slot)

    told = export(place, again(running), *THREE)

    assert [one.ie_slot for one in told.cartridges] == [None, None, 9]
    assert set(where(running).values()) == {"bank-safe"}


@pytest.mark.proves("tape.vault_export")
def test_an_export_that_may_wait_goes_on_when_slots_are_emptied(place, running):
    waiting = Emptying(place, running.media)

    told = export(place, waiting, *THREE, wait_s=60)

    assert [one.ie_slot for one in told.cartridges] == [9, 10, 9]
    assert any(one.get("phase", "").startswith("waiting") for one in waiting.reports)


def test_nothing_is_moved_unless_all_can_be(place, running):
    before = place.barcodes()
    for other, refusal in (("A00009L5", MediumUnknown), ("X00001L5", CartridgeMissing)):
        if refusal is CartridgeMissing:
            running.media.assign(other, None, kind=CartridgeKind.DATA, library="shelf")
        with pytest.raises(refusal, match=other):
            export(place, running, "A00001L5", other)
    place.tape.load(place.library, 2, place.drives[0])
    with pytest.raises(CartridgeLoaded, match="Unload it first"):
        export(place, running, "A00001L5", "A00002L5")

    assert place.barcodes() == {**before, "A00002L5": "drive 0"}
    assert set(where(running).values()) <= {place.library, "shelf"}


def test_a_cancel_between_two_cartridges_leaves_books_and_shelves_the_same(place, running):
    stopped = again(running, cancel_after=1)

    with pytest.raises(JobCancelled):
        export(place, stopped, *THREE[:2])

    assert place.barcodes()["A00001L5"] == "I/E slot 9"
    assert place.barcodes()["A00002L5"] == "slot 2"
    assert where(running)["A00001L5"] == "bank-safe"
    assert where(running)["A00002L5"] == place.library


def test_a_robot_that_jams_leaves_on_record_what_it_moved_and_no_more(place, running):
    with pytest.raises(RobotJammed):
        export(place, running, *THREE[:2], tape=Jammed(place.tape, 2))

    assert where(running)["A00001L5"] == "bank-safe"
    assert where(running)["A00002L5"] == place.library


def test_what_comes_back_lies_in_a_slot_and_is_on_record_in_the_library(place, running):
    export(place, running, *THREE[:2])

    told = run(place, "vault_return", running)

    assert [(one.barcode, one.vault) for one in told.cartridges] == [
        ("A00001L5", "bank-safe"),
        ("A00002L5", "bank-safe"),
    ]
    assert {one.slot for one in told.cartridges} == {1, 2}
    assert place.barcodes()["A00001L5"] == "slot 1"
    assert set(where(running).values()) == {place.library}


@pytest.mark.proves("tape.vault_return")
def test_to_return_again_is_as_good_as_once(place, running):
    export(place, running, "A00001L5")
    first = run(place, "vault_return", running, cartridges=["A00001L5"])

    again_told = run(place, "vault_return", running, cartridges=["A00001L5"])

    assert [(one.barcode, one.slot) for one in again_told.cartridges] == [("A00001L5", 1)]
    assert first.cartridges[0].vault == "bank-safe"
    assert again_told.cartridges[0].vault is None
    assert run(place, "vault_return", running).cartridges == ()


def test_what_is_not_there_or_not_on_record_is_not_returned(place, running):
    with pytest.raises(CartridgeMissing, match="A00009L5"):
        run(place, "vault_return", running, cartridges=["A00001L5", "A00009L5"])
    with pytest.raises(MediumUnknown, match="it was in no vault"):
        run(place, "vault_return", running, cartridges=["W00001LT"])


class Doubled:
    """A tape product that sees a cartridge twice: a second one was put in with the same label."""

    def __init__(self, tape):
        self._tape = tape

    def __getattr__(self, verb):
        return getattr(self._tape, verb)

    def cartridges(self):
        return [one for one in self._tape.cartridges() for _ in range(2)]


def test_a_barcode_that_is_there_twice_is_not_returned(place, running):
    export(place, running, "A00001L5")

    with pytest.raises(BarcodeDuplicate, match="Take one of them out"):
        run(place, "vault_return", running, tape=Doubled(place.tape))

    assert where(running)["A00001L5"] == "bank-safe"


@pytest.mark.parametrize(
    "wrong",
    [{}, {"cartridges": ["A"], "set_id": str(uuid4())}, {"cartridges": ["../x"]}, {"vault": "\n"}],
)
def test_an_export_of_nothing_or_of_two_things_is_refused(wrong):
    with pytest.raises(ValidationError):
        TYPES["tape.vault_export"].params(**{"library": "shelf", "vault": "safe", **wrong})


def test_a_vault_job_locks_the_robot_and_its_cartridges():
    params = TYPES["tape.vault_export"].params(library="shelf", vault="safe", cartridges=["A", "B"])

    assert {lock.path for lock in params.locks()} == {
        "tape/shelf/robot", "tape/media/A", "tape/media/B",
    }  # fmt: skip
