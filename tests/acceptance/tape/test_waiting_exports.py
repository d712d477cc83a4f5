"""An export that may wait moves beside other jobs: what they do meanwhile is seen."""

import pytest

from calypso.drivers.tape import CartridgeLoaded, NoFreeSlot, NotMoved, SlotFull
from tests.acceptance.tape.fresh import places
from tests.acceptance.tape.shelves import IE_SLOT, SLOTS, FileShelf
from tests.fakes.running import FakeRunning

ONE, OTHER, THIRD = "A00001L5", "A00002L5", "A00003L5"  # in slots 1 to 3


@pytest.fixture
def shelf(tmp_path):
    """A library in a directory: what matters here is who moves when."""
    return FileShelf(tmp_path, count=4)


class Rival:
    """A library in which another job is faster: it acts just before the first transfer."""

    def __init__(self, tape, *acts):
        self._tape, self._acts = tape, list(acts)

    def __getattr__(self, verb):
        return getattr(self._tape, verb)

    def transfer(self, library, source, target):
        acts, self._acts = self._acts, []
        for act in acts:
            act()
        return self._tape.transfer(library, source, target)


class Waited(FakeRunning):
    """A job during whose first wait something happens."""

    act = None

    def wait(self, seconds):
        super().wait(seconds)
        if self.act is not None:
            act, self.act = self.act, None
            act()


def export(shelf, *cartridges, running=None, **said):
    given = {"library": "shelf", "vault": "bank-safe", "cartridges": cartridges, "wait_s": 60}
    return shelf.run("vault_export", running, **given | said)


def waited(shelf, act):
    running = Waited(media=shelf.books)
    running.act = act
    return running


def vaulted(shelf):
    return {one.barcode for one in shelf.books.media() if one.vault}


def move(shelf, source, target):
    tape = shelf.tape
    return lambda: tape.transfer("shelf", source, target)


def test_a_slot_that_another_job_fills_first_is_passed_over(shelf):
    shelf.tape = Rival(shelf.tape, move(shelf, 4, IE_SLOT))

    [told] = export(shelf, ONE).cartridges

    assert told.ie_slot == IE_SLOT + 1
    assert vaulted(shelf) == {ONE}


def test_a_cartridge_that_another_job_moves_first_is_found_again(shelf):
    shelf.tape = Rival(shelf.tape, move(shelf, 1, 30))

    [told] = export(shelf, ONE).cartridges

    assert places(shelf.tape, "shelf")[ONE] == f"I/E slot {told.ie_slot}"
    assert vaulted(shelf) == {ONE}


def test_another_cartridge_that_lies_there_now_is_not_called_exported(shelf):
    shelf.tape = Rival(shelf.tape, move(shelf, 1, 30), move(shelf, 2, 1))

    with pytest.raises(NotMoved, match=f"{OTHER} lay where {ONE} was"):
        export(shelf, ONE)
    assert vaulted(shelf) == set()


def test_a_library_that_refuses_what_it_says_is_free_ends_the_job(shelf):
    def refuse():
        raise SlotFull("It is full, says the robot.")

    shelf.tape = Rival(shelf.tape, refuse)

    with pytest.raises(SlotFull, match="says the robot"):
        export(shelf, ONE)


def test_a_cartridge_that_is_loaded_while_it_waits_is_left_where_it_is(shelf):
    running = waited(shelf, lambda: shelf.tape.load("shelf", 3, shelf.drive))

    with pytest.raises(CartridgeLoaded, match=THIRD):
        export(shelf, ONE, OTHER, THIRD, running=running)
    assert vaulted(shelf) == {ONE, OTHER}


def test_a_cartridge_that_is_moved_while_it_waits_is_handed_out_from_there(shelf):
    def act():
        shelf.tape.transfer("shelf", 3, SLOTS)
        shelf.tape.take_out("shelf", IE_SLOT)

    told = export(shelf, ONE, OTHER, THIRD, running=waited(shelf, act))

    assert [one.ie_slot for one in told.cartridges] == [IE_SLOT, IE_SLOT + 1, IE_SLOT]


def test_nobody_who_empties_the_slots_in_time_is_said(shelf):
    with pytest.raises(NoFreeSlot, match="Take the cartridges out"):
        export(shelf, ONE, OTHER, THIRD)
    assert vaulted(shelf) == {ONE, OTHER}
