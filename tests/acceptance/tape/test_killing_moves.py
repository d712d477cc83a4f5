"""Moves whose process dies, ten times, each time before another call of the system."""

import os
import random

import pytest

from tests.acceptance.tape.fresh import places
from tests.acceptance.tape.mortal import KeptBooks, counted, keep_books
from tests.acceptance.tape.shelves import IE_SLOT, FileShelf

ONE, OTHER = "A00001L5", "A00002L5"
KILLS = 10
LIBRARY = {"library": "shelf"}


def moves(shelf):
    """A round of moves that ends where it began: the job, and where it leaves which cartridge."""
    here, away = {**LIBRARY, "drive": shelf.drive}, {**LIBRARY, "cartridges": [ONE, OTHER]}
    return [
        ("changer_load", {**here, "cartridge": ONE}, {ONE: "drive 0"}),
        ("changer_unload", {**here, "slot": 30}, {ONE: "slot 30"}),
        ("changer_transfer", {**LIBRARY, "cartridge": ONE, "target": 1}, {ONE: "slot 1"}),
        (
            "vault_export",
            {**away, "vault": "bank-safe"},
            {ONE: f"I/E slot {IE_SLOT}", OTHER: f"I/E slot {IE_SLOT + 1}"},
        ),
        ("vault_return", away, {ONE: "slot 1", OTHER: "slot 2"}),
    ]


def counted_alone(shelf, verb, params):
    """How many steps a move takes that nobody kills."""
    steps = counted(shelf, verb, params)
    shelf.note.unlink(missing_ok=True)  # the next one is another job
    return steps


def run_again(shelf, verb, params):
    """Do what is left of a move whose process died; the books are read anew."""
    shelf.books = KeptBooks(shelf.books.path)
    external = shelf.note.read_text() if shelf.note.exists() else None
    shelf.run(verb, shelf.running(epoch=2, external=external), **params)
    shelf.note.unlink(missing_ok=True)


def vaulted(shelf):
    """The cartridges that the books have in the vault."""
    return {one.barcode for one in shelf.books.media() if one.vault}


@pytest.fixture
def kept(tmp_path):
    made = FileShelf(tmp_path / "mine", count=4)
    keep_books(made)
    return made


@pytest.fixture
def other(tmp_path):
    made = FileShelf(tmp_path / "other", count=4)
    keep_books(made)
    return made


def test_moves_killed_at_ten_random_points_leave_books_that_are_a_fresh_look(kept, other):
    seed = os.getpid()
    dice, kills = random.Random(seed), 0
    print("seed", seed)
    steps = [counted_alone(other, verb, params) for verb, params, _ in moves(other)]
    home = places(kept.tape, "shelf")

    while kills < KILLS:
        for (verb, params, to), most in zip(moves(kept), steps, strict=True):
            before = places(kept.tape, "shelf")
            kills += counted(kept, verb, params, last=dice.randint(1, most)) is None
            assert places(kept.tape, "shelf").keys() == before.keys()

            run_again(kept, verb, params)

            now = places(kept.tape, "shelf")
            assert now == before | to
            assert vaulted(kept) == {one for one, place in now.items() if "I/E" in place}
    assert places(kept.tape, "shelf") == home
