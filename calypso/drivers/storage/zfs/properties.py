"""The part of the driver that is about properties of datasets, and the size of volumes."""

from collections.abc import Mapping, Sequence

from calypso.drivers.storage import (
    Dataset,
    DatasetKind,
    Property,
    StorageError,
    Unsupported,
    WouldShrink,
)
from calypso.drivers.storage.zfs import reading
from calypso.drivers.storage.zfs.datasets import Datasets
from calypso.drivers.storage.zfs.names import refuse_dataset, refuse_property, refuse_setting
from calypso.models.jobtype import Plan

NONE = ("none", "0")  # as people say that there is no limit; ZFS tells such a value as default


class Properties(Datasets):
    """Properties, and the one that is dangerous: the size of a volume."""

    def properties(self, name: str, names: Sequence[str]) -> dict[str, Property]:
        """Return properties by name; one that a dataset of this kind has not is left out."""
        refuse_dataset(name)
        refuse_property(*names)
        told = self._read(
            "zfs", "get", "-Hp", "-o", reading.PROPERTY_COLUMNS, ",".join(names), name
        )
        found = reading.properties(told)
        if (xattr := found.get("xattr")) and xattr.value == "on" and self._dialect.on_is_sa:
            found["xattr"] = xattr.model_copy(update={"value": "sa"})
        return found

    def set_properties(
        self, name: str, properties: Mapping[str, str], *, inherit: Sequence[str] = ()
    ) -> None:
        """Set properties, and let others come from above again; all of the first or none."""
        refuse_dataset(name)
        refuse_setting(*properties, *inherit)
        if properties:
            self._do("zfs", "set", *(f"{key}={value}" for key, value in properties.items()), name)
        for one in inherit:
            self._do("zfs", "inherit", one, name)
        self._see_set(name, properties, inherit)

    def _see_set(self, name: str, wanted: Mapping[str, str], inherited: Sequence[str]) -> None:
        if not wanted and not inherited:
            return
        told = self.properties(name, [*wanted, *inherited])
        for key, value in wanted.items():
            if (key not in told or told[key].source != "local") and value not in NONE:
                raise StorageError(f"zfs says that {key} of {name} is set, but it is not.")
        for key in inherited:
            if key in told and told[key].source == "local":
                raise StorageError(f"zfs says that {name} inherits {key}, but it does not.")

    # -- the size of a volume

    def resize_volume(self, name: str, size_bytes: int, *, shrink: bool = False) -> Dataset:
        """Give a volume a size, rounded up to whole blocks. ZFS itself shrinks without a word."""
        volume, size_bytes = self._resizing(name, size_bytes)
        before_bytes = volume.size_bytes or 0
        if size_bytes < before_bytes and not shrink:
            raise WouldShrink(
                f"{name} has {before_bytes} bytes; with {size_bytes} the end of it would be lost. "
                "Choose at least its present size, or shrink it on purpose."
            )
        if size_bytes < before_bytes:
            self._refuse_open_volumes([self._whole(name)])
        if size_bytes != before_bytes:
            self._do("zfs", "set", f"volsize={size_bytes}", name)
        found = self.dataset(name)
        if found.size_bytes != size_bytes:
            raise StorageError(f"{name} was to have {size_bytes} bytes; it has {found.size_bytes}.")
        return found

    def plan_resize_volume(self, name: str, size_bytes: int) -> Plan:
        """Say what resize_volume would do; what a smaller size would lose stands in `effects`."""
        volume, size_bytes = self._resizing(name, size_bytes)
        before_bytes = volume.size_bytes or 0
        effects = [f"{name} has {size_bytes} bytes instead of {before_bytes}."]
        if lost_bytes := max(0, before_bytes - size_bytes):
            effects.append(f"The last {lost_bytes} bytes of {name} are lost.")
        return Plan(
            commands=[["zfs", "set", f"volsize={size_bytes}", name]],
            effects=effects,
            destroys=[f"the last {lost_bytes} bytes of {name}"] if lost_bytes else [],
        )

    def _resizing(self, name: str, size_bytes: int) -> tuple[Dataset, int]:
        """Return a volume and the size it can have: ZFS takes whole blocks only."""
        found = self.dataset(name)
        if found.kind is not DatasetKind.VOLUME:
            raise Unsupported(f"{name} is a filesystem: it has no size. Set its quota instead.")
        block_bytes = int(self.properties(name, ["volblocksize"])["volblocksize"].value)
        return found, -(-size_bytes // block_bytes) * block_bytes
