"""Tape libraries with how many slots and drives they have."""

from collections.abc import Iterator

from calypso.drivers.tape import Library, Tape
from calypso.models.inventory import InventoryRow, inventory


class Row(InventoryRow, Library):
    """One library; `key` is its name."""


@inventory("tape/libraries", driver=Tape, row=Row)
def read_libraries(tape: Tape) -> Iterator[Row]:
    """Tape libraries."""
    for library in tape.libraries():
        yield Row(key=library.name, **library.model_dump())
