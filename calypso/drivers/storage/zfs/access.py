"""The part of the driver that is about who may use the files in a filesystem."""

from calypso.drivers.storage import Access, DatasetKind, OnItems, Unsupported
from calypso.drivers.storage.access import change_access
from calypso.drivers.storage.zfs.datasets import Datasets


class Files(Datasets):
    """Owners, modes and access lists."""

    def change_access(
        self,
        name: str,
        access: Access,
        *,
        folder: str = "",
        recursive: bool = False,
        on_files: OnItems,
        timeout_s: float,
    ) -> int:
        """Change owner, group, modes or ACL in a mounted filesystem; see `Storage`."""
        found = self.dataset(name)
        if found.kind is DatasetKind.VOLUME:
            raise Unsupported(f"{name} is a volume: it has no files.")
        if found.mountpoint is None:
            raise Unsupported(f"{name} is not mounted. Mount it first: zfs mount {name}")
        return change_access(
            self._host, found.mountpoint, access,
            folder=folder, recursive=recursive, on_files=on_files, timeout_s=timeout_s,
        )  # fmt: skip
