"""What a storage product does with filesystems and volumes."""

from collections.abc import Mapping
from typing import Protocol

from calypso.drivers.storage.values import Dataset
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
    ) -> Dataset:
        """Make a filesystem, or a volume of `size_bytes`; DatasetExists, ParentMissing."""

    def destroy_dataset(self, name: str, *, recursive: bool = False) -> None:
        """Destroy a dataset; with `recursive` its snapshots and children too.

        HasDependents when there are some and `recursive` is false, or when clones elsewhere
        depend on it. Busy is raised **before** anything of it is destroyed.
        """

    def plan_destroy_dataset(self, name: str, *, recursive: bool = False) -> Plan:
        """Say what destroy_dataset would do; DatasetMissing."""
