"""Cartridges that lie in libraries."""

from collections import Counter
from collections.abc import Iterator

from calypso.drivers.tape import CartridgeKind, ElementKind, Tape
from calypso.models.inventory import InventoryRow, inventory


class Row(InventoryRow):
    """One cartridge; `key` is its barcode, with a number behind it where that is there twice.

    None: not known, since only a drive could tell.
    """

    barcode: str
    kind: CartridgeKind
    library: str
    element: ElementKind
    number: int
    is_duplicate: bool
    is_write_protected: bool | None
    capacity_bytes: int | None
    used_bytes: int | None


@inventory(
    "tape/media",
    driver=Tape,
    row=Row,
    filters=("library", "kind", "barcode", "element"),
    used_by="tape/media/{key}",
)
def read_media(tape: Tape) -> Iterator[Row]:
    """Tape cartridges."""
    cartridges = tape.cartridges()
    total, seen = Counter(one.barcode for one in cartridges), Counter[str]()
    for one in cartridges:
        seen[one.barcode] += 1
        again = f"#{seen[one.barcode]}" if seen[one.barcode] > 1 else ""
        yield Row(
            key=f"{one.barcode}{again}",
            element=one.place.kind,
            number=one.place.number,
            is_duplicate=total[one.barcode] > 1,
            **one.model_dump(exclude={"place"}),
        )
