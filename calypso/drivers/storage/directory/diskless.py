"""What needs disks: refused, since a pool of this product is one directory."""

from collections.abc import Sequence
from typing import Any, NoReturn

from calypso.drivers.storage import Disk, Unsupported
from calypso.drivers.storage.directory.workshop import Part
from calypso.models.jobtype import Plan


def _refuse(_self: object, *_: Any, **__: Any) -> NoReturn:
    raise Unsupported(
        "The directory product has no disks: a pool of it is one directory. This needs ZFS."
    )


class Diskless(Part):
    """The verbs about devices and disks."""

    replace_device = attach_device = detach_device = offline_device = online_device = _refuse
    add_vdevs = plan_add_vdevs = remove_vdev = plan_remove_vdev = stop_removing = _refuse
    run_trim = stop_trim = run_initialize = stop_initialize = _refuse
    wipe_disk = plan_wipe_disk = run_smart_test = stop_smart_test = _refuse
    disk_hosts = rescan_host = settle_disks = _refuse
    create_checkpoint = discard_checkpoint = clear_pool = _refuse

    def disks(self) -> list[Disk]:
        """Return no disk."""
        return []

    def upgrade_pool(self, name: str, *, features: Sequence[str] = ()) -> list[str]:
        """Enable nothing: every pool has all there is. Unsupported when a feature is named."""
        self._shop.pool(name)
        if features:
            raise Unsupported("The directory product has no features to choose from.")
        return []

    def plan_upgrade_pool(self, name: str, *, features: Sequence[str] = ()) -> Plan:
        """Say that nothing changes."""
        self.upgrade_pool(name, features=features)
        return Plan(effects=[f"Nothing changes: {name} has all features."])
