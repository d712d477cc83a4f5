"""The part of the driver that puts devices in the place of others, or beside them."""

from calypso.drivers.storage import (
    Activity,
    Device,
    DeviceUnfit,
    Interrupted,
    OnScan,
    Scan,
    ScanState,
)
from calypso.drivers.storage.verbs.devices import OnEither
from calypso.drivers.storage.zfs import links
from calypso.drivers.storage.zfs.devices import USABLE, Devices
from calypso.drivers.storage.zfs.names import refuse_option
from calypso.drivers.storage.zfs.pools import FIRST_LOOKS
from calypso.drivers.storage.zfs.status import Status


class Replacing(Devices):
    """Replacing and attaching: issued by one command, then followed."""

    def replace_device(
        self,
        pool: str,
        old: str,
        new: str | None = None,
        *,
        force: bool = False,
        on_scan: OnScan,
        timeout_s: float,
    ) -> Scan | None:
        """Put a device in the place of another and follow until it holds the data."""
        there = None if new is None else self._find_device(pool, new)
        if there is None:
            self._issue_replace(pool, old, new, force=force)
        elif not there.is_replacing:
            raise DeviceUnfit(f"{new} is a device of {pool} already.")
        watched = new or old
        self._follow(
            pool,
            lambda status: self._is_replaced(status, watched, on_scan),
            what="resilver",
            timeout_s=timeout_s,
        )
        self._see_in_place(pool, watched)
        return self._status(pool).scan

    def _issue_replace(self, pool: str, old: str, new: str | None, *, force: bool) -> None:
        found = self._device(pool, old)
        words = [found.name] if new is None else [found.name, new]
        refuse_option(*words)
        self._do("zpool", "replace", *(["-f"] if force else []), pool, *words)

    def _is_replaced(self, status: Status, new: str, on_scan: OnScan) -> bool | None:
        if status.scan is not None:
            on_scan(status.scan)
        if status.scan is not None and status.scan.is_resilver_running:
            return None
        found = [one for one in status.devices if links.is_named(one, new)]
        return None if any(one.is_replacing or one.is_resilvering for one in found) else True

    def _see_in_place(self, pool: str, new: str) -> None:
        found = self._find_device(pool, new)
        if found is None:
            raise Interrupted(f"Somebody gave {new} up: {pool} does not have it.")
        if found.state not in USABLE:
            raise DeviceUnfit(
                f"{new} is {found.state} in {pool}; it does not hold the data. Replace it again."
            )

    def attach_device(
        self,
        pool: str,
        target: str,
        new: str,
        *,
        force: bool = False,
        on_progress: OnEither,
        timeout_s: float,
    ) -> None:
        """Make a mirror of a device one wider, or a raidz, and follow until it is so."""
        refuse_option(target, new)
        before, looks = None, 0
        there = self._find_device(pool, new)
        if there is None:
            before, looks = self._status(pool).scan, FIRST_LOOKS
            name = self._vdev(pool, target)
            self._do("zpool", "attach", *(["-f"] if force else []), pool, name, new)
        elif not self._stand_together(pool, target, there):
            raise DeviceUnfit(f"{new} is a device of {pool} already, but not beside {target}.")
        unbegun = iter(range(looks))

        def until(status: Status) -> bool | None:
            going = _going(status)
            if going is not None:
                on_progress(going)
                return None
            begins = status.scan == before and next(unbegun, None) is not None
            return None if begins or _resilvers(status, new) else True

        self._follow(pool, until, what="attaching", timeout_s=timeout_s)
        self._see_in_place(pool, new)

    def _stand_together(self, pool: str, target: str, device: Device) -> bool:
        beside = self._find_device(pool, target)
        groups = (target, None if beside is None else beside.group)
        return device.group is not None and device.group in groups


def _resilvers(status: Status, device: str) -> bool:
    return any(one.is_resilvering and links.is_named(one, device) for one in status.devices)


def _going(status: Status) -> Scan | Activity | None:
    """Return what still goes on of an attaching."""
    if status.expansion is not None and status.expansion.state is not ScanState.FINISHED:
        return status.expansion
    if status.scan is not None and status.scan.is_resilver_running:
        return status.scan
    return None
