"""What a storage product does with the devices of a pool."""

from collections.abc import Callable, Sequence
from typing import Protocol

from calypso.drivers.storage.pool_values import (
    Activity,
    Device,
    OnActivity,
    OnScan,
    Pool,
    Scan,
    Vdev,
)
from calypso.models.jobtype import Plan

OnEither = Callable[[Scan | Activity], None]


class DeviceVerbs(Protocol):
    """Acts on the devices of a pool: named by path, as the pool shows them, or by guid.

    DeviceMissing when the pool has no such device.
    """

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
        """Put a device in the place of another and follow until it holds the data.

        `new` None: another disk in the same place. A replacing that runs already is followed.
        DeviceInUse, DeviceUnfit. Interrupted when it was given up. After a cancel it goes on;
        detach_device gives it up.
        """

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

    def detach_device(self, pool: str, device: str) -> None:
        """Take a device out of a mirror or a replacing; NoReplicas."""

    def offline_device(self, pool: str, device: str, *, until_reboot: bool = False) -> None:
        """Stop using a device; NoReplicas. One that is offline is fine."""

    def online_device(self, pool: str, device: str, *, expand: bool = False) -> Device:
        """Use a device again; with `expand` all of it, if it has grown. DeviceUnfit: it failed."""

    def add_vdevs(self, pool: str, vdevs: Sequence[Vdev]) -> Pool:
        """Make a pool larger, or give it logs, caches or spares; never by force."""

    def plan_add_vdevs(self, pool: str, vdevs: Sequence[Vdev]) -> Plan:
        """Say how the pool would be laid out; DeviceInUse, DeviceUnfit."""

    def remove_vdev(
        self, pool: str, vdev: str, *, on_activity: OnActivity, timeout_s: float
    ) -> None:
        """Move the data off a vdev and take it out; a removal that runs already is followed.

        Logs, caches and spares go at once. Unsupported for raidz. Interrupted when stopped.
        """

    def plan_remove_vdev(self, pool: str, vdev: str) -> Plan:
        """Say what remove_vdev would do."""

    def stop_removing(self, pool: str) -> None:
        """Stop a removal; nothing happens when none runs."""

    def run_trim(
        self,
        pool: str,
        devices: Sequence[str] = (),
        *,
        rate_bytes_per_s: int | None = None,
        on_activity: OnActivity,
        timeout_s: float,
    ) -> None:
        """Tell devices, all when none is named, which of their space is free, to the end.

        What runs already is followed. Unsupported when no device can; Interrupted when stopped.
        """

    def stop_trim(self, pool: str, devices: Sequence[str] = ()) -> None:
        """Stop a trim; nothing happens when none runs."""

    def run_initialize(
        self,
        pool: str,
        devices: Sequence[str] = (),
        *,
        on_activity: OnActivity,
        timeout_s: float,
    ) -> None:
        """Write to all free space of devices, all when none is named, to the end; as run_trim."""

    def stop_initialize(self, pool: str, devices: Sequence[str] = ()) -> None:
        """Stop an initializing; nothing happens when none runs."""
