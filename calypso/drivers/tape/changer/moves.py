"""The part of the driver that moves cartridges, and looks before and after."""

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from calypso.drivers.tape import (
    CartridgeKind,
    CleaningCartridge,
    DriveEmpty,
    DriveFull,
    DriveUnpaired,
    Element,
    ElementKind,
    NotACleaningCartridge,
    NotMoved,
    Place,
    RemovalPrevented,
    SlotEmpty,
    SlotFull,
    SlotMissing,
    kind_by_barcode,
)
from calypso.drivers.tape.changer.commands import MOVE_TIMEOUT_S, Look
from calypso.drivers.tape.changer.libraries import Libraries
from calypso.drivers.tape.changer.reading import Device
from calypso.host import Host


@dataclass(frozen=True)
class Robot:
    """A library about to move something, and what it holds."""

    library: str
    changer: Device
    look: Look
    elements: Sequence[Element]

    def slot(self, number: int) -> Element:
        """Return a slot, storage or import/export; SlotMissing."""
        slots = [one for one in self.elements if one.kind is not ElementKind.DRIVE]
        for one in slots:
            if one.number == number:
                return one
        raise SlotMissing(f"{self.library} has no slot {number}; its slots are 1 to {len(slots)}.")

    def full_slot(self, number: int) -> Element:
        """Return a slot that holds a cartridge; SlotEmpty."""
        if not (element := self.slot(number)).is_full:
            raise SlotEmpty(f"There is no cartridge in {element.place} of {self.library}.")
        return element

    def free_slot(self, number: int) -> Element:
        """Return a slot that holds none; SlotFull."""
        if (element := self.slot(number)).is_full:
            what = element.barcode or "A cartridge without a readable label"
            raise SlotFull(f"{what} is in {element.place} of {self.library}. Choose a free one.")
        return element

    def at(self, place: Place) -> Element:
        """Return what is in an element."""
        return next(
            one for one in self.elements if (one.kind, one.number) == (place.kind, place.number)
        )


class Moves(Libraries):
    """Moving. `state` is a folder on this node, in which robots are taken turns with."""

    def __init__(self, host: Host, state: Path) -> None:
        super().__init__(host)
        self._state = state

    def load(self, library: str, slot: int, drive: str, *, cleaning: bool = False) -> Element:
        """Move a cartridge from a slot into a drive."""
        with self._robot(library) as robot:
            target, source = self._drive_of(robot, drive)[0], robot.full_slot(slot)
            if target.is_full:
                what = target.barcode or "A cartridge without a readable label"
                raise DriveFull(f"{what} is in the drive {drive}. Unload it first.")
            _refuse_kind(source, cleaning=cleaning)
            return self._moved(robot, source, target, "load", slot, target.number)

    def unload(self, library: str, drive: str, slot: int) -> Element:
        """Move the cartridge of a drive into a slot."""
        with self._robot(library) as robot:
            source, device = self._drive_of(robot, drive)
            target = robot.slot(slot)
            if not source.is_full:
                raise DriveEmpty(f"There is no cartridge in the drive {drive}.")
            robot.free_slot(slot)
            # The drive would let it go while somebody writes: measured on tgt, and not only there.
            self._status(device)
            words = ("unload", slot, source.number)
            try:
                return self._moved(robot, source, target, *words)
            except RemovalPrevented:
                self._mt(device, "offline", about=f"The drive {drive} does not let go")
                return self._moved(robot, source, target, *words)

    def transfer(self, library: str, source: int, target: int) -> Element:
        """Move a cartridge from slot to slot."""
        with self._robot(library) as robot:
            full, free = robot.full_slot(source), robot.free_slot(target)
            return self._moved(robot, full, free, "transfer", source, target)

    # -- inside

    @contextmanager
    def _robot(self, library: str) -> Iterator[Robot]:
        """Have a library's robot for oneself."""
        look = self._look()
        changer = look.changer(library)
        self._state.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = self._state / f"{library}.lock"
        handle = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield Robot(library, changer, look, self._elements(changer))
        finally:
            os.close(handle)

    def _drive_of(self, robot: Robot, serial: str) -> tuple[Element, Device]:
        """Return a drive as an element and as a device; DriveMissing, DriveUnpaired."""
        device = robot.look.drive(serial)
        number = self._numbers(robot.changer, [device]).get(serial)
        if number is None:
            raise DriveUnpaired(
                f"{robot.library} does not say that the drive {serial} is one of its own, so it is "
                "not loaded: a cartridge might end up in another."
            )
        return robot.at(Place(kind=ElementKind.DRIVE, number=number)), device

    def _moved(
        self, robot: Robot, source: Element, target: Element, verb: str, *numbers: int
    ) -> Element:
        """Move, and see that it is so."""
        about = f"{source.barcode or 'A cartridge'} is not moved from {source} to {target}"
        words = (verb, *map(str, numbers))
        self._mtx(robot.changer, *words, about=about, timeout_s=MOVE_TIMEOUT_S)
        now = replace(robot, elements=self._elements(robot.changer))
        there, left = now.at(target), now.at(source)
        if not there.is_full or left.is_full or there.barcode != source.barcode:
            raise NotMoved(
                f"The library {robot.library} said that it moved {source.barcode} to "
                f"{target.place}, but {_seen(source.place, left)} and {_seen(target.place, there)}."
                " Take its inventory, and look at it."
            )
        return there


def _refuse_kind(element: Element, *, cleaning: bool) -> None:
    is_cleaning = kind_by_barcode(element.barcode) is CartridgeKind.CLEANING
    if is_cleaning and not cleaning:
        raise CleaningCartridge(f"{element.barcode} is for cleaning: use tape.drive_clean.")
    if cleaning and not is_cleaning:
        raise NotACleaningCartridge(f"{element.barcode} is no cleaning cartridge.")


def _seen(place: Place, element: Element) -> str:
    what = element.barcode or "a cartridge without a readable label"
    return f"{place} holds {what if element.is_full else 'nothing'}"
