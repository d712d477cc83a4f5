"""The changer of the lab is put in order from whatever a test has left."""

import itertools

import pytest

from calypso.drivers.tape import Element, ElementKind
from tests.lab.changer import homeward

SLOTS, HOMES = 4, {"A": 1, "B": 2, "C": 3}
PLACES = [(ElementKind.DRIVE, 0), *((ElementKind.SLOT, number) for number in range(1, SLOTS + 1))]


def element(place, barcode):
    return Element(kind=place[0], number=place[1], is_full=barcode is not None, barcode=barcode)


@pytest.mark.parametrize("places", list(itertools.permutations(PLACES, len(HOMES))))
def test_every_cartridge_comes_home_and_none_goes_where_another_is(places):
    held = dict(zip(places, HOMES, strict=True))
    for move in homeward([element(one, held.get(one)) for one in PLACES], HOMES):
        verb, first, second = move.split()
        if verb == "unload":
            source, target = (ElementKind.DRIVE, int(second)), (ElementKind.SLOT, int(first))
        else:
            source, target = (ElementKind.SLOT, int(first)), (ElementKind.SLOT, int(second))
        assert target not in held
        held[target] = held.pop(source)
    assert held == {(ElementKind.SLOT, at): one for one, at in HOMES.items()}
