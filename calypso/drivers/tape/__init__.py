"""What every tape product can do, the values it speaks in, and how it refuses.

Drives go by serial number, cartridges by barcode, slots by the numbers that mtx gives them. A
verb that returns has seen its postcondition to be so. Acting twice is as good as once only where
it says. `docs/decisions/0011-a-tape-is-an-end-of-a-pipe.md` tells why it is cut like this.
"""

from typing import Protocol

from calypso.drivers.tape.drive_refusals import (
    BlockTooLarge,
    DriveBusy,
    DriveEmpty,
    DriveFull,
    DriveMissing,
    DriveNotReady,
    DriveOffline,
    DriveUnpaired,
    EndOfData,
    EndOfMedium,
    MediumDamaged,
    MediumUnfit,
    OutOfSpace,
    PositionUnknown,
    RemovalPrevented,
    StreamBroken,
    WormViolation,
    WriteProtected,
)
from calypso.drivers.tape.drive_values import (
    Drive,
    DriveState,
    Streamed,
    TapeAlert,
    alert,
)
from calypso.drivers.tape.refusals import (
    BadName,
    BarcodeDuplicate,
    CartridgeExists,
    CartridgeLabelled,
    CartridgeLoaded,
    CartridgeMissing,
    CleaningCartridge,
    CleaningExpired,
    ElementBlocked,
    LibraryExists,
    LibraryInUse,
    LibraryMissing,
    LibraryOffline,
    NoFreeSlot,
    NotACleaningCartridge,
    NotMoved,
    NotPermitted,
    ProductMissing,
    RobotJammed,
    SlotEmpty,
    SlotFull,
    SlotMissing,
    TapeError,
    Unsupported,
)
from calypso.drivers.tape.values import (
    Cartridge,
    CartridgeSpec,
    Element,
    ElementKind,
    Library,
    LibraryModel,
    LibrarySpec,
    OnItems,
    Place,
    kind_by_barcode,
)
from calypso.drivers.tape.verbs.drives import BLOCK_BYTES, READ_BYTES, DriveVerbs
from calypso.drivers.tape.verbs.libraries import LibraryVerbs
from calypso.drivers.tape.verbs.machine import MachineVerbs
from calypso.drivers.tape.verbs.upkeep import UpkeepVerbs
from calypso.drivers.tape.verbs.virtual import VirtualVerbs
from calypso.drivers.tape.virtual_refusals import (
    ConfigurationBroken,
    DaemonDown,
    DoorClosed,
    ModuleUnfit,
    NotAsAsked,
    NotGone,
    NotVisible,
    WouldLose,
)
from calypso.drivers.tape.virtual_values import (
    Delays,
    DriveFault,
    LibraryChange,
    OnStep,
    unheard,
)
from calypso.models.inventory import Capability
from calypso.models.media import CartridgeKind

__all__ = [
    "BLOCK_BYTES",
    "READ_BYTES",
    "BadName",
    "BarcodeDuplicate",
    "BlockTooLarge",
    "Cartridge",
    "CartridgeExists",
    "CartridgeKind",
    "CartridgeLabelled",
    "CartridgeLoaded",
    "CartridgeMissing",
    "CartridgeSpec",
    "CleaningCartridge",
    "CleaningExpired",
    "ConfigurationBroken",
    "DaemonDown",
    "Delays",
    "DoorClosed",
    "Drive",
    "DriveBusy",
    "DriveEmpty",
    "DriveFault",
    "DriveFull",
    "DriveMissing",
    "DriveNotReady",
    "DriveOffline",
    "DriveState",
    "DriveUnpaired",
    "Element",
    "ElementBlocked",
    "ElementKind",
    "EndOfData",
    "EndOfMedium",
    "Library",
    "LibraryChange",
    "LibraryExists",
    "LibraryInUse",
    "LibraryMissing",
    "LibraryModel",
    "LibraryOffline",
    "LibrarySpec",
    "MediumDamaged",
    "MediumUnfit",
    "ModuleUnfit",
    "NoFreeSlot",
    "NotACleaningCartridge",
    "NotAsAsked",
    "NotGone",
    "NotMoved",
    "NotPermitted",
    "NotVisible",
    "OnItems",
    "OnStep",
    "OutOfSpace",
    "Place",
    "PositionUnknown",
    "ProductMissing",
    "RemovalPrevented",
    "RobotJammed",
    "SlotEmpty",
    "SlotFull",
    "SlotMissing",
    "StreamBroken",
    "Streamed",
    "Tape",
    "TapeAlert",
    "TapeError",
    "Unsupported",
    "WormViolation",
    "WouldLose",
    "WriteProtected",
    "alert",
    "kind_by_barcode",
    "unheard",
]


class Tape(LibraryVerbs, DriveVerbs, VirtualVerbs, UpkeepVerbs, MachineVerbs, Protocol):
    """One tape product on one node."""

    def probe(self) -> Capability:
        """Tell what product this is, whether it can be used, and what it can do."""
