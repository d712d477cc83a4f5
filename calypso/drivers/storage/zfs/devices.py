"""The part of the driver that is about the devices of a pool."""

from calypso.drivers.storage import (
    Device,
    DeviceMissing,
    DeviceUnfit,
    NoReplicas,
    Pool,
    PoolSuspended,
    PoolUnavailable,
    Role,
    StorageError,
)
from calypso.drivers.storage.zfs import links
from calypso.drivers.storage.zfs.names import refuse_option, refuse_pool
from calypso.drivers.storage.zfs.pools import Pools
from calypso.errors import CommandTimedOut

READ_ONCE = ("bs=4096", "count=1", "iflag=direct", "status=none")
ANSWER_TIMEOUT_S = 60.0  # the kernel itself gives a disk 30 s
USABLE = ("ONLINE", "DEGRADED")  # a device with errors that is used all the same


class Devices(Pools):
    """Finding, taking out, switching off and on again."""

    def _device(self, pool: str, given: str) -> Device:
        """Return a device by its name, any of its paths, or the guid of one that is gone."""
        found = self._find_device(pool, given)
        if found is None:
            raise DeviceMissing(
                f"{pool} has no device {given}. Name one as the pool shows it, or by its path."
            )
        return found

    def _find_device(self, pool: str, given: str) -> Device | None:
        refuse_pool(pool)
        refuse_option(given)
        devices = self._status(pool).devices
        found = [one for one in devices if links.is_named(one, given)]
        if not found and given.startswith("/dev/"):
            names = links.other_names(given, self._links())
            found = [one for one in devices if any(links.is_named(one, name) for name in names)]
        return found[0] if found else None

    def _vdev(self, pool: str, given: str) -> str:
        """Return the name of a vdev, or of a device that is one alone; DeviceMissing."""
        refuse_pool(pool)
        refuse_option(given)
        if any(one.group == given for one in self._status(pool).devices):
            return given
        return self._device(pool, given).name

    def detach_device(self, pool: str, device: str) -> None:
        """Take a device out of a mirror or a replacing; NoReplicas."""
        found = self._device(pool, device)
        self._do("zpool", "detach", pool, found.name)
        left = self._find_device(pool, device)
        if left is not None and left.state != "AVAIL":  # as a spare that is free again is
            raise StorageError(f"zpool says that {device} is detached from {pool}, but it is not.")

    def offline_device(self, pool: str, device: str, *, until_reboot: bool = False) -> None:
        """Stop using a device; NoReplicas. One that is offline is fine."""
        found = self._device(pool, device)
        self._do("zpool", "offline", *(["-t"] if until_reboot else []), pool, found.name)
        state = self._device(pool, found.name).state
        if state in USABLE:
            raise NoReplicas(f"zpool says that {device} is offline, but {pool} has it {state}.")

    def online_device(self, pool: str, device: str, *, expand: bool = False) -> Device:
        """Use a device again; with `expand` all of it, if it has grown."""
        found = self._device(pool, device)
        self._do("zpool", "online", *(["-e"] if expand else []), pool, found.name)
        after = self._find_device(pool, device) or self._device(pool, found.name)
        if after.state not in USABLE:
            raise DeviceUnfit(
                f"{device} could not be brought back: {pool} has it {after.state}"
                f"{f' ({after.note})' if after.note else ''}. Look at its cable, or replace it."
            )
        return after

    def clear_pool(self, pool: str, device: str | None = None) -> Pool:
        """Forget counted errors, of one device or all, and let a suspended pool go on."""
        which = [] if device is None else [self._device(pool, device).name]
        refuse_pool(pool)
        self._refuse_silent(pool)
        try:
            self._do("zpool", "clear", pool, *which)
        except PoolUnavailable as refused:
            raise _still_suspended(pool, refused.original) from refused
        found = self.pool(pool)
        if found.is_suspended:
            raise _still_suspended(pool, found.status or "")
        return found

    def _refuse_silent(self, pool: str) -> None:
        """Refuse to clear a suspended pool when no device of one of its vdevs answers.

        `zpool clear` would wait for them in the kernel, for minutes, where nothing can end it.
        """
        status = self._status(pool)
        vdevs: dict[str, list[Device]] = {}
        for one in status.devices if status.is_suspended else ():
            if one.role is Role.DATA:
                vdevs.setdefault(one.group or one.name, []).append(one)
        for name, devices in vdevs.items():
            if not any(self._answers(one) for one in devices):
                raise _still_suspended(pool, f"no device of {name} can be read")

    def _answers(self, device: Device) -> bool:
        """Tell whether a device can be read now, past every cache."""
        there = [path for path in links.paths(device.name) if self._host.exists(path)]
        if not there or not there[0].startswith("/dev/"):  # a file is there or not
            return bool(there)
        argv = ("dd", f"if={there[0]}", "of=/dev/null", *READ_ONCE)
        try:
            return self._ran(argv, ANSWER_TIMEOUT_S).ok
        except CommandTimedOut:
            return False


def _still_suspended(pool: str, original: str) -> PoolSuspended:
    return PoolSuspended(
        f"{pool} is still suspended: its disks do not answer. Bring them back, then clear it.",
        original=original,
    )
