"""Where a tape product runs its programs."""

from typing import Protocol

from calypso.host import Host


class MachineVerbs(Protocol):
    """Gives the machine that the drives are on: pipes to and from a tape are run there."""

    @property
    def host(self) -> Host:
        """The machine, as the job may use it."""
