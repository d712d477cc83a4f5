"""What a storage product does with pools."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from calypso.drivers.storage.pool_values import OnActivity, Pool, Vdev
from calypso.models.jobtype import Plan


class PoolVerbs(Protocol):
    """Acts on whole pools."""

    def pools(self) -> list[Pool]:
        """List every pool, by name."""

    def pool(self, name: str) -> Pool:
        """Return one pool; PoolMissing."""

    def sign(self) -> str:
        """Return a text that differs as soon as the state of some pool does.

        Cheap enough to be asked every two seconds.
        """

    def clear_pool(self, pool: str, device: str | None = None) -> Pool:
        """Forget counted errors, of one device or all, and let a suspended pool go on.

        PoolSuspended when it stands still all the same; DeviceMissing.
        """

    def create_pool(
        self,
        name: str,
        vdevs: Sequence[Vdev],
        *,
        mountpoint: str | None = None,
        properties: Mapping[str, str] | None = None,
    ) -> Pool:
        """Make a pool; PoolExists, DeviceInUse, DeviceMissing."""

    def destroy_pool(self, name: str) -> None:
        """Destroy a pool and all in it; PoolMissing, Busy."""

    def plan_destroy_pool(self, name: str) -> Plan:
        """Say what destroy_pool would do; `destroys` lists pool, datasets and snapshots."""

    def import_pool(
        self,
        pool: str,
        *,
        new_name: str | None = None,
        altroot: str | None = None,
        readonly: bool = False,
        force: bool = False,
        search: Sequence[str] = (),
    ) -> Pool:
        """Take a pool, named or by its guid, into use; PoolExists when it is in use already.

        `search`: folders to look for its devices in; where disks usually are when empty.
        PoolMissing, PoolAmbiguous, PoolUnavailable; PoolElsewhere unless `force`.
        """

    def plan_import_pool(self, pool: str, *, search: Sequence[str] = ()) -> Plan:
        """Say what import_pool would find; PoolMissing."""

    def export_pool(self, name: str, *, force: bool = False) -> None:
        """Give a pool out of use, so that it can be imported elsewhere; PoolMissing, Busy.

        `force`: its filesystems are unmounted even where somebody works in them.
        """

    def services_of_pool(self, name: str, *, force: bool = False) -> list[str]:
        """Return the services that use a pool; Busy when others do, too.

        By `force` those who only work in its filesystems are no such others.
        """

    def stop_service(self, name: str) -> None:
        """Stop a service, and wait until it has ended."""

    def start_service(self, name: str) -> None:
        """Start a service, and wait until it is up."""

    def plan_export_pool(
        self, name: str, *, force: bool = False, stop_services: bool = False
    ) -> Plan:
        """Say what export_pool would do, and who is in the way."""

    def upgrade_pool(self, name: str, *, features: Sequence[str] = ()) -> list[str]:
        """Enable features, all that are not when none is named; returns those enabled.

        There is no way back. A feature that is enabled already is fine.
        """

    def plan_upgrade_pool(self, name: str, *, features: Sequence[str] = ()) -> Plan:
        """Say what upgrade_pool would do."""

    def create_checkpoint(self, pool: str) -> None:
        """Keep the present state of a pool to go back to; CheckpointExists."""

    def discard_checkpoint(self, pool: str, *, on_activity: OnActivity, timeout_s: float) -> None:
        """Give up the checkpoint of a pool, and wait until its space is free.

        One that is being discarded is followed; CheckpointMissing.
        """
