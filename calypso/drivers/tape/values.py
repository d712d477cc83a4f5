"""The values that tape products are spoken to and speak in. Sizes are bytes."""

import re
from collections.abc import Callable
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from calypso.models.media import CartridgeKind
from calypso.models.names import AbsolutePath

OnItems = Callable[[int, int], None]  # done, total


class Value(BaseModel):
    """A frozen value."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ElementKind(StrEnum):
    """What can hold a cartridge. `ie`: import/export, the slots a person reaches from outside."""

    SLOT = "slot"
    IE = "ie"
    DRIVE = "drive"
    ROBOT = "robot"


class Place(Value):
    """One element, numbered as mtx does.

    Slots from 1; import/export slots go on counting after the last slot; drives from 0.
    """

    kind: ElementKind
    number: int = Field(ge=0)

    def __str__(self) -> str:
        word = "I/E slot" if self.kind is ElementKind.IE else self.kind.value
        return f"{word} {self.number}"


class Element(Place):
    """What a library has on record about an element.

    `barcode` None: empty, or a cartridge whose label cannot be read. `source`: the slot that the
    cartridge of a drive came from. `address` is the element's SCSI address, where it is known.
    `trouble` says why the robot cannot use it now.
    """

    is_full: bool
    barcode: str | None = None
    source: int | None = None
    address: int | None = None
    trouble: str | None = None

    @property
    def place(self) -> Place:
        """Which one it is, without what is in it."""
        return Place(kind=self.kind, number=self.number)


class Library(Value):
    """A library: a robot with slots and drives.

    `name` stays the same over restarts: the serial number, or the folder's name. `drives`: their
    serial numbers by number, empty text where it is not known. `device` is what commands go to.
    """

    name: str
    vendor: str
    product: str
    revision: str
    serial: str
    device: str
    slots: int
    ie_slots: int
    drives: tuple[str, ...]
    is_online: bool
    reason: str | None = None


class Cartridge(Value):
    """A cartridge that lies in a library. None: not known, since only a drive could tell."""

    barcode: str
    kind: CartridgeKind
    library: str
    place: Place
    is_write_protected: bool | None = None
    capacity_bytes: int | None = None
    used_bytes: int | None = None


# As LTO labels them: CLN or CLNU in front is a cleaning cartridge; LT to LZ at the end is WORM,
# where a data cartridge has its generation. Source: IBM LTO Ultrium Cartridge Label Specification.
_CLEANING = re.compile(r"CLN")
_WORM = re.compile(r".{6}L[T-Z]")


def kind_by_barcode(barcode: str | None) -> CartridgeKind:
    """Return the kind that a label promises; data where it says nothing."""
    if barcode and _CLEANING.match(barcode):
        return CartridgeKind.CLEANING
    if barcode and _WORM.fullmatch(barcode):
        return CartridgeKind.WORM
    return CartridgeKind.DATA


Count = Annotated[int, Field(ge=0, le=10_000)]
Vendor = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,8}$")]
Product = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9_-]+( [A-Za-z0-9_-]+)*$", max_length=16),
]


class LibraryModel(Value):
    """What a virtual library says it is, and where it keeps its cartridges."""

    vendor: Vendor = Field(default="STK", description="Vendor that the robot names.")
    product: Product = Field(default="L700", description="Product that the robot names.")
    drive_vendor: Vendor = Field(default="IBM", description="Vendor that the drives name.")
    drive_product: Product = Field(
        default="ULT3580-TD8",
        description="Product that the drives name; it decides the cartridges.",
    )
    home: AbsolutePath | None = Field(
        default=None, description="Folder for its cartridges; empty: one named as the library."
    )


class LibrarySpec(Value):
    """A virtual library to be made."""

    name: str = Field(description="Name of the library.")
    slots: Annotated[int, Field(ge=1, le=10_000)] = Field(description="Storage slots.")
    drives: Annotated[int, Field(ge=1, le=64)] = Field(description="Drives.")
    ie_slots: Count = Field(default=0, description="Import/export slots.")
    model: LibraryModel | None = Field(
        default=None, description="What it is to look like, where the product can play several."
    )


class CartridgeSpec(Value):
    """A virtual cartridge to be made."""

    barcode: str = Field(description="Its label.")
    kind: CartridgeKind = Field(
        default=CartridgeKind.DATA, description="data, worm: written once, or cleaning."
    )
    capacity_bytes: Annotated[int, Field(gt=0)] = Field(description="How much it takes.")
