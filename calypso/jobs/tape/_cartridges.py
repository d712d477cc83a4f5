"""Which cartridge a job is about, where it lies, and what is locked meanwhile."""

from collections.abc import Sequence
from typing import Self

from pydantic import Field, model_validator

from calypso.drivers.tape import (
    BarcodeDuplicate,
    CartridgeLabelled,
    CartridgeMissing,
    DriveMissing,
    Element,
    ElementKind,
    NoFreeSlot,
    Tape,
)
from calypso.models.jobtype import JobParams
from calypso.models.lock import Lock, exclusive
from calypso.models.names import Barcode, DriveSerial, LibraryName

LIBRARIES, DRIVES, MEDIA = "tape/libraries", "tape/drives", "tape/media"
MOST_SLOTS = 20_000


def robot_lock(library: str) -> Lock:
    """Lock a library's robot: its cartridges are moved by one job at a time."""
    return exclusive("tape", library, "robot")


def drive_lock(serial: str) -> Lock:
    """Lock a drive and the tape in it."""
    return exclusive("tape", "drive", serial)


def media_lock(barcode: str | None) -> list[Lock]:
    """Lock a cartridge wherever it is; nothing for one without a label, which nobody can name."""
    return [] if barcode is None else [exclusive("tape", "media", barcode)]


class ReadParams(JobParams):
    """Which cartridge, and where to read it."""

    cartridge: Barcode = Field(
        description="Barcode of the cartridge.", json_schema_extra={"x-choices": MEDIA}
    )
    drive: DriveSerial = Field(
        description="Serial number of the drive that reads.",
        json_schema_extra={"x-choices": DRIVES},
    )

    def locks(self) -> Sequence[Lock]:
        return [drive_lock(self.drive), *media_lock(self.cartridge)]


class CartridgeParams(JobParams):
    """Which cartridge of which library."""

    library: LibraryName = Field(
        description="Library that has it.", json_schema_extra={"x-choices": LIBRARIES}
    )
    cartridge: Barcode | None = Field(
        default=None,
        description="Barcode of the cartridge.",
        json_schema_extra={"x-choices": MEDIA},
    )
    slot: int | None = Field(
        default=None,
        ge=1,
        le=MOST_SLOTS,
        description="Slot it is in, for a cartridge whose label cannot be read.",
    )

    @model_validator(mode="after")
    def _is_named_once(self) -> Self:
        if (self.cartridge is None) == (self.slot is None):
            raise ValueError("name the cartridge by its barcode, or by its slot if it has none")
        return self

    @property
    def named(self) -> str:
        """The cartridge in words."""
        return self.cartridge or f"the cartridge in slot {self.slot}"

    def own_locks(self) -> Sequence[Lock]:
        """Return the locks of the robot and of the cartridge."""
        return [robot_lock(self.library), *media_lock(self.cartridge)]


def source_of(params: CartridgeParams, elements: Sequence[Element]) -> Element:
    """Return the element that holds the cartridge, or the slot that was named.

    CartridgeMissing, BarcodeDuplicate; CartridgeLabelled for a slot whose cartridge has a name.
    """
    if params.cartridge is not None:
        return find(elements, params.cartridge, params.library)
    for one in elements:
        if one.kind is not ElementKind.DRIVE and one.number == params.slot:
            if one.barcode:
                raise CartridgeLabelled(
                    f"{one.barcode} is in {one.place}. Name it by its barcode, so that no other "
                    "job uses it meanwhile."
                )
            return one
    raise CartridgeMissing(f"{params.library} has no slot {params.slot}.")


def find(elements: Sequence[Element], barcode: str, library: str) -> Element:
    """Return where a cartridge is; CartridgeMissing, BarcodeDuplicate."""
    found = [one for one in elements if one.barcode == barcode]
    if not found:
        raise CartridgeMissing(f"{barcode} is not in {library}. See the table tape/media.")
    if len(found) > 1:
        places = " and ".join(str(one.place) for one in found)
        raise BarcodeDuplicate(f"{barcode} is in {places} of {library}. Take one of them out.")
    return found[0]


def element_of(tape: Tape, library: str, serial: str, elements: Sequence[Element]) -> Element:
    """Return a drive as an element of its library; DriveMissing."""
    serials = tape.library(library).drives
    if serial not in serials:
        known = ", ".join(filter(None, serials)) or "none that it names"
        raise DriveMissing(f"{library} has no drive {serial}; its drives are: {known}.")
    number = serials.index(serial)
    return next(one for one in elements if one.kind is ElementKind.DRIVE and one.number == number)


def first_free(
    elements: Sequence[Element], kind: ElementKind, library: str, prefer: int | None = None
) -> int:
    """Return the number of a free slot of a kind, the preferred one if it is; NoFreeSlot."""
    usable = [one for one in elements if one.kind is kind and one.trouble is None]
    free = [one.number for one in usable if not one.is_full]
    if not free:
        word = "import/export slot" if kind is ElementKind.IE else "slot"
        raise NoFreeSlot(f"Every {word} of {library} is full. Take a cartridge out first.")
    return prefer if prefer is not None and prefer in free else free[0]
