"""What every storage product can do, the values it speaks in, and how it refuses.

Names are full: `tank/home`, `tank/home@now`. Sizes are bytes, times aware UTC. A verb that
returns has seen its postcondition to be so. Acting twice is as good as once only where it says.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field

from calypso.errors import SubsystemError
from calypso.models.inventory import Capability
from calypso.models.jobtype import Plan


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class VdevKind(StrEnum):
    """How the devices of a vdev share their data."""

    STRIPE = "stripe"
    MIRROR = "mirror"
    RAIDZ1 = "raidz1"
    RAIDZ2 = "raidz2"
    RAIDZ3 = "raidz3"


class Vdev(_Value):
    """One group of devices; a pool is striped over its vdevs."""

    kind: VdevKind = Field(default=VdevKind.STRIPE, description="How the devices share data.")
    devices: tuple[str, ...] = Field(
        min_length=1,
        max_length=255,
        description="Absolute paths: disks, files, or one directory for the directory driver.",
    )


class Pool(_Value):
    """A pool as it stands. `is_suspended`: it answers, but no write will end."""

    name: str
    guid: str
    health: str
    size_bytes: int
    allocated_bytes: int
    free_bytes: int
    capacity_percent: float
    is_suspended: bool = False
    read_errors: int = 0
    write_errors: int = 0
    checksum_errors: int = 0
    data_errors: int = 0
    status: str | None = None  # the product's own words when something is wrong
    message_code: str | None = None  # such as ZFS-8000-9P
    scan: "Scan | None" = None


class ScanState(StrEnum):
    """Where a scrub or resilver is."""

    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"
    CANCELED = "canceled"


class Scan(_Value):
    """The last or present scrub or resilver of a pool."""

    function: Literal["scrub", "resilver"]
    state: ScanState
    issued_bytes: int | None = None
    total_bytes: int | None = None
    percent: float | None = None
    errors: int | None = None
    repaired_bytes: int | None = None
    eta_s: int | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None


Pool.model_rebuild()  # now that Scan is known; a subclass elsewhere could not find it


class DatasetKind(StrEnum):
    """What a dataset is."""

    FILESYSTEM = "filesystem"
    VOLUME = "volume"


class Dataset(_Value):
    """A filesystem or volume. `mountpoint` is None when it is not mounted anywhere."""

    name: str
    kind: DatasetKind
    used_bytes: int
    available_bytes: int
    referenced_bytes: int
    mountpoint: str | None
    created_at: datetime
    origin: str | None = None
    size_bytes: int | None = None  # of a volume


class Snapshot(_Value):
    """A snapshot. Snapshots are ordered by `order`, oldest first, never by name or time."""

    name: str
    guid: str
    order: int
    used_bytes: int
    referenced_bytes: int
    created_at: datetime
    holds: int = 0
    clones: tuple[str, ...] = ()


class Sent(_Value):
    """What a send and receive moved, and how it was left."""

    snapshot: str
    base: str | None
    sent_bytes: int
    resumed: bool = False


OnBytes = Callable[[int, int | None], None]  # bytes so far, estimated total or None
OnScan = Callable[[Scan], None]


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


# ---- refusals


class StorageError(SubsystemError):
    """The storage refused."""

    code = "storage_error"
    title = "Storage refused"


class PoolMissing(StorageError):
    """There is no such pool."""

    code = "storage_pool_missing"
    title = "No such pool"


class PoolExists(StorageError):
    """A pool of this name exists already."""

    code = "storage_pool_exists"
    title = "Pool exists"


class PoolSuspended(StorageError):
    """The pool has lost its disks; nothing moves until they are back."""

    code = "storage_pool_suspended"
    title = "Pool is suspended"


class DeviceMissing(StorageError):
    """A device named for the pool does not exist."""

    code = "storage_device_missing"
    title = "No such device"


class DeviceInUse(StorageError):
    """A device named for the pool is used by something else."""

    code = "storage_device_in_use"
    title = "Device in use"


class DeviceUnfit(StorageError):
    """A device is too small, or the layout does not fit its devices."""

    code = "storage_device_unfit"
    title = "Device does not fit"


class DatasetMissing(StorageError):
    """There is no such dataset."""

    code = "storage_dataset_missing"
    title = "No such dataset"


class DatasetExists(StorageError):
    """A dataset of this name exists already."""

    code = "storage_dataset_exists"
    title = "Dataset exists"


class ParentMissing(StorageError):
    """The dataset above does not exist."""

    code = "storage_parent_missing"
    title = "Parent dataset missing"


class SnapshotMissing(StorageError):
    """There is no such snapshot."""

    code = "storage_snapshot_missing"
    title = "No such snapshot"


class SnapshotExists(StorageError):
    """A snapshot of this name exists already."""

    code = "storage_snapshot_exists"
    title = "Snapshot exists"


class HasDependents(StorageError):
    """Children, snapshots or clones depend on it."""

    code = "storage_has_dependents"
    title = "Others depend on it"


class HasClones(HasDependents):
    """A clone depends on the snapshot."""

    code = "storage_has_clones"
    title = "A clone depends on it"


class NewerSnapshots(StorageError):
    """There are snapshots newer than the one to go back to."""

    code = "storage_newer_snapshots"
    title = "Newer snapshots exist"


class Held(StorageError):
    """A hold keeps the snapshot."""

    code = "storage_held"
    title = "Snapshot is held"


class Busy(StorageError):
    """Somebody uses it right now."""

    code = "storage_busy"
    title = "In use"


class OutOfSpace(StorageError):
    """There is no room, or a quota is used up."""

    code = "storage_out_of_space"
    title = "Out of space"


class BadName(StorageError):
    """The product does not take this name."""

    code = "storage_bad_name"
    title = "Name refused"


class BadProperty(StorageError):
    """The product does not know this property or value."""

    code = "storage_bad_property"
    title = "Property refused"


class NotPermitted(StorageError):
    """The worker lacks the rights for this."""

    code = "storage_not_permitted"
    title = "Worker lacks the rights"


class Unsupported(StorageError):
    """The product cannot do this."""

    code = "storage_unsupported"
    title = "Not supported by this product"


class BaseMissing(StorageError):
    """Source and target have no such snapshot in common."""

    code = "storage_base_missing"
    title = "No common snapshot"


class StreamBroken(StorageError):
    """The stream ended early or did not pass its checks; the target is as it was."""

    code = "storage_stream_broken"
    title = "Transfer broken"
    transient = True


class ProductMissing(StorageError):
    """The product is not installed or its kernel module is not loaded."""

    code = "storage_product_missing"
    title = "Storage product missing"
