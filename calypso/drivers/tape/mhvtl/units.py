"""mhvtl's daemons, one for each library and drive: started, stopped, and seen to be so.

systemd starts them, for they must outlive the job that asks. A generator makes its units from
device.conf at each daemon-reload. They are Type=simple: that `start` says 0 and `status` says
active tells nothing, a library with a broken device.conf was both. Devices that can be seen do.
"""

from collections.abc import Iterable

from calypso.drivers.tape import NotGone, NotVisible, Unsupported
from calypso.drivers.tape.mhvtl.device_conf import DeviceConf
from calypso.drivers.tape.mhvtl.files import Files

LOOKS = 60  # after a start all sg nodes were there within six seconds, emulated; after a stop too
LOOK_S = 1.0
SYSTEMD = "/run/systemd/system"
TARGET = "mhvtl.target"


class Units(Files):
    """Starts and stops what plays a library and its drives."""

    def _needs_systemd(self) -> None:
        if not self._host.exists(SYSTEMD):
            raise Unsupported(
                "This machine does not run systemd. mhvtl's daemons must outlive the job that "
                "starts them, so only systemd may: change mhvtl's files by hand here."
            )

    def _start(self, conf: DeviceConf, library: int) -> None:
        """Start a library and its drives, now and at each boot; NotVisible."""
        self._do("systemctl", "daemon-reload")
        self._do("systemctl", "enable", TARGET)
        self._do("systemctl", "start", *_units(conf, library))
        self._await_seen(serials(conf, library))

    def _stop(self, conf: DeviceConf, library: int) -> None:
        """Stop a library and its drives, and wait until they are gone; NotGone."""
        self._do("systemctl", "stop", *_units(conf, library))
        self._await_gone(serials(conf, library))

    def _reload(self, library: int) -> None:
        """Let a library read its contents again. It forgets what is in its drives."""
        self._do("systemctl", "reload", f"vtllibrary@{library}.service")

    def _seen(self) -> set[str]:
        """Return the serial numbers of all libraries and drives that can be seen."""
        libraries = {one.serial for one in self._changer.libraries()}
        return libraries | {one.serial for one in self._changer.drives()}

    def _await_seen(self, wanted: Iterable[str]) -> None:
        missing = set(wanted)
        for _ in range(LOOKS):
            # Names come late or not at all when devices come all at once: ask for them again.
            self._do("udevadm", "trigger", "--subsystem-match=scsi_generic")
            self._do("udevadm", "settle", "--timeout=10")
            if not (missing := missing - self._seen()):
                return
            self._pause(LOOK_S)
        raise NotVisible(
            f"mhvtl was started, and {', '.join(sorted(missing))} did not appear. Its journal says "
            f"why: journalctl -u 'vtl*'."
        )

    def _await_gone(self, unwanted: Iterable[str]) -> None:
        left = set(unwanted)
        for _ in range(LOOKS):
            if not (left := left & self._seen()):
                return
            self._pause(LOOK_S)
        raise NotGone(
            f"mhvtl was stopped, and {', '.join(sorted(left))} are still there. Something has them "
            f"open: end it, then try again."
        )


def serials(conf: DeviceConf, library: int) -> set[str]:
    """Return the serial numbers of a library and its drives."""
    robot = conf.library(library)
    each = [*([robot] if robot else []), *conf.drives_of(library)]
    return {one.serial for one in each if one.serial}


def _units(conf: DeviceConf, library: int) -> list[str]:
    drives = [f"vtltape@{one.id}.service" for one in conf.drives_of(library)]
    return [*drives, f"vtllibrary@{library}.service"]
