"""What a product of virtual libraries does to keep them; Unsupported for real ones."""

from typing import Protocol

from calypso.drivers.tape.values import Library
from calypso.drivers.tape.virtual_values import DriveFault, LibraryChange, OnStep, unheard


class UpkeepVerbs(Protocol):
    """Changes virtual libraries that are there, opens their doors, and breaks them for a test.

    What takes several steps tells `on_step` before each. It may raise there, as it may fail
    anywhere: then `undo_change` puts back what was, also in another process, after a kill.
    """

    def modify_library(
        self, name: str, change: LibraryChange, *, on_step: OnStep = unheard
    ) -> Library:
        """Give a library more or fewer slots and drives; WouldLose, LibraryInUse.

        Acting twice is as good as once: one that is so already is not touched.
        """

    def undo_change(self) -> bool:
        """Put back what a change that did not end had replaced; False when there is none."""

    # -- the door of the import/export slots

    def open_door(self, library: str) -> None:
        """Open the import/export slots to the outside; open ones are fine."""

    def close_door(self, library: str) -> None:
        """Close them again, so that the robot reaches what was put in; closed ones are fine."""

    def empty_ie_slots(self, library: str) -> list[str]:
        """Take all cartridges out of the import/export slots; returns their barcodes."""

    # -- for tests

    def break_drive(self, serial: str, fault: DriveFault) -> None:
        """Let a drive complain, or be slow. It says nothing back: what it does cannot be seen."""

    def set_online(self, library: str, *, is_online: bool) -> Library:
        """Take a library offline, as if it had failed, or bring it back."""

    # -- the kernel's part

    def rebuild_module(self, *, on_step: OnStep = unheard) -> str:
        """Build the product's kernel module for the kernel that runs, load it, start all again.

        Returns the module's version. LibraryInUse while a drive is loaded; ModuleUnfit.
        """
