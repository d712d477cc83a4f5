"""Properties, which are merely kept here, and who may use the files."""

from collections.abc import Mapping, Sequence

from calypso.drivers.storage import Access, Dataset, OnItems, Property, Unsupported
from calypso.drivers.storage.access import change_access
from calypso.drivers.storage.directory.layout import (
    Folder,
    kept_properties,
    read_json,
    write_json,
)
from calypso.drivers.storage.directory.workshop import Part
from calypso.models.jobtype import Plan


class Properties(Part):
    """The verbs about what is attached to datasets."""

    def properties(self, name: str, names: Sequence[str]) -> dict[str, Property]:
        """Return those of the properties that are set here or above."""
        folder = self._shop.existing(name)
        found: dict[str, Property] = {}
        for one in dict.fromkeys(names):
            if (value := _found(folder, one)) is not None:
                found[one] = value
        return found

    def set_properties(
        self, name: str, properties: Mapping[str, str], *, inherit: Sequence[str] = ()
    ) -> None:
        """Keep properties, and let others come from above again."""
        kept = kept_properties(properties)
        kept_properties(dict.fromkeys(inherit, ""))
        folder = self._shop.existing(name)
        with self._shop.alone(folder.pool):
            told = read_json(self._shop.existing(name).about)
            rest = {key: value for key, value in told["properties"].items() if key not in inherit}
            write_json(folder.about, {**told, "properties": {**rest, **kept}})

    def resize_volume(self, name: str, size_bytes: int, *, shrink: bool = False) -> Dataset:
        """Refuse: there are no volumes."""
        del size_bytes, shrink
        self._shop.existing(name)
        raise Unsupported(f"{name} is a filesystem; the directory product has no volumes.")

    def plan_resize_volume(self, name: str, size_bytes: int) -> Plan:
        """Refuse: there are no volumes."""
        self.resize_volume(name, size_bytes)
        return Plan()

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
        """Change owner, group, modes or ACL in a dataset; see `Storage`."""
        return change_access(
            self._shop.host, self._shop.existing(name).files, access,
            folder=folder, recursive=recursive, on_files=on_files, timeout_s=timeout_s,
        )  # fmt: skip


def _found(folder: Folder, name: str) -> Property | None:
    """Return a property and where it comes from; one of yours is inherited as in ZFS."""
    at: Folder | None = folder
    while at is not None:
        told = read_json(at.about).get("properties", {})
        if name in told:
            source = "local" if at is folder else f"inherited from {at.name}"
            return Property(value=told[name], source=source)
        at = at.above()
    return None
