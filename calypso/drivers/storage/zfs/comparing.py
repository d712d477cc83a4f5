"""The part of the driver that compares what two datasets hold."""

from calypso.drivers.storage import DatasetKind, SnapshotFolder, Unsupported
from calypso.drivers.storage.tree import checksum_argv, read_checksum
from calypso.drivers.storage.zfs.snapshots import Snapshots
from calypso.models.names import split_snapshot

CHECKSUM_TIMEOUT_S = 86400.0  # reads everything there is


class Comparing(Snapshots):
    """Checksums."""

    def snapshot_folder(self, snapshot: str) -> SnapshotFolder:
        """Return where the files of a snapshot can be read on this machine."""
        self._snapshot(snapshot)
        dataset, name = split_snapshot(snapshot)
        found = self.dataset(dataset)
        if found.kind is DatasetKind.VOLUME:
            raise Unsupported(
                f"{dataset} is a volume: it has no files. Compare the guids of the snapshots."
            )
        if found.mountpoint is None:
            raise Unsupported(f"{dataset} is not mounted. Mount it first: zfs mount {dataset}")
        place = f"{found.mountpoint.rstrip('/')}/.zfs/snapshot/{name}"
        # The kernel mounts a snapshot for who goes through it, not for who looks at it: without
        # this the first reading would have the mode and time of an empty place.
        self._read("stat", f"{place}/.")
        return SnapshotFolder(path=place, is_exact=True)

    def checksum(self, snapshot: str) -> str:
        """Return a digest over a snapshot of a mounted filesystem; see `Storage.checksum`."""
        place = self.snapshot_folder(snapshot).path
        return read_checksum(self._run(tuple(checksum_argv(place)), CHECKSUM_TIMEOUT_S))
