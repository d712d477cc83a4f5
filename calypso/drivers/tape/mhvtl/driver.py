"""mhvtl as the tape protocol knows it: a SCSI changer, and the life of virtual libraries."""

from calypso.drivers.tape.mhvtl import reading
from calypso.drivers.tape.mhvtl.commands import HOW_TO_INSTALL
from calypso.drivers.tape.mhvtl.modules import Modules
from calypso.drivers.tape.mhvtl.robots import Robots
from calypso.drivers.tape.mhvtl.units import SYSTEMD
from calypso.host import Host
from calypso.models.inventory import Capability

PROGRAMS = ("vtlcmd", "mktape", "edit_tape", "dump_tape")


class MhvtlTape(Robots, Modules):
    """Satisfies `Tape` with mhvtl 1.8. `changer` drives the devices that it makes.

    Opening it runs nothing. The verbs of real libraries are the changer's.
    """

    @property
    def host(self) -> Host:
        """The machine that the libraries are on."""
        return self._host

    def probe(self) -> Capability:
        """Tell whether mhvtl is installed, which version, and what can be done with it here."""
        missing = [name for name in PROGRAMS if self._host.which(name) is None]
        below = self._changer.probe()
        if missing or not below.available:
            return Capability(
                product="mhvtl",
                available=False,
                reason=below.reason if not missing else f"{', '.join(missing)} not installed.",
                how_to_install=below.how_to_install if not missing else HOW_TO_INSTALL,
                production=False,
            )
        return Capability(
            product="mhvtl",
            version=reading.version(self._ran("vtlcmd").stderr),
            available=True,
            production=False,
            reason="Virtual tapes: they wear no drive out, and last as long as their disk.",
            features={**below.features, "virtual": True, "changes": self._host.exists(SYSTEMD)},
        )
