"""The part of the driver that lets things fail, for tests."""

from calypso.drivers.tape import DriveFault, DriveMissing, Library, NotAsAsked
from calypso.drivers.tape.mhvtl.doors import Doors


class Faults(Doors):
    """Breaks drives and libraries on request."""

    def break_drive(self, serial: str, fault: DriveFault) -> None:
        """Let a drive complain, or be slow.

        mhvtl says nothing back, and to look for a TapeAlert would clear it: what came of it is not
        seen here.
        """
        drives = self._configuration().conf.drives
        number = next((str(one.id) for one in drives if one.serial == serial), None)
        if number is None:
            raise DriveMissing(f"mhvtl has no drive with the serial number {serial}.")
        if fault.tape_alerts is not None:
            mask = sum(1 << (flag - 1) for flag in set(fault.tape_alerts))
            self._do("vtlcmd", number, "TapeAlert", f"{mask:x}")
        for what, seconds in fault.delays.model_dump(exclude_none=True).items():
            self._do("vtlcmd", number, "delay", what.removesuffix("_s"), str(seconds))

    def set_online(self, library: str, *, is_online: bool) -> Library:
        """Take a library offline, as if it had failed, or bring it back."""
        word = "online" if is_online else "offline"
        self._do("vtlcmd", str(self._number(library)), word)
        after = self._changer.library(library)
        if after.is_online is not is_online:
            raise NotAsAsked(f"vtlcmd was told {word}, and library {library} is not.")
        return after
