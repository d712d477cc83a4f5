"""What a storage product does with filesystems and volumes."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from calypso.drivers.storage.values import Access, Dataset, Key, OnItems, Property
from calypso.models.jobtype import Plan


class DatasetVerbs(Protocol):
    """Acts on datasets."""

    def datasets(self, under: str | None = None) -> list[Dataset]:
        """List datasets by name: all, or `under` and everything below it; DatasetMissing."""

    def dataset(self, name: str) -> Dataset:
        """Return one dataset; DatasetMissing."""

    def create_dataset(
        self,
        name: str,
        *,
        size_bytes: int | None = None,
        parents: bool = False,
        properties: Mapping[str, str] | None = None,
        key: Key | None = None,
    ) -> Dataset:
        """Make a filesystem, or a volume of `size_bytes`; DatasetExists, ParentMissing.

        With a `key` it is encrypted and unlocked; the key never stands on a command line.
        """

    def destroy_dataset(self, name: str, *, recursive: bool = False) -> None:
        """Destroy a dataset; with `recursive` its snapshots and children too.

        HasDependents when there are some and `recursive` is false, or when clones elsewhere
        depend on it. Busy is raised **before** anything of it is destroyed.
        """

    def plan_destroy_dataset(self, name: str, *, recursive: bool = False) -> Plan:
        """Say what destroy_dataset would do; DatasetMissing."""

    def rename_dataset(self, name: str, new_name: str) -> None:
        """Give a dataset, with all below it, another name in its pool; DatasetExists, Busy."""

    # -- properties

    def properties(self, name: str, names: Sequence[str]) -> dict[str, Property]:
        """Return properties by name; one that a dataset of this kind has not is left out."""

    def set_properties(
        self, name: str, properties: Mapping[str, str], *, inherit: Sequence[str] = ()
    ) -> None:
        """Set properties, and let others come from above again; BadProperty.

        Size and keys have verbs of their own and are refused here.
        """

    # -- volumes

    def resize_volume(self, name: str, size_bytes: int, *, shrink: bool = False) -> Dataset:
        """Give a volume a size, rounded up to whole blocks; WouldShrink unless `shrink` is true."""

    def plan_resize_volume(self, name: str, size_bytes: int) -> Plan:
        """Say what resize_volume would do; what a smaller size would lose stands in `effects`."""

    # -- files

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
        """Change owner, group, modes or ACL in a filesystem; returns how many files were looked at.

        `folder` is a path below its root. Links are changed themselves and never followed; what is
        mounted inside stays as it is. Killed at any point, no file is half changed.
        """
