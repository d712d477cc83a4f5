"""The part of the driver that is about filesystems and volumes."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress

from calypso.drivers.storage import (
    Dataset,
    DatasetExists,
    DatasetMissing,
    HasDependents,
    Held,
    Key,
    StorageError,
    Unsupported,
)
from calypso.drivers.storage.zfs import reading
from calypso.drivers.storage.zfs.commands import DESTROY_TIMEOUT_S
from calypso.drivers.storage.zfs.losses import told_gone
from calypso.drivers.storage.zfs.names import refuse_dataset, refuse_setting
from calypso.drivers.storage.zfs.prompt import key_options, key_text
from calypso.drivers.storage.zfs.reading import (
    DATASET_COLUMNS,
    SNAPSHOT_COLUMNS,
    ListedDataset,
)
from calypso.drivers.storage.zfs.refusals import PartialDataset
from calypso.drivers.storage.zfs.using import Using
from calypso.errors import SubsystemError
from calypso.models.jobtype import Plan

LIST = ("zfs", "list", "-Hp", "-t", "filesystem,volume", "-o", DATASET_COLUMNS)
LIST_NAMES = ("zfs", "list", "-Hp", "-t", "all", "-o", "name")
LIST_SNAPSHOTS = ("zfs", "list", "-Hp", "-t", "snapshot", "-o", SNAPSHOT_COLUMNS)


class Datasets(Using):
    """Filesystems and volumes.

    What a cut full transfer left is no dataset yet: it is not listed, and missing when asked
    for; `resume_token` and `abandon` know it.
    """

    # -- reading

    def datasets(self, under: str | None = None) -> list[Dataset]:
        """List datasets by name: all, or `under` and everything below it."""
        listed = self._listed() if under is None else self._tree(under)
        return sorted((one.dataset for one in listed), key=lambda one: one.name)

    def dataset(self, name: str) -> Dataset:
        """Return one dataset; DatasetMissing."""
        return self._whole(name).dataset

    def _whole(self, name: str) -> ListedDataset:
        refuse_dataset(name)
        listed = self._listed(name)
        if not listed:
            raise PartialDataset(f"{name} has received only a part of its first transfer.")
        return listed[0]

    def _tree(self, name: str) -> list[ListedDataset]:
        refuse_dataset(name)
        listed = self._listed("-r", name)
        if all(one.dataset.name != name for one in listed):
            raise PartialDataset(f"{name} has received only a part of its first transfer.")
        return listed

    def _listed(self, *which: str) -> list[ListedDataset]:
        listed = reading.datasets(self._read(*LIST, *which))
        return [one for one in listed if one.token is None or self._has_snapshot(one.dataset.name)]

    def _has_snapshot(self, dataset: str) -> bool:
        """Tell a dataset with a cut increment from one that never was whole."""
        told = self._read("zfs", "list", "-H", "-t", "snapshot", "-o", "name", "-d", "1", dataset)
        return bool(told.strip())

    # -- making

    def create_dataset(
        self,
        name: str,
        *,
        size_bytes: int | None = None,
        parents: bool = False,
        properties: Mapping[str, str] | None = None,
        key: Key | None = None,
    ) -> Dataset:
        """Make a filesystem, or a volume; ZFS may round its size up to whole blocks."""
        refuse_dataset(name)
        if parents:
            self._refuse_existing(name)  # with -p it would be no error, and nothing would be set
        options = ["-p"] if parents else []
        options += [] if size_bytes is None else ["-V", str(size_bytes)]
        for one, value in (properties or {}).items():
            refuse_setting(one)
            options += ["-o", f"{one}={value}"]
        options += [] if key is None else ["-o", "encryption=on", *key_options(key)]
        self._do("zfs", "create", *options, name, stdin=None if key is None else key_text(key))
        made = self.dataset(name)
        if (made.size_bytes or 0) < (size_bytes or 0):
            raise StorageError(f"{name} was made, but with {made.size_bytes} bytes only.")
        return made

    def _refuse_existing(self, name: str) -> None:
        with suppress(DatasetMissing):
            self.dataset(name)
            raise DatasetExists(f"There is a dataset {name} already.")

    def rename_dataset(self, name: str, new_name: str) -> None:
        """Give a dataset, with all below it, another name in its pool; DatasetExists, Busy."""
        refuse_dataset(name, new_name)
        with self._naming_users(self._tree(name)):
            self._do("zfs", "rename", name, new_name)
        self._see_gone(name)
        self.dataset(new_name)

    # -- destroying

    def destroy_dataset(self, name: str, *, recursive: bool = False) -> None:
        """Destroy a dataset; Busy and Held are raised before anything of it is destroyed.

        `zfs destroy -r` of a busy dataset destroys its snapshots and fails then, and its dry
        run does not see it coming. So the tree is made idle first, and mounted again if the
        destroying fails after all.
        """
        _refuse_root(name)
        tree = self._tree(name)
        if not recursive:
            with self._naming_users(tree):
                self._do("zfs", "destroy", name, timeout_s=DESTROY_TIMEOUT_S)
        else:
            doomed = self._dry_destroy(name, recursive=True)
            self._refuse_held(name)
            with self._idle(tree), self._telling_losses(name, doomed):
                self._do("zfs", "destroy", "-r", name, timeout_s=DESTROY_TIMEOUT_S)
        self._see_gone(name)

    @contextmanager
    def _telling_losses(self, name: str, doomed: Sequence[str]) -> Iterator[None]:
        """Have a failure of the body say what of `doomed` is gone all the same.

        Who comes between the last look and the command makes it fail when the snapshots are gone.
        """
        try:
            yield
        except SubsystemError as refused:
            raise refused.adding(self._losses(name, doomed)) from refused

    def _losses(self, name: str, doomed: Sequence[str]) -> str:
        try:
            left = set(reading.names(self._read(*LIST_NAMES, "-r", name)))
        except DatasetMissing:
            left = set()
        except SubsystemError as unseen:
            return f"What of {name} is gone could not be seen: {unseen.detail}"
        return told_gone([one for one in doomed if one not in left], name)

    def plan_destroy_dataset(self, name: str, *, recursive: bool = False) -> Plan:
        """Say what destroy_dataset would do; DatasetMissing."""
        _refuse_root(name)
        self._whole(name)
        effects = [f"{name} is destroyed with all that is in it."]
        destroys = [name]
        try:
            destroys = self._dry_destroy(name, recursive=recursive)
            if recursive:
                self._refuse_held(name)
        except (HasDependents, Held) as refusal:
            effects.append(f"It will be refused: {refusal.detail}")
        recursively = ["-r"] if recursive else []
        return Plan(
            commands=[["zfs", "destroy", *recursively, name]], effects=effects, destroys=destroys
        )

    def _dry_destroy(self, what: str, *, recursive: bool = False) -> list[str]:
        return reading.destroyed(
            self._read("zfs", "destroy", "-nvpr" if recursive else "-nvp", what)
        )

    def _refuse_held(self, name: str) -> None:
        for snapshot in reading.snapshots(self._read(*LIST_SNAPSHOTS, "-r", name)):
            if snapshot.holds:
                raise Held(f"{snapshot.name} is held. Release it first.")

    def _see_gone(self, name: str) -> None:
        try:
            self._read(*LIST, name)
        except DatasetMissing:
            return
        raise StorageError(f"zfs says that {name} is destroyed, but it is there.")


def _refuse_root(name: str) -> None:
    refuse_dataset(name)
    if "/" not in name:
        raise Unsupported(f"{name} is the root of its pool. Destroy the pool instead.")
