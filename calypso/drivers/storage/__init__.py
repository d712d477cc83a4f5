"""What every storage product can do, the values it speaks in, and how it refuses.

Names are full: `tank/home`, `tank/home@now`. Sizes are bytes, times aware UTC. A verb that
returns has seen its postcondition to be so. Acting twice is as good as once only where it says.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from calypso.drivers.storage.refusals import (
    BadName,
    BadProperty,
    BaseMissing,
    Busy,
    DatasetExists,
    DatasetMissing,
    DeviceInUse,
    DeviceMissing,
    DeviceUnfit,
    HasClones,
    HasDependents,
    Held,
    NewerSnapshots,
    NotPermitted,
    OutOfSpace,
    ParentMissing,
    PoolExists,
    PoolMissing,
    PoolSuspended,
    ProductMissing,
    SnapshotExists,
    SnapshotMissing,
    StorageError,
    StreamBroken,
    Unsupported,
)
from calypso.drivers.storage.values import (
    Dataset,
    DatasetKind,
    OnBytes,
    OnScan,
    Pool,
    Scan,
    ScanState,
    Sent,
    Snapshot,
    Vdev,
    VdevKind,
)
from calypso.models.inventory import Capability
from calypso.models.jobtype import Plan

__all__ = [
    "BadName",
    "BadProperty",
    "BaseMissing",
    "Busy",
    "Dataset",
    "DatasetExists",
    "DatasetKind",
    "DatasetMissing",
    "DeviceInUse",
    "DeviceMissing",
    "DeviceUnfit",
    "HasClones",
    "HasDependents",
    "Held",
    "NewerSnapshots",
    "NotPermitted",
    "OnBytes",
    "OnScan",
    "OutOfSpace",
    "ParentMissing",
    "Pool",
    "PoolExists",
    "PoolMissing",
    "PoolSuspended",
    "ProductMissing",
    "Scan",
    "ScanState",
    "Sent",
    "Snapshot",
    "SnapshotExists",
    "SnapshotMissing",
    "Storage",
    "StorageError",
    "StreamBroken",
    "Unsupported",
    "Vdev",
    "VdevKind",
]


class Storage(Protocol):
    """One storage product on one node."""

    def probe(self) -> Capability:
        """Tell what product this is, whether it can be used, and what it can do."""

    # -- reading

    def pools(self) -> list[Pool]:
        """List every pool, by name."""

    def pool(self, name: str) -> Pool:
        """Return one pool; PoolMissing."""

    def datasets(self, under: str | None = None) -> list[Dataset]:
        """List datasets by name: all, or `under` and everything below it; DatasetMissing."""

    def dataset(self, name: str) -> Dataset:
        """Return one dataset; DatasetMissing."""

    def snapshots(self, dataset: str | None = None) -> list[Snapshot]:
        """List snapshots, of one dataset alone oldest first, or all; DatasetMissing."""

    # -- pools

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

    def run_scrub(self, pool: str, *, on_scan: OnScan, timeout_s: float) -> Scan:
        """Scrub a pool to its end and return what was found; one that runs already is followed.

        `on_scan` hears how far it is. A cancel ends the following; see stop_scrub.
        """

    def stop_scrub(self, pool: str) -> None:
        """Stop a scrub; nothing happens when none runs."""

    # -- datasets

    def create_dataset(
        self,
        name: str,
        *,
        size_bytes: int | None = None,
        parents: bool = False,
        properties: Mapping[str, str] | None = None,
    ) -> Dataset:
        """Make a filesystem, or a volume of `size_bytes`; DatasetExists, ParentMissing."""

    def destroy_dataset(self, name: str, *, recursive: bool = False) -> None:
        """Destroy a dataset; with `recursive` its snapshots and children too.

        HasDependents when there are some and `recursive` is false, or when clones elsewhere
        depend on it. Busy is raised **before** anything of it is destroyed.
        """

    def plan_destroy_dataset(self, name: str, *, recursive: bool = False) -> Plan:
        """Say what destroy_dataset would do; DatasetMissing."""

    # -- snapshots

    def create_snapshot(
        self,
        dataset: str,
        name: str,
        *,
        recursive: bool = False,
        properties: Mapping[str, str] | None = None,
    ) -> Snapshot:
        """Take a snapshot; with `recursive` every child has it or none; SnapshotExists."""

    def destroy_snapshots(self, dataset: str, names: Sequence[str]) -> None:
        """Destroy snapshots of one dataset; one that is gone already is fine; Held, HasClones."""

    def plan_destroy_snapshots(self, dataset: str, names: Sequence[str]) -> Plan:
        """Say what destroy_snapshots would do; Held or HasClones stand in `effects`."""

    def rollback(self, snapshot: str, *, destroy_newer: bool = False) -> None:
        """Bring a dataset back to a snapshot; NewerSnapshots, HasClones, SnapshotMissing."""

    def plan_rollback(self, snapshot: str, *, destroy_newer: bool = False) -> Plan:
        """Say what rollback would do; `destroys` lists the newer snapshots."""

    def hold(self, snapshot: str, tag: str) -> None:
        """Keep a snapshot from being destroyed; a tag that is there already is fine."""

    def release(self, snapshot: str, tag: str) -> None:
        """Take a hold away; one that is not there, or a snapshot that is gone, is fine."""

    # -- moving data

    def send(
        self,
        snapshot: str,
        target: str,
        *,
        base: str | None = None,
        on_bytes: OnBytes,
        timeout_s: float,
    ) -> Sent:
        """Send a snapshot into the dataset `target` on the same node.

        Full when `base` is None: the target must not exist (DatasetExists); its parent must
        (ParentMissing). Incremental: the target must have `base` (BaseMissing); what was
        changed in the target since then is undone. Atomic: the target has the snapshot in full
        when this returns, and is as before, perhaps with a token to resume, when it raises.
        A left-over token of the same transfer is used.
        """

    def resume_token(self, target: str) -> str | None:
        """Return what a cut transfer into `target` left to go on from, or None."""

    def abandon(self, target: str) -> None:
        """Throw away what a cut transfer left; nothing happens when there is nothing."""

    def checksum(self, snapshot: str) -> str:
        """Return a digest over names, kinds, contents, links, modes, owners, times and xattrs.

        Equal on both sides of a replication, whatever the product; 64 hex digits.
        """
