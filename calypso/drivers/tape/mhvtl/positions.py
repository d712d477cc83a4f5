"""Where the cartridges of a library are, as its contents file would have to say it. Pure.

A library that runs knows best; one that stands, its files. mhvtl begins with its drives empty, so
what is in a drive is written into the slot it came from.
"""

from collections.abc import Sequence

from calypso.drivers.tape import Element, ElementBlocked, ElementKind, NoFreeSlot
from calypso.drivers.tape.mhvtl.contents import Contents, Place

Positions = dict[tuple[Place, int], str]


def of_elements(elements: Sequence[Element]) -> Positions:
    """Return where all cartridges are, those in drives in their slots; ElementBlocked."""
    slots = sum(1 for one in elements if one.kind is ElementKind.SLOT)
    found: Positions = {}
    for one in elements:
        if one.is_full and one.barcode is None:
            raise ElementBlocked(
                f"The label of the cartridge in {one.place} cannot be read, so it cannot be "
                "written down where it is. Move it out of the library first."
            )
        if one.barcode and one.kind is ElementKind.SLOT:
            found[Place.SLOT, one.number] = one.barcode
        elif one.barcode and one.kind is ElementKind.IE:
            found[Place.MAP, one.number - slots] = one.barcode
    for one in elements:
        if one.barcode and one.kind is ElementKind.DRIVE:
            found[Place.SLOT, _home(one, slots, found)] = one.barcode
    return found


def of_contents(inside: Contents) -> Positions:
    """Return where all cartridges are by a file; ElementBlocked when the robot was carrying one."""
    for one in inside.of(Place.PICKER):
        if one.barcode:
            raise ElementBlocked(
                f"The robot of library {inside.library} holds {one.barcode}. Start the library, "
                "and move it into a slot first."
            )
    return inside.media()


def first_free(place: Place, contents: Contents, positions: Positions) -> int:
    """Return the number of the first place of a kind in which nothing lies; NoFreeSlot."""
    for number in range(1, contents.count(place) + 1):
        if (place, number) not in positions:
            return number
    word = "import/export slot" if place is Place.MAP else "slot"
    raise NoFreeSlot(f"Every {word} of library {contents.library} is full. Take something out.")


def _home(drive: Element, slots: int, taken: Positions) -> int:
    each: list[int] = [drive.source or 0, *range(1, slots + 1)]
    for number in each:
        if 1 <= number <= slots and (Place.SLOT, number) not in taken:
            return number
    raise NoFreeSlot(f"No slot is free for {drive.barcode}, which is in {drive.place}.")
