"""Every drive, slot and import/export slot of every library: a map can be drawn of it."""

from collections.abc import Iterator

from calypso.drivers.tape import Cartridge, CartridgeKind, Element, ElementKind, Library, Tape
from calypso.models.inventory import InventoryRow, inventory


class Row(InventoryRow, Element):
    """One element; `key` is `library/kind-number`. `drive`: the serial number of a drive."""

    library: str
    drive: str | None
    cartridge: CartridgeKind | None
    capacity_bytes: int | None
    used_bytes: int | None


@inventory("tape/slots", driver=Tape, row=Row, filters=("library", "kind", "barcode"))
def read_slots(tape: Tape) -> Iterator[Row]:
    """Slots and drives of tape libraries."""
    cartridges = {(one.library, str(one.place)): one for one in tape.cartridges()}
    for library in tape.libraries():
        if library.is_online:
            for element in tape.elements(library.name):
                yield _row(library, element, cartridges.get((library.name, str(element.place))))


def _row(library: Library, element: Element, cartridge: Cartridge | None) -> Row:
    is_drive = element.kind is ElementKind.DRIVE
    return Row(
        key=f"{library.name}/{element.kind}-{element.number}",
        library=library.name,
        drive=library.drives[element.number] or None if is_drive else None,
        cartridge=cartridge.kind if cartridge else None,
        capacity_bytes=cartridge.capacity_bytes if cartridge else None,
        used_bytes=cartridge.used_bytes if cartridge else None,
        **element.model_dump(),
    )
