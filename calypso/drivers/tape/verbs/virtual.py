"""What a product of virtual libraries does besides; Unsupported for real ones."""

from typing import Protocol

from calypso.drivers.tape.values import Cartridge, CartridgeSpec, Library, LibrarySpec
from calypso.drivers.tape.virtual_values import OnStep, unheard
from calypso.models.jobtype import Plan


class VirtualVerbs(Protocol):
    """Makes and removes libraries and cartridges, and does what a person's hands would.

    What is changed stays so over a restart of the product.
    """

    def create_library(self, spec: LibrarySpec, *, on_step: OnStep = unheard) -> Library:
        """Make an empty library; LibraryExists, BadName. As for `on_step`, see UpkeepVerbs."""

    def delete_library(
        self, name: str, *, keep_cartridges: bool = False, on_step: OnStep = unheard
    ) -> None:
        """Remove a library, and its cartridges unless they are kept; LibraryInUse."""

    def plan_delete_library(self, name: str, *, keep_cartridges: bool = False) -> Plan:
        """Say what delete_library would do."""

    def create_cartridge(self, library: str, spec: CartridgeSpec) -> Cartridge:
        """Put a new, blank cartridge into the first free slot; CartridgeExists, NoFreeSlot.

        No two cartridges of a node have the same barcode, those outside of libraries included.
        """

    def edit_cartridge(
        self,
        barcode: str,
        *,
        is_write_protected: bool | None = None,
        capacity_bytes: int | None = None,
    ) -> Cartridge:
        """Move the tab of a cartridge, or give it another capacity; CartridgeLoaded."""

    def delete_cartridge(self, barcode: str) -> None:
        """Remove a cartridge and all that is on it; CartridgeLoaded."""

    def plan_delete_cartridge(self, barcode: str) -> Plan:
        """Say what delete_cartridge would do."""

    def outside(self) -> list[str]:
        """List the barcodes of the cartridges that lie in no library."""

    def insert(self, library: str, barcode: str) -> Cartridge:
        """Put a cartridge from outside into the first free import/export slot.

        NoFreeSlot; CartridgeMissing for one that does not lie outside.
        """

    def take_out(self, library: str, ie_slot: int) -> str:
        """Take the cartridge out of an import/export slot; returns its barcode. SlotEmpty."""
