"""The part of the driver that adds vdevs to a pool and takes them out."""

from collections.abc import Sequence
from contextlib import suppress

from calypso.drivers.storage import (
    DeviceMissing,
    Interrupted,
    OnActivity,
    Pool,
    Role,
    ScanState,
    StorageError,
    Vdev,
)
from calypso.drivers.storage.zfs import links
from calypso.drivers.storage.zfs.devices import Devices
from calypso.drivers.storage.zfs.names import refuse_pool
from calypso.drivers.storage.zfs.pools import layout
from calypso.drivers.storage.zfs.reading import lines
from calypso.drivers.storage.zfs.refusals import NothingToStop
from calypso.drivers.storage.zfs.status import Status
from calypso.models.jobtype import Plan


class Growing(Devices):
    """More vdevs, or fewer."""

    def add_vdevs(self, pool: str, vdevs: Sequence[Vdev]) -> Pool:
        """Make a pool larger, or give it logs, caches or spares; never by force."""
        refuse_pool(pool)
        self._do("zpool", "add", pool, *layout(vdevs))
        after = self.pool(pool)
        for device in (one for vdev in vdevs for one in vdev.devices):
            if self._find_device(pool, device) is None:
                raise StorageError(f"zpool says that {device} is added to {pool}; it is not there.")
        return after

    def plan_add_vdevs(self, pool: str, vdevs: Sequence[Vdev]) -> Plan:
        """Say how the pool would be laid out; DeviceInUse, DeviceUnfit."""
        refuse_pool(pool)
        words = layout(vdevs)
        told = self._read("zpool", "add", "-n", pool, *words)
        return Plan(
            commands=[["zpool", "add", pool, *words]],
            effects=[
                f"{pool} gets {len(vdevs)} more vdevs. A raidz cannot be taken out again.",
                *(line.expandtabs(2).rstrip() for line in lines(told) if line.strip()),
            ],
        )

    def remove_vdev(
        self, pool: str, vdev: str, *, on_activity: OnActivity, timeout_s: float
    ) -> None:
        """Move the data off a vdev and take it out; a removal that runs already is followed."""
        name = self._vdev(pool, vdev)
        # ZFS removes one at a time, and names a mirror that goes by its kind alone.
        self._follow_removal(pool, on_activity, timeout_s)
        if _has(self._status(pool), name):
            self._do("zpool", "remove", pool, name)
            self._follow_removal(pool, on_activity, timeout_s)
        if _has(self._status(pool), name):
            raise Interrupted(f"Somebody stopped the removal of {vdev} from {pool}.")

    def _follow_removal(self, pool: str, on_activity: OnActivity, timeout_s: float) -> None:
        def until(status: Status) -> bool | None:
            going = status.removal
            if going is None or going.state is not ScanState.RUNNING:
                return True
            on_activity(going)
            return None

        self._follow(pool, until, what="removal", timeout_s=timeout_s)

    def plan_remove_vdev(self, pool: str, vdev: str) -> Plan:
        """Say what remove_vdev would do."""
        name = self._vdev(pool, vdev)
        effects = [f"{vdev} is taken out of {pool}."]
        devices = self._status(pool).devices
        if any(name in (one.group, one.name) and one.role is Role.DATA for one in devices):
            told = self._read("zpool", "remove", "-np", pool, name)
            memory_bytes = told.split()[-1] if told.split() else "0"
            effects.append(
                "Its data is moved to the others first. To remember where to takes "
                f"{memory_bytes} bytes of memory from then on."
            )
        return Plan(commands=[["zpool", "remove", pool, name]], effects=effects)

    def stop_removing(self, pool: str) -> None:
        """Stop a removal; nothing happens when none runs."""
        refuse_pool(pool)
        with suppress(NothingToStop, DeviceMissing):
            self._do("zpool", "remove", "-s", pool)
        going = self._status(pool).removal
        if going is not None and going.state is ScanState.RUNNING:
            raise StorageError(f"zpool says that the removal from {pool} is stopped; it runs.")


def _has(status: Status, name: str) -> bool:
    return any(one.group == name or links.is_named(one, name) for one in status.devices)
