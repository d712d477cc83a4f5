"""What every storage product can do, the values it speaks in, and how it refuses.

Names are full: `tank/home`, `tank/home@now`. Sizes are bytes, times aware UTC. A verb that
returns has seen its postcondition to be so. Acting twice is as good as once only where it says.
"""

from typing import Protocol

from calypso.drivers.storage.disk_values import (
    Disk,
    OnSmart,
    Smart,
    SmartProgress,
    SmartTest,
    WipeMode,
)
from calypso.drivers.storage.pool_refusals import (
    CheckpointExists,
    CheckpointMissing,
    DeviceInUse,
    DeviceMissing,
    DeviceUnfit,
    Interrupted,
    NoReplicas,
    PoolAmbiguous,
    PoolElsewhere,
    PoolExists,
    PoolMissing,
    PoolSuspended,
    PoolUnavailable,
    SelfTestFailed,
)
from calypso.drivers.storage.pool_values import (
    Activity,
    Checkpoint,
    Device,
    OnActivity,
    OnScan,
    Pool,
    Role,
    Scan,
    ScanState,
    Vdev,
    VdevKind,
)
from calypso.drivers.storage.refusals import (
    BadName,
    BadProperty,
    BaseMissing,
    Busy,
    DatasetExists,
    DatasetMissing,
    HasClones,
    HasDependents,
    Held,
    KeyMissing,
    KeyWrong,
    NewerSnapshots,
    NotAClone,
    NotEncryptionRoot,
    NotPermitted,
    OutOfSpace,
    ParentMissing,
    ProductMissing,
    SnapshotExists,
    SnapshotMissing,
    StorageError,
    StreamBroken,
    StreamStalled,
    Unsupported,
    WouldShrink,
)
from calypso.drivers.storage.values import (
    PLAIN,
    Access,
    Dataset,
    DatasetKind,
    Encryption,
    Key,
    KeyFormat,
    OnBytes,
    OnItems,
    Property,
    SendOptions,
    Sent,
    Snapshot,
    SnapshotFolder,
)
from calypso.drivers.storage.verbs.datasets import DatasetVerbs
from calypso.drivers.storage.verbs.devices import DeviceVerbs
from calypso.drivers.storage.verbs.disks import DiskVerbs
from calypso.drivers.storage.verbs.encryption import EncryptionVerbs
from calypso.drivers.storage.verbs.pools import PoolVerbs
from calypso.drivers.storage.verbs.scans import ScanVerbs
from calypso.drivers.storage.verbs.snapshots import SnapshotVerbs
from calypso.drivers.storage.verbs.transfers import TransferVerbs
from calypso.models.inventory import Capability

__all__ = [
    "PLAIN",
    "Access",
    "Activity",
    "BadName",
    "BadProperty",
    "BaseMissing",
    "Busy",
    "Checkpoint",
    "CheckpointExists",
    "CheckpointMissing",
    "Dataset",
    "DatasetExists",
    "DatasetKind",
    "DatasetMissing",
    "Device",
    "DeviceInUse",
    "DeviceMissing",
    "DeviceUnfit",
    "Disk",
    "Encryption",
    "HasClones",
    "HasDependents",
    "Held",
    "Interrupted",
    "Key",
    "KeyFormat",
    "KeyMissing",
    "KeyWrong",
    "NewerSnapshots",
    "NoReplicas",
    "NotAClone",
    "NotEncryptionRoot",
    "NotPermitted",
    "OnActivity",
    "OnBytes",
    "OnItems",
    "OnScan",
    "OnSmart",
    "OutOfSpace",
    "ParentMissing",
    "Pool",
    "PoolAmbiguous",
    "PoolElsewhere",
    "PoolExists",
    "PoolMissing",
    "PoolSuspended",
    "PoolUnavailable",
    "ProductMissing",
    "Property",
    "Role",
    "Scan",
    "ScanState",
    "SelfTestFailed",
    "SendOptions",
    "Sent",
    "Smart",
    "SmartProgress",
    "SmartTest",
    "Snapshot",
    "SnapshotExists",
    "SnapshotFolder",
    "SnapshotMissing",
    "Storage",
    "StorageError",
    "StreamBroken",
    "StreamStalled",
    "Unsupported",
    "Vdev",
    "VdevKind",
    "WipeMode",
    "WouldShrink",
]


class Storage(
    PoolVerbs,
    ScanVerbs,
    DeviceVerbs,
    DiskVerbs,
    DatasetVerbs,
    EncryptionVerbs,
    SnapshotVerbs,
    TransferVerbs,
    Protocol,
):
    """One storage product on one node."""

    def probe(self) -> Capability:
        """Tell what product this is, whether it can be used, and what it can do."""
