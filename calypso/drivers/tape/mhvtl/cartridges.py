"""The part of the driver that makes, changes and removes cartridges.

mktape says 0 for a cartridge that is there already, and for a density or kind that does not exist,
and makes something. So what is asked for is checked before, and what was made is read afterwards.
"""

from calypso.drivers.tape import (
    BadName,
    Cartridge,
    CartridgeExists,
    CartridgeKind,
    CartridgeLoaded,
    CartridgeMissing,
    CartridgeSpec,
    MediumUnfit,
    NotAsAsked,
    WouldLose,
    kind_by_barcode,
)
from calypso.drivers.tape.mhvtl import densities
from calypso.drivers.tape.mhvtl.checking import BARCODE, home_of, taken_in
from calypso.drivers.tape.mhvtl.contents import Place
from calypso.drivers.tape.mhvtl.device_conf import Record
from calypso.drivers.tape.mhvtl.files import Configuration
from calypso.drivers.tape.mhvtl.places import Places
from calypso.drivers.tape.mhvtl.positions import first_free
from calypso.drivers.tape.mhvtl.reading import DENSITY_CODES, Memory
from calypso.models.jobtype import Plan

MEGABYTE = 1 << 20
FILES = ("data.0", "indx.0", "mam", "meta.0", "mhvtl_data")
_WORDS = {
    CartridgeKind.DATA: "data", CartridgeKind.WORM: "WORM", CartridgeKind.CLEANING: "clean",
}  # fmt: skip


class Cartridges(Places):
    """Makes cartridges and unmakes them."""

    def create_cartridge(self, library: str, spec: CartridgeSpec) -> Cartridge:
        """Put a new, blank cartridge into the first free slot.

        CartridgeExists, NoFreeSlot, BadName, MediumUnfit; LibraryInUse while a drive is loaded. One
        that was made, and in no library yet when its job died, is put in.
        """
        self._needs_systemd()
        self.undo_change()
        now = self._configuration()
        robot = now.library(library)
        wanted = _checked(now, robot, spec)
        self._refuse_loaded(now, robot)
        self._refuse_known(now, robot, spec.barcode)
        positions = self._positions(now, robot)
        slot = first_free(Place.SLOT, now.contents[robot.id], positions)
        memory = self._make(robot, spec, wanted)
        self._rewrite(now, robot, {**positions, (Place.SLOT, slot): spec.barcode})
        return self._cartridge(self._configuration(), robot, spec.barcode, memory)

    def edit_cartridge(
        self,
        barcode: str,
        *,
        is_write_protected: bool | None = None,
        capacity_bytes: int | None = None,
    ) -> Cartridge:
        """Move the tab of a cartridge, or give it another capacity; CartridgeLoaded, WouldLose."""
        now = self._configuration()
        robot = self._held(now, barcode)
        if self._is_in_drive(robot, barcode):
            raise CartridgeLoaded(f"{barcode} is in a drive. Unload it first.")
        before = self._memory(robot.id, barcode)
        words = _edits(barcode, before, is_write_protected, capacity_bytes)
        if words:
            self._do("edit_tape", "-l", str(robot.id), "-m", barcode, *words)
        after = self._memory(robot.id, barcode)
        if _edits(barcode, after, is_write_protected, capacity_bytes):
            raise NotAsAsked(f"edit_tape was asked for {' '.join(words)}, and {barcode} differs.")
        return self._cartridge(now, robot, barcode, after)

    def delete_cartridge(self, barcode: str) -> None:
        """Remove a cartridge and all that is on it, also one that lies in no library.

        CartridgeMissing, CartridgeLoaded; LibraryInUse while a drive of its library is loaded.
        """
        self._needs_systemd()
        self.undo_change()
        now = self._configuration()
        robot = self._holder(now, barcode)
        if robot is not None:
            self._refuse_removal(now, robot, barcode)
            positions = self._positions(now, robot)
            self._rewrite(now, robot, {at: one for at, one in positions.items() if one != barcode})
        self._discard(home_of(self._found(now, robot, barcode)), barcode)

    def plan_delete_cartridge(self, barcode: str) -> Plan:
        """Say what delete_cartridge would do; refuses as it would."""
        now = self._configuration()
        robot = self._holder(now, barcode)
        if robot is not None:
            self._refuse_removal(now, robot, barcode)
        path = f"{home_of(self._found(now, robot, barcode))}/{barcode}"
        return Plan(commands=[["rm", "-rf", "--", path]], destroys=[path])

    # -- inside

    def _make(self, robot: Record, spec: CartridgeSpec, density: str) -> Memory:
        """Make a cartridge's files and return what its memory says; NotAsAsked, and it is gone."""
        path = f"{home_of(robot)}/{spec.barcode}"
        if not self._host.exists(path):
            self._do(
                "mktape", "-l", str(robot.id), "-m", spec.barcode, "-d", density,
                "-s", str(_megabytes(spec.capacity_bytes)), "-t", _WORDS[spec.kind],
            )  # fmt: skip
        missing = [name for name in FILES if not self._host.exists(f"{path}/{name}")]
        if missing:
            self._discard(home_of(robot), spec.barcode)
            raise NotAsAsked(f"mktape said that all was well, and {path}/{missing[0]} is missing.")
        memory = self._memory(robot.id, spec.barcode)
        if (differs := _difference(memory, spec, density)) is None:
            return memory
        if memory.used_bytes:
            raise CartridgeExists(f"{path} is there, {differs}, and something is recorded on it.")
        self._discard(home_of(robot), spec.barcode)
        raise NotAsAsked(f"mktape made {spec.barcode}, and {differs}. It was removed again.")

    def _refuse_known(self, now: Configuration, robot: Record, barcode: str) -> None:
        if (holder := self._holder(now, barcode)) is not None:
            raise CartridgeExists(f"{barcode} is in library {holder.serial} already.")
        lies = self._lies_in(now, barcode)
        if lies is not None and home_of(lies) != home_of(robot):
            raise CartridgeExists(f"{barcode} lies in {home_of(lies)}, outside of every library.")
        if lies is not None and self._memory(robot.id, barcode).used_bytes:
            raise CartridgeExists(
                f"{barcode} lies in {home_of(lies)} and is not blank. Put it in, or delete it."
            )

    def _refuse_removal(self, now: Configuration, robot: Record, barcode: str) -> None:
        if self._is_in_drive(robot, barcode):
            raise CartridgeLoaded(f"{barcode} is in a drive. Unload it first.")
        self._refuse_loaded(now, robot)

    def _found(self, now: Configuration, robot: Record | None, barcode: str) -> Record:
        found = robot or self._lies_in(now, barcode)
        if found is None or not BARCODE.fullmatch(barcode):
            raise CartridgeMissing(f"mhvtl has no cartridge {barcode}.")
        return found


