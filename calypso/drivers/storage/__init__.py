"""What every storage product can do, the values it speaks in, and how it refuses.

Names are full: `tank/home`, `tank/home@now`. Sizes are bytes, times aware UTC. A verb that
returns has seen its postcondition to be so. Acting twice is as good as once only where it says.
"""

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
    KeyMissing,
    KeyWrong,
    NewerSnapshots,
    NotAClone,
    NotEncryptionRoot,
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
    OnScan,
    Pool,
    Property,
    Scan,
    ScanState,
    SendOptions,
    Sent,
    Snapshot,
    Vdev,
    VdevKind,
)
from calypso.drivers.storage.verbs.datasets import DatasetVerbs
from calypso.drivers.storage.verbs.encryption import EncryptionVerbs
from calypso.drivers.storage.verbs.pools import PoolVerbs
from calypso.drivers.storage.verbs.snapshots import SnapshotVerbs
from calypso.drivers.storage.verbs.transfers import TransferVerbs
from calypso.models.inventory import Capability

__all__ = [
    "PLAIN",
    "Access",
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
    "Encryption",
    "HasClones",
    "HasDependents",
    "Held",
    "Key",
    "KeyFormat",
    "KeyMissing",
    "KeyWrong",
    "NewerSnapshots",
    "NotAClone",
    "NotEncryptionRoot",
    "NotPermitted",
    "OnBytes",
    "OnItems",
    "OnScan",
    "OutOfSpace",
    "ParentMissing",
    "Pool",
    "PoolExists",
    "PoolMissing",
    "PoolSuspended",
    "ProductMissing",
    "Property",
    "Scan",
    "ScanState",
    "SendOptions",
    "Sent",
    "Snapshot",
    "SnapshotExists",
    "SnapshotMissing",
    "Storage",
    "StorageError",
    "StreamBroken",
    "StreamStalled",
    "Unsupported",
    "Vdev",
    "VdevKind",
    "WouldShrink",
]


class Storage(PoolVerbs, DatasetVerbs, EncryptionVerbs, SnapshotVerbs, TransferVerbs, Protocol):
    """One storage product on one node."""

    def probe(self) -> Capability:
        """Tell what product this is, whether it can be used, and what it can do."""
