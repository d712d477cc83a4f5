"""How the driver runs mhvtl's programs: a timeout on each, refusals as types."""

import time
from collections.abc import Callable
from typing import Protocol

from calypso.drivers.tape import ProductMissing, TapeError
from calypso.drivers.tape.mhvtl import errors, reading
from calypso.drivers.tape.verbs.drives import DriveVerbs
from calypso.drivers.tape.verbs.libraries import LibraryVerbs
from calypso.errors import CommandMissing
from calypso.host import Host, Ran
from calypso.models.inventory import Capability

READ_TIMEOUT_S = 60.0
CHANGE_TIMEOUT_S = 120.0  # systemctl stop waits for daemons that wait for their last command
BUILD_TIMEOUT_S = 900.0
MEMORY_LINES = "12"  # what dump_tape says of the cartridge; a line for each block follows
HOW_TO_INSTALL = (
    "mhvtl is not in the Debian archive: build it from its sources, module and programs, and "
    "install them with their systemd units."
)
Pause = Callable[[float], None]


class Changer(LibraryVerbs, DriveVerbs, Protocol):
    """What drives the SCSI devices that mhvtl makes, as those of a real library."""

    def probe(self) -> Capability:
        """Tell whether the programs for SCSI libraries are there."""


class Commands:
    """One handle on mhvtl's programs, and on its devices. `pause` waits between two looks."""

    def __init__(self, host: Host, changer: Changer, *, pause: Pause = time.sleep) -> None:
        self._host = host
        self._changer = changer
        self._pause = pause

    def _do(self, *argv: str, timeout_s: float = CHANGE_TIMEOUT_S) -> str:
        """Return what a command prints; its refusal as a type, also when its exit code is 0."""
        ran = self._ran(*argv, timeout_s=timeout_s)
        if (refused := errors.refusal(ran)) is not None:
            raise refused
        return ran.stdout

    def _ran(self, *argv: str, timeout_s: float = CHANGE_TIMEOUT_S) -> Ran:
        try:
            return self._host.run(argv, timeout_s=timeout_s)
        except CommandMissing as missing:
            raise _not_installed(argv[0], missing) from missing

    def _memory(self, library: int, barcode: str) -> reading.Memory:
        """Return what a cartridge's memory says; only of one that is in no drive.

        CartridgeMissing. `dump_tape` goes on with a line for each block, millions on a full
        cartridge, so `head` ends it.
        """
        said: list[str] = []
        complaints: list[str] = []
        argv = ("dump_tape", "-l", str(library), "-m", barcode)
        try:
            self._host.pipe(
                [argv, ("head", "-n", MEMORY_LINES)],
                timeout_s=READ_TIMEOUT_S,
                on_line=lambda stage, line: (said if stage else complaints).append(line),
            )
        except CommandMissing as missing:
            raise _not_installed(argv[0], missing) from missing
        try:
            return reading.memory("\n".join(said))
        except TapeError as unread:
            ran = Ran(argv, 1, "\n".join(said), "\n".join(complaints), 0.0)
            raise errors.refusal(ran) or unread from unread


def _not_installed(program: str, missing: CommandMissing) -> ProductMissing:
    return ProductMissing(
        f"{program} is not installed. {HOW_TO_INSTALL}", original=missing.original
    )
