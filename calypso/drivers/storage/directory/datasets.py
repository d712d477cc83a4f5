"""Datasets: made and removed by one rename, so that there is never half of one."""

import os
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from calypso.drivers.storage import (
    Dataset,
    DatasetExists,
    DatasetKind,
    DatasetMissing,
    HasDependents,
    Held,
    Key,
    ParentMissing,
    PoolMissing,
    Unsupported,
)
from calypso.drivers.storage.directory import records
from calypso.drivers.storage.directory.encryption import refuse_key
from calypso.drivers.storage.directory.layout import Folder, kept_properties, make, read_json
from calypso.drivers.storage.directory.trees.moves import commit
from calypso.drivers.storage.directory.use import refuse_used
from calypso.drivers.storage.directory.workshop import Part
from calypso.drivers.storage.tree import tree_argv
from calypso.models.clock import now
from calypso.models.jobtype import Plan
from calypso.models.names import pool_of


class Datasets(Part):
    """The verbs about datasets."""

    def datasets(self, under: str | None = None) -> list[Dataset]:
        """List datasets by name: all, or `under` and everything below it; DatasetMissing."""
        if under is not None:
            tops = [self._shop.existing(under)]
        else:
            tops = [Folder(path, name) for name, path in self._shop.registry.ready().items()]
        return sorted((one for top in tops for one in self._values(top)), key=lambda one: one.name)

    def dataset(self, name: str) -> Dataset:
        """Return one dataset; DatasetMissing."""
        folder = self._shop.existing(name)
        try:
            return _value(folder, self._shop.run("usage", folder.path))
        except FileNotFoundError as gone:
            raise DatasetMissing(f"The dataset {name} was destroyed this moment.") from gone

    def create_dataset(
        self,
        name: str,
        *,
        size_bytes: int | None = None,
        parents: bool = False,
        properties: Mapping[str, str] | None = None,
        key: Key | None = None,
    ) -> Dataset:
        """Make a filesystem; there are no volumes here, and no encryption."""
        refuse_key(key)
        kept = kept_properties(properties)
        try:
            folder = self._shop.folder(name)
        except PoolMissing as missing:
            raise ParentMissing(f"{name} cannot be made: {missing.detail}") from missing
        if size_bytes is not None:
            raise Unsupported("The directory product has no volumes; use ZFS for those.")
        with self._shop.working(folder.pool) as place, self._shop.alone(folder.pool):
            missing_ones = _missing(folder)
            if not missing_ones:
                raise DatasetExists(f"There is a dataset {name} already.")
            if len(missing_ones) > 1 and not parents:
                above = missing_ones[-2].name
                raise ParentMissing(f"{above}, above {name}, does not exist. Make it first.")
            top = missing_ones[0]
            for one in missing_ones:
                inner = one.path.relative_to(top.path)
                told = {"made": now().isoformat(), "properties": kept if one is folder else {}}
                make(place / "new" / inner, told)
            top.path.parent.mkdir(exist_ok=True)
            commit(folder.pool, [(place / "new", top.path)])
        return _value(folder, {})

    def rename_dataset(self, name: str, new_name: str) -> None:
        """Give a dataset, with all below it, another name in its pool; DatasetExists, Busy."""
        folder = self._shop.existing(name)
        if folder.above() is None or f"{new_name}/".startswith(f"{name}/"):
            raise Unsupported(f"{name} cannot be renamed to {new_name}.")
        if pool_of(name) != pool_of(new_name):
            raise Unsupported(f"{new_name} lies in another pool than {name}.")
        to = self._shop.folder(new_name)
        with self._shop.alone(folder.pool):
            self._shop.existing(name)
            refuse_taken(to)
            refuse_used(folder.path, name)
            to.path.parent.mkdir(exist_ok=True)
            commit(folder.pool, [(folder.path, to.path)])

    def destroy_dataset(self, name: str, *, recursive: bool = False) -> None:
        """Destroy a dataset: renamed away at once, then removed."""
        folder = self._shop.existing(name)
        if folder.above() is None:
            raise Unsupported(f"{name} is the root of its pool. Destroy the pool instead.")
        with self._shop.working(folder.pool) as place, self._shop.alone(folder.pool):
            self._shop.existing(name)
            _refuse_dependents(folder, recursive=recursive)
            _refuse_held(folder)
            refuse_used(folder.path, name)
            commit(folder.pool, [(folder.path, place / "gone")])

    def plan_destroy_dataset(self, name: str, *, recursive: bool = False) -> Plan:
        """Say what destroy_dataset would do; DatasetMissing."""
        folder = self._shop.existing(name)
        lost = all_of(folder)
        effects = [f"{name} is destroyed with all that is in it."]
        if len(lost) > 1 and not recursive:
            effects.append("It will be refused: there are snapshots or children.")
        effects += [f"It will be refused: {held} is held." for held in _held(folder)]
        return Plan(
            commands=[tree_argv("remove", folder.path)],
            effects=effects,
            destroys=lost if recursive else [name],
        )

    def _values(self, top: Folder) -> list[Dataset]:
        used = self._shop.run("usage", top.path)
        found = []
        for folder in top.all_below():
            with suppress(FileNotFoundError):  # it was destroyed this moment
                found.append(_value(folder, used))
        return found


def all_of(folder: Folder) -> list[str]:
    """Return every dataset and snapshot that goes with this one, itself first."""
    return [
        name
        for one in folder.all_below()
        for name in (one.name, *(snapshot.name for snapshot in records.listed(one)))
    ]


def refuse_taken(to: Folder) -> None:
    """Refuse a name that a dataset has, or that no dataset is above."""
    if to.exists:
        raise DatasetExists(f"There is a dataset {to.name} already.")
    if (above := to.above()) is None or not above.exists:
        raise ParentMissing(f"The dataset above {to.name} does not exist. Make it first.")


def _missing(folder: Folder) -> list[Folder]:
    """Return the datasets on the way that are not there, topmost first, itself last."""
    if folder.exists:
        return []
    above = folder.above()
    return [*(_missing(above) if above is not None else []), folder]


def _refuse_dependents(folder: Folder, *, recursive: bool) -> None:
    others = all_of(folder)[1:]
    if others and not recursive:
        raise HasDependents(
            f"{folder.name} has snapshots or children: {', '.join(others[:5])}. "
            "Destroy them as well (recursive), or first."
        )


def _held(folder: Folder) -> list[str]:
    return [
        snapshot.name
        for one in folder.all_below()
        for snapshot in records.listed(one)
        if snapshot.holds
    ]


def _refuse_held(folder: Folder) -> None:
    if held := _held(folder):
        raise Held(f"{', '.join(held[:5])} is held. Release it first.")


def _value(folder: Folder, used: Mapping[str, Any]) -> Dataset:
    space = os.statvfs(folder.pool)
    live = int(used.get(str(folder.path), 0))
    return Dataset(
        name=folder.name,
        kind=DatasetKind.FILESYSTEM,
        used_bytes=live + sum(one.used_bytes for one in records.listed(folder)),
        available_bytes=space.f_bavail * space.f_frsize,
        referenced_bytes=live,
        mountpoint=str(folder.files),
        created_at=datetime.fromisoformat(read_json(folder.about)["made"]),
    )
