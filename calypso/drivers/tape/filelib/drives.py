"""The part of the driver that is about drives and the tape in them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from calypso.drivers.tape import (
    BLOCK_BYTES,
    READ_BYTES,
    CartridgeKind,
    CleaningCartridge,
    Drive,
    DriveBusy,
    DriveEmpty,
    DriveMissing,
    DriveNotReady,
    DriveOffline,
    EndOfData,
    PositionUnknown,
    WormViolation,
    WriteProtected,
    stream,
)
from calypso.drivers.tape.ends import folder
from calypso.drivers.tape.ends.folder import TapeFile
from calypso.drivers.tape.ends.saying import Refusal
from calypso.drivers.tape.filelib import states
from calypso.drivers.tape.filelib.libraries import Libraries
from calypso.drivers.tape.filelib.shelf import DRIVE, LOADED, Shelf, as_refusals, read_json
from calypso.host import Argv, Host
from calypso.models.jobtype import Plan

MARK_TIMEOUT_S = 300.0


class Drives(Libraries):
    """Satisfies `DriveVerbs`."""

    def __init__(self, host: Host, state: Path) -> None:
        super().__init__(state)
        self._host = host

    def drives(self) -> list[Drive]:
        """List every drive."""
        with self._shelves.steady():
            return [one for shelf in self._shelves.all() for one in states.drives(shelf)]

    def drive(self, serial: str) -> Drive:
        """Return one drive."""
        with self._shelves.steady():
            return states.drive(*self._place(serial))

    # -- where it stands

    def rewind(self, serial: str) -> Drive:
        """Go to the start of the tape."""
        return self._go(serial, lambda _found: (0, 0))

    def wind_to_end(self, serial: str) -> Drive:
        """Go behind all that was written."""
        return self._go(serial, folder.end)

    def go_to_file(self, serial: str, file: int) -> Drive:
        """Go to the first block behind a file mark."""
        return self._go(serial, lambda _found: (file, 0))

    def eject(self, serial: str) -> Drive:
        """Let the cartridge go."""
        with suppress(DriveEmpty), self._opened(serial) as (path, cartridge):
            folder.place_at(path, None)
            told = read_json(path / LOADED, {})
            told |= {"barcode": cartridge.name, "is_ejected": True}
            folder.write_json(path / LOADED, told)
        return self.drive(serial)

    def _go(self, serial: str, where: Callable[[list[TapeFile]], tuple[int, int]]) -> Drive:
        with self._ready(serial) as (path, cartridge):
            found = folder.files(cartridge)
            file, block = where(found)
            marks = sum(one.is_marked for one in found)
            if file > marks:
                folder.place_at(path, (0, 0))
                raise EndOfData(
                    f"{cartridge.name} has {marks} file marks, so there is no file {file}. "
                    "The tape is rewound."
                )
            folder.place_at(path, (file, block))
        return self.drive(serial)

    # -- what is on it

    def erase(self, serial: str, *, long: bool, timeout_s: float) -> Drive:  # noqa: ARG002 - both take a moment
        """Make the tape hold nothing."""
        with self._ready(serial) as (path, cartridge):
            found = _erasable(cartridge)
            folder.place_at(path, None)
            for file in reversed(found):
                file.path.unlink()
            folder.sync(cartridge)
            folder.place_at(path, (0, 0))
        return self.drive(serial)

    def plan_erase(self, serial: str, *, long: bool) -> Plan:
        """Say what erase would do."""
        with self._ready(serial) as (_, cartridge):
            found = _erasable(cartridge)
            how = "overwritten" if long else "gone"
            lost = f"{cartridge.name}: {len(found)} tape files, {folder.used_bytes(found)} bytes"
            return Plan(
                effects=[f"What is on {cartridge.name} in {serial} is {how}."],
                destroys=[lost] if found else [],
            )

    # -- streams

    def writer(self, serial: str, *, block_bytes: int = BLOCK_BYTES) -> Argv:
        """Return the last stage of a pipe."""
        with self._ready(serial) as (path, cartridge):
            _writable(cartridge)
            _refuse_lost(path, serial)
        return stream.argv("write", "folder", path, block_bytes)

    def reader(self, serial: str, *, block_bytes: int = READ_BYTES) -> Argv:
        """Return the first stage of a pipe."""
        with self._ready(serial) as (path, _):
            _refuse_lost(path, serial)
        return stream.argv("read", "folder", path, block_bytes)

    def write_marks(self, serial: str, count: int = 1) -> Drive:
        """Write file marks."""
        with self._ready(serial) as (path, cartridge):
            _writable(cartridge)
            _refuse_lost(path, serial)
        ran = self._host.run(stream.argv("mark", "folder", path, count), timeout_s=MARK_TIMEOUT_S)
        stream.read_end(ran)
        return self.drive(serial)

    # -- inside

    def _place(self, serial: str) -> tuple[Shelf, int]:
        for shelf in self._shelves.all():
            if serial in shelf.drives:
                return shelf, shelf.drives.index(serial)
        raise DriveMissing(f"There is no drive {serial}. See the table tape/drives.")

    @contextmanager
    def _opened(self, serial: str) -> Iterator[tuple[Path, Path]]:
        """Have a drive for oneself: its folder, and that of the cartridge in it."""
        shelf, number = self._place(serial)
        path = shelf.folder(shelf.drive(number))
        if not read_json(path / DRIVE)["is_online"]:
            raise DriveOffline(f"The drive {serial} does not answer. Switch it on.")
        try:
            with as_refusals(), folder.opened(path) as cartridge:
                yield path, cartridge
        except Refusal as refused:
            if refused.kind == "busy":
                raise DriveBusy(f"The drive {serial} is in use. Wait for it.") from refused
            raise DriveEmpty(f"There is no cartridge in the drive {serial}.") from refused

    @contextmanager
    def _ready(self, serial: str) -> Iterator[tuple[Path, Path]]:
        """Have a drive for oneself that is ready for data."""
        with self._opened(serial) as (path, cartridge):
            if folder.about(cartridge)["kind"] == CartridgeKind.CLEANING:
                raise DriveNotReady(f"{cartridge.name} in {serial} is a cleaning cartridge.")
            if states.is_ejected(path, cartridge):
                raise DriveNotReady(f"{cartridge.name} is ejected. Unload it, and load it again.")
            yield path, cartridge


def _writable(cartridge: Path) -> None:
    about = folder.about(cartridge)
    if about["kind"] == CartridgeKind.CLEANING:
        raise CleaningCartridge(f"{cartridge.name} is a cleaning cartridge.")
    if about["is_write_protected"]:
        raise WriteProtected(f"The tab of {cartridge.name} forbids writing. Move it first.")


def _erasable(cartridge: Path) -> list[TapeFile]:
    _writable(cartridge)
    found = folder.files(cartridge)
    if found and folder.about(cartridge)["kind"] == CartridgeKind.WORM:
        raise WormViolation(f"{cartridge.name} is written once: it cannot be erased.")
    return found


def _refuse_lost(path: Path, serial: str) -> None:
    if folder.position(path) is None:
        raise PositionUnknown(
            f"Where the tape in {serial} stands is not known. Rewind it, or go to its end."
        )
