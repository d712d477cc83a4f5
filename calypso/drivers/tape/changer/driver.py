"""SCSI changers and tape drives as the tape protocol knows them."""

import re

from calypso.drivers.tape.changer.commands import HOW_TO_INSTALL, PROGRAMS, READ_TIMEOUT_S
from calypso.drivers.tape.changer.drives import Drives
from calypso.drivers.tape.changer.real import Real
from calypso.host import Host
from calypso.models.inventory import Capability


class ChangerTape(Drives, Real):
    """Satisfies `Tape` with mtx, mt-st and sg3-utils. Opening it runs nothing.

    `state` is a folder on this node in which robots are taken turns with.
    """

    @property
    def host(self) -> Host:
        """The machine that the devices are on."""
        return self._host

    def probe(self) -> Capability:
        """Tell whether the programs are there."""
        missing = [program for program in PROGRAMS if self._host.which(program) is None]
        if missing:
            return Capability(
                product="changer",
                available=False,
                reason=f"Not installed: {', '.join(missing)}.",
                how_to_install=HOW_TO_INSTALL,
            )
        ran = self._ran(("mtx", "--version"), READ_TIMEOUT_S)
        told = re.search(r"version ([\d.]+)", ran.stdout + ran.stderr)
        return Capability(
            product="changer",
            version=f"mtx {told[1]}" if told else None,
            available=True,
            features={"virtual": False, "worm": True, "cleaning": True, "encryption": False},
        )
