"""The part of the driver that is about holds: what keeps a snapshot from being destroyed."""

from contextlib import suppress

from calypso.drivers.storage import DatasetMissing, SnapshotMissing, StorageError
from calypso.drivers.storage.zfs import reading
from calypso.drivers.storage.zfs.names import refuse_option, refuse_snapshot
from calypso.drivers.storage.zfs.pools import Pools
from calypso.drivers.storage.zfs.refusals import TagExists, TagMissing


class Holds(Pools):
    """Tags on snapshots."""

    def hold(self, snapshot: str, tag: str) -> None:
        """Keep a snapshot from being destroyed; a tag that is there already is fine."""
        refuse_snapshot(snapshot)
        refuse_option(tag)
        with suppress(TagExists):
            self._do("zfs", "hold", tag, snapshot)
        if tag not in self.holds(snapshot):
            raise StorageError(f"zfs says that {snapshot} is held by {tag}, but it is not.")

    def release(self, snapshot: str, tag: str) -> None:
        """Take a hold away; one that is not there, or a snapshot that is gone, is fine."""
        refuse_snapshot(snapshot)
        refuse_option(tag)
        with suppress(TagMissing, SnapshotMissing, DatasetMissing):
            self._do("zfs", "release", tag, snapshot)
            if tag in self.holds(snapshot):
                raise StorageError(f"zfs says that {tag} on {snapshot} is released; it is not.")

    def holds(self, snapshot: str) -> list[str]:
        """Return the tags that hold a snapshot; SnapshotMissing."""
        refuse_snapshot(snapshot)
        return reading.tags(self._read("zfs", "holds", "-H", snapshot))
