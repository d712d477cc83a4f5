"""How a tape product refuses: one class for each reason, with a code that never changes.

What a robot, a slot or a cartridge is to blame for; `drive_refusals.py` has the rest.
"""

from calypso.errors import SubsystemError


class TapeError(SubsystemError):
    """The tape library or a drive refused."""

    code = "tape_error"
    title = "Tape refused"


class LibraryMissing(TapeError):
    """There is no such library."""

    code = "tape_library_missing"
    title = "No such library"


class LibraryExists(TapeError):
    """A library of this name exists already."""

    code = "tape_library_exists"
    title = "Library exists"


class LibraryOffline(TapeError):
    """The library is there and takes no commands."""

    code = "tape_library_offline"
    title = "Library is offline"


class LibraryInUse(TapeError):
    """Something in the library is in use, so it cannot be changed or removed."""

    code = "tape_library_in_use"
    title = "Library in use"


class RobotJammed(TapeError):
    """The robot reported a fault of its own; somebody must look at it."""

    code = "tape_robot_jammed"
    title = "Robot is jammed"


class NotMoved(TapeError):
    """The library said that it moved a cartridge, and it is not where it should be."""

    code = "tape_not_moved"
    title = "Cartridge is not where it should be"


class SlotMissing(TapeError):
    """The library has no such slot."""

    code = "tape_slot_missing"
    title = "No such slot"


class SlotEmpty(TapeError):
    """There is no cartridge in the slot."""

    code = "tape_slot_empty"
    title = "Slot is empty"


class SlotFull(TapeError):
    """There is a cartridge in the slot already."""

    code = "tape_slot_full"
    title = "Slot is full"


class NoFreeSlot(TapeError):
    """No slot of the kind is free."""

    code = "tape_no_free_slot"
    title = "No free slot"


class ElementBlocked(TapeError):
    """The robot cannot reach the element, or cannot tell what is in it."""

    code = "tape_element_blocked"
    title = "Element cannot be used"


class CartridgeMissing(TapeError):
    """No library has this cartridge now."""

    code = "tape_cartridge_missing"
    title = "No such cartridge"


class CartridgeExists(TapeError):
    """A cartridge with this barcode exists already."""

    code = "tape_cartridge_exists"
    title = "Cartridge exists"


class CartridgeLoaded(TapeError):
    """The cartridge is in a drive."""

    code = "tape_cartridge_loaded"
    title = "Cartridge is loaded"


class CartridgeLabelled(TapeError):
    """The cartridge has a barcode, and is to be named by it."""

    code = "tape_cartridge_labelled"
    title = "Cartridge has a barcode"


class BarcodeDuplicate(TapeError):
    """Two cartridges bear the same barcode: which one is meant cannot be known."""

    code = "tape_barcode_duplicate"
    title = "Barcode seen twice"


class CleaningCartridge(TapeError):
    """It is a cleaning cartridge, and is not loaded for data."""

    code = "tape_cleaning_cartridge"
    title = "Cleaning cartridge"


class NotACleaningCartridge(TapeError):
    """It is no cleaning cartridge."""

    code = "tape_not_a_cleaning_cartridge"
    title = "Not a cleaning cartridge"


class CleaningExpired(TapeError):
    """The cleaning cartridge is used up."""

    code = "tape_cleaning_expired"
    title = "Cleaning cartridge is used up"


class BadName(TapeError):
    """The product does not take this name."""

    code = "tape_bad_name"
    title = "Name refused"


class NotPermitted(TapeError):
    """The worker lacks the rights for this."""

    code = "tape_not_permitted"
    title = "Worker lacks the rights"


class Unsupported(TapeError):
    """The product cannot do this."""

    code = "tape_unsupported"
    title = "Not supported by this product"


class ProductMissing(TapeError):
    """A program or kernel module that this needs is not there."""

    code = "tape_product_missing"
    title = "Tape programs missing"
