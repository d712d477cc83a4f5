"""The part of the driver that is about the disks of the node."""

from calypso.drivers.storage import Device, DeviceMissing, Disk, Smart
from calypso.drivers.storage.disks import lsblk, smart
from calypso.drivers.storage.disks.lsblk import Block
from calypso.drivers.storage.zfs import links
from calypso.drivers.storage.zfs.names import refuse_option
from calypso.drivers.storage.zfs.pools import Pools
from calypso.drivers.storage.zfs.status import Status
from calypso.errors import CommandTimedOut

SMART_TIMEOUT_S = 30.0
SETTLE_S = 60
NO_SMARTCTL = "smartctl is not installed: apt-get install smartmontools."
# Where to write what, so that the kernel looks for new disks and at grown ones.
RESCANS = {
    "/sys/class/scsi_host": ("scan", "- - -\n"),
    "/sys/class/scsi_device": ("device/rescan", "1\n"),
}


class Disks(Pools):
    """Listing disks, and looking for new ones."""

    def disks(self) -> list[Disk]:
        """List every disk, by path, with what it says about itself."""
        known = links.targets(self._links())
        statuses = self._statuses()
        found = [self._disk(block, known, statuses) for block in self._blocks()]
        return sorted(found, key=lambda one: one.path)

    def _blocks(self) -> list[Block]:
        return lsblk.disks(self._read("lsblk", "-J", "-b", "-o", lsblk.COLUMNS))

    def _disk(self, block: Block, known: dict[str, str], statuses: list[Status]) -> Disk:
        listed = _listed(block, known, statuses)
        return listed.model_copy(update={"smart": self._smart(block.path)})

    def _smart(self, device: str) -> Smart:
        if self._host.which("smartctl") is None:
            return Smart(reason=NO_SMARTCTL)
        argv = ["smartctl", "-j", "-n", "standby", "-H", "-A", device]
        try:
            return smart.health(self._host.run(argv, timeout_s=SMART_TIMEOUT_S).stdout)
        except CommandTimedOut:
            return Smart(reason=f"The disk did not answer within {SMART_TIMEOUT_S:g} s.")

    def _block(self, disk: str) -> tuple[Block, Disk]:
        """Return a disk by any of its paths; DeviceMissing."""
        refuse_option(disk)
        known = links.targets(self._links())
        kernel = known.get(disk, disk.removeprefix("/dev/"))
        for block in self._blocks():
            if block.kernel == kernel:
                return block, _listed(block, known, self._statuses())
        raise DeviceMissing(f"There is no disk {disk}. Look for new ones: storage.disk_rescan.")

    # -- looking for new ones

    def disk_hosts(self) -> list[str]:
        """List the files of the kernel by which it looks for new disks and at known ones."""
        found: list[str] = []
        for folder, (file, _) in RESCANS.items():
            if self._host.exists(folder):
                argv = ("find", folder, "-mindepth", "1", "-maxdepth", "1")
                found += [f"{one}/{file}" for one in sorted(self._read(*argv).splitlines())]
        return found

    def rescan_host(self, host: str) -> None:
        """Let a controller look for new disks, or at the size of one."""
        for folder, (_, word) in RESCANS.items():
            if host.startswith(f"{folder}/") and ".." not in host:
                self._do("tee", host, stdin=word)
                return
        raise DeviceMissing(f"{host} is nothing that looks for disks.")

    def settle_disks(self) -> None:
        """Wait until every disk found has its names."""
        self._do("udevadm", "settle", f"--timeout={SETTLE_S}")


def _listed(block: Block, known: dict[str, str], statuses: list[Status]) -> Disk:
    told = block.told
    names = links.aliases(block.kernel, known)
    pool = _pool_of(block, known, statuses)
    return Disk(
        path=next((name for name in names if links.is_steady(name)), block.path),
        device=block.path,
        size_bytes=int(told["size"]),
        model=_word(told.get("model")),
        serial=_word(told.get("serial")),
        transport=told.get("tran"),
        is_rotational=bool(told.get("rota")),
        is_readonly=bool(told.get("ro")),
        can_discard=int(told.get("disc-max") or 0) > 0,
        pool=pool,
        in_use=(*([f"the pool {pool}"] if pool else []), *block.users),
        holds=tuple(block.holds),
        aliases=tuple(names),
    )


def _pool_of(block: Block, known: dict[str, str], statuses: list[Status]) -> str | None:
    paths = [path for one in block.all() for path in _paths(one, known)]
    for status in statuses:
        if any(_is_of(device, paths) for device in status.devices):
            return status.pool
    return None


def _paths(block: Block, known: dict[str, str]) -> list[str]:
    return [block.path, *links.aliases(block.kernel, known)]


def _is_of(device: Device, paths: list[str]) -> bool:
    return any(links.is_named(device, path) for path in paths)


def _word(told: object) -> str | None:
    return str(told).strip() or None if told else None
