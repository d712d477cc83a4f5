"""What the OpenZFS of this machine can do, found out by trying, once for each driver."""

from dataclasses import dataclass

from calypso.drivers.storage.zfs import reading
from calypso.errors import CommandMissing, CommandTimedOut
from calypso.host import Host
from calypso.models.inventory import Capability

DEVICE = "/dev/zfs"  # without it every command waits 10 s before it fails
PROBE_TIMEOUT_S = 30.0
HOW_TO_INSTALL = (
    "Debian: enable contrib, then apt-get install zfsutils-linux zfs-dkms; modprobe zfs."
)


@dataclass(frozen=True)
class Dialect:
    """`json`: `zpool status` takes -j, with exact bytes of a scan (OpenZFS 2.3)."""

    json: bool

    @property
    def on_is_sa(self) -> bool:
        """True where `xattr=sa` is told as `on`, from OpenZFS 2.3 on; before, `on` meant `dir`."""
        return self.json


def find(host: Host) -> Dialect:
    """Ask the tools. An unknown option is answered with exit code 2 and the usage text."""
    ran = host.run(["zpool", "status", "-j"], timeout_s=PROBE_TIMEOUT_S)
    return Dialect(json=ran.ok and ran.stdout.lstrip().startswith("{"))


def capability(host: Host) -> Capability:
    """Tell whether OpenZFS can be used here, and if not, why and what to do."""
    if host.which("zfs") is None or host.which("zpool") is None:
        return _missing("The programs zfs and zpool are not installed.")
    if not host.exists(DEVICE):
        return _missing(f"There is no {DEVICE}: the kernel module zfs is not loaded.")
    try:
        return _asked(host)
    except CommandMissing:
        return _missing("The program zfs vanished while it was asked.")
    except CommandTimedOut as hung:
        return _missing(f"{hung.detail} A pool may have lost its disks.")


def _asked(host: Host) -> Capability:
    ran = host.run(["zfs", "version"], timeout_s=PROBE_TIMEOUT_S)
    if not ran.ok:
        return _missing(f"zfs does not tell its version, so it is not OpenZFS: {ran.complaint}")
    return _present(host, *reading.version(ran.stdout))


def _present(host: Host, tools: str, kernel: str | None) -> Capability:
    differs = kernel is not None and kernel != tools
    return Capability(
        product="zfs",
        version=tools,
        available=True,
        reason=f"The kernel module is {kernel}, the tools are {tools}." if differs else None,
        features={
            "volumes": True,
            "resume": True,
            "instant_snapshots": True,
            "clones": True,
            "encryption": True,
            "json": find(host).json,
        },
    )


def _missing(reason: str) -> Capability:
    return Capability(
        product="zfs", available=False, reason=reason, how_to_install=HOW_TO_INSTALL, features={}
    )
