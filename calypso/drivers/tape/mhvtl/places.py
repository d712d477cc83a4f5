"""The part of the driver that knows which library has a cartridge, and where its files lie."""

from calypso.drivers.tape import (
    Cartridge,
    CartridgeMissing,
    ElementKind,
    NotMoved,
    Place,
    kind_by_barcode,
)
from calypso.drivers.tape.mhvtl import contents
from calypso.drivers.tape.mhvtl.checking import home_of
from calypso.drivers.tape.mhvtl.device_conf import Record
from calypso.drivers.tape.mhvtl.files import Configuration
from calypso.drivers.tape.mhvtl.libraries import Libraries
from calypso.drivers.tape.mhvtl.positions import Positions
from calypso.drivers.tape.mhvtl.reading import Memory
from calypso.drivers.tape.mhvtl.units import LOOK_S, LOOKS

LIST_TIMEOUT_S = 60.0


class Places(Libraries):
    """Finds cartridges."""

    def outside(self) -> list[str]:
        """List the barcodes of the cartridges that lie in a library's home and in no library."""
        now = self._configuration()
        homes = sorted({home_of(one) for one in now.conf.libraries})
        lying = {code for home in homes if self._host.exists(home) for code in self._lying(home)}
        inside = {code for one in now.conf.libraries for code in self._codes(now, one)}
        return sorted(lying - inside)

    def _lying(self, home: str) -> list[str]:
        find = (
            "find",
            home,
            "-mindepth",
            "2",
            "-maxdepth",
            "2",
            "-name",
            "mam",
            "-printf",
            "%h\\n",
        )
        return [path.rpartition("/")[2] for path in self._do(*find).splitlines()]

    def _codes(self, now: Configuration, robot: Record) -> set[str]:
        """Return the barcodes of all cartridges in a library, those in its drives too."""
        if self._is_online(robot):
            elements = self._changer.elements(robot.serial or "")
            return {one.barcode for one in elements if one.barcode}
        return set(self._positions(now, robot).values())

    def _holder(self, now: Configuration, barcode: str) -> Record | None:
        """Return the library that has a cartridge, or None."""
        return next((one for one in now.conf.libraries if barcode in self._codes(now, one)), None)

    def _held(self, now: Configuration, barcode: str) -> Record:
        """Return the library that has a cartridge; CartridgeMissing."""
        if (robot := self._holder(now, barcode)) is None:
            raise CartridgeMissing(f"No library of mhvtl has the cartridge {barcode}.")
        return robot

    def _lies_in(self, now: Configuration, barcode: str) -> Record | None:
        """Return a library in whose home the files of a cartridge lie, or None."""
        homes = ((one, f"{home_of(one)}/{barcode}") for one in now.conf.libraries)
        return next((one for one, path in homes if self._host.exists(path)), None)

    def _is_in_drive(self, robot: Record, barcode: str) -> bool:
        return any(one.barcode == barcode for one in self._loaded(robot))

    def _cartridge(
        self, now: Configuration, robot: Record, barcode: str, memory: Memory | None
    ) -> Cartridge:
        """Return a cartridge with all that is known of it."""
        slots = now.contents[robot.id].count(contents.Place.SLOT)
        found = next(at for at, code in self._positions(now, robot).items() if code == barcode)
        is_slot = found[0] is contents.Place.SLOT
        return Cartridge(
            barcode=barcode,
            kind=(memory and memory.kind) or kind_by_barcode(barcode),
            library=robot.serial or "",
            place=Place(
                kind=ElementKind.SLOT if is_slot else ElementKind.IE,
                number=found[1] if is_slot else slots + found[1],
            ),
            is_write_protected=None if memory is None else memory.is_write_protected,
            capacity_bytes=None if memory is None else memory.capacity_bytes,
            used_bytes=None if memory is None else memory.used_bytes,
        )

    # -- written down, so that a restart does not forget it

    def _rewrite(self, now: Configuration, robot: Record, positions: Positions) -> None:
        """Write where a library's cartridges are into its contents, and let it read them again.

        Only with empty drives: it forgets what is in them.
        """
        before = self._remember(now, robot.id, self._positions(now, robot))
        after = before.with_contents(before.contents[robot.id].with_media(positions))
        runs = self._is_online(robot)
        self._begin(robot.id, after, before, was_running=runs)
        self._replace(robot.id, after, before)
        if runs:
            self._reload(robot.id)
            self._await_codes(robot, set(positions.values()))
        self._settle()

    def _await_codes(self, robot: Record, wanted: set[str]) -> None:
        have: set[str] = set()
        for _ in range(LOOKS):
            if self._is_online(robot):
                elements = self._changer.elements(robot.serial or "")
                have = {one.barcode for one in elements if one.barcode}
                if have == wanted:
                    return
            self._pause(LOOK_S)
        differing = ", ".join(sorted(have ^ wanted))
        raise NotMoved(f"Library {robot.serial} read its contents and is wrong about {differing}.")
