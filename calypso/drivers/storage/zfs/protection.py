"""The part of the driver that protects snapshots from being pruned."""

from contextlib import suppress
from datetime import datetime

from calypso.drivers.storage import DatasetMissing, Snapshot, SnapshotMissing, StorageError
from calypso.drivers.storage.protecting import PROPERTY, told, word
from calypso.drivers.storage.zfs import reading
from calypso.drivers.storage.zfs.datasets import LIST_SNAPSHOTS
from calypso.drivers.storage.zfs.holds import Holds
from calypso.drivers.storage.zfs.names import refuse_snapshot


class Protection(Holds):
    """A property on snapshots."""

    def protect(self, snapshot: str, until: datetime | None) -> None:
        """Protect a snapshot until an instant, or for good; SnapshotMissing."""
        refuse_snapshot(snapshot)
        self._do("zfs", "set", f"{PROPERTY}={word(until)}", snapshot)
        found = self._one(snapshot)
        if (found.is_protected, found.protected_until) != told(word(until)):
            raise StorageError(f"zfs says that {snapshot} is protected, but it is not.")

    def unprotect(self, snapshot: str) -> None:
        """Let a snapshot be as protected as its dataset; one that is gone is fine."""
        refuse_snapshot(snapshot)
        with suppress(SnapshotMissing, DatasetMissing):
            self._do("zfs", "inherit", PROPERTY, snapshot)

    def _one(self, snapshot: str) -> Snapshot:
        for found in reading.snapshots(self._read(*LIST_SNAPSHOTS, snapshot)):
            return found
        raise SnapshotMissing(f"There is no snapshot {snapshot}.")