def _checked(now: Configuration, robot: Record, spec: CartridgeSpec) -> str:
    """Return the density that a new cartridge is to have; BadName, MediumUnfit."""
    density = densities.density(spec.barcode)
    if not BARCODE.fullmatch(spec.barcode) or density is None:
        raise BadName(
            f"{spec.barcode} is no barcode for mhvtl: 8 to {densities.MAX_BARCODE_LENGTH} of A-Z "
            "and 0-9, the last two saying what medium it is, as in VT0001L5."
        )
    if kind_by_barcode(spec.barcode) is not spec.kind:
        raise BadName(
            f"The barcode {spec.barcode} says {kind_by_barcode(spec.barcode).value}, and a "
            f"{spec.kind.value} cartridge is asked for. Robots go by the barcode."
        )
    able = taken_in(now.conf, robot.id)
    is_data = spec.kind is not CartridgeKind.CLEANING
    if density not in densities.KNOWN or (is_data and able is not None and density not in able):
        raise MediumUnfit(f"No drive of library {robot.serial} takes {density}.")
    return density


def _edits(
    barcode: str, memory: Memory, is_write_protected: bool | None, capacity_bytes: int | None
) -> list[str]:
    """Return edit_tape's words for what differs; WouldLose when it would be too small."""
    words: list[str] = []
    if is_write_protected is not None and is_write_protected != memory.is_write_protected:
        words += ["-w", "on" if is_write_protected else "off"]
    if capacity_bytes is not None:
        wanted = _megabytes(capacity_bytes)
        if wanted * MEGABYTE < memory.used_bytes:
            raise WouldLose(
                f"{memory.used_bytes} bytes are recorded on {barcode}: it stays so large."
            )
        if wanted * MEGABYTE != memory.capacity_bytes:
            words += ["-s", str(wanted)]
    return words


def _difference(memory: Memory, spec: CartridgeSpec, density: str) -> str | None:
    """Return in words how a cartridge differs from what was asked for, or None."""
    if memory.density_code != DENSITY_CODES[density]:
        return f"its density is 0x{memory.density_code:02x}, not {density}"
    if memory.kind is not spec.kind:
        return f"it is {memory.kind.value if memory.kind else 'of another kind'}"
    if memory.capacity_bytes != _megabytes(spec.capacity_bytes) * MEGABYTE:
        return f"it takes {memory.capacity_bytes} bytes"
    return None


def _megabytes(size_bytes: int) -> int:
    """Return a size as mhvtl counts it, rounded up."""
    return -(-size_bytes // MEGABYTE)
