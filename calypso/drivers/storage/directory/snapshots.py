"""Snapshots: copied aside, put in place by renames that a crash cannot halve."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from calypso.drivers.storage import (
    DatasetMissing,
    Held,
    NewerSnapshots,
    PoolMissing,
    Snapshot,
    SnapshotExists,
    SnapshotFolder,
    SnapshotMissing,
    protecting,
)
from calypso.drivers.storage.directory import records
from calypso.drivers.storage.directory.layout import Folder, kept_properties, snapshot_name
from calypso.drivers.storage.directory.trees.moves import commit
from calypso.drivers.storage.directory.trees.places import FILES, LIVE, MANIFEST
from calypso.drivers.storage.directory.workshop import Part
from calypso.drivers.storage.tree import tree_argv
from calypso.models.clock import now
from calypso.models.jobtype import Plan
from calypso.models.names import is_excluded, split_snapshot


class Snapshots(Part):
    """The verbs about snapshots."""

    def snapshots(self, dataset: str | None = None, *, recursive: bool = False) -> list[Snapshot]:
        """List snapshots: of one dataset, of those below too, or all; DatasetMissing."""
        if dataset is None:
            return list(self.each_snapshot())
        top = self._shop.existing(dataset)
        folders = top.all_below() if recursive else [top]
        return [one for folder in folders for one in records.listed(folder)]

    def each_snapshot(self) -> Iterator[Snapshot]:
        """Yield every snapshot there is."""
        for name, path in self._shop.registry.ready().items():
            for folder in Folder(path, name).all_below():
                yield from records.listed(folder)

    def create_snapshot(
        self,
        dataset: str,
        name: str,
        *,
        recursive: bool = False,
        exclude: Sequence[str] = (),
        where_missing: bool = False,
        properties: Mapping[str, str] | None = None,
    ) -> Snapshot:
        """Copy the live trees aside, then put all snapshots in place at once."""
        top = self._shop.existing(dataset)
        kept = kept_properties(properties)
        folders = [
            one
            for one in (top.all_below() if recursive else [top])
            if not (recursive and is_excluded(one.name, exclude))
            and not (where_missing and one.snapshot(name).exists())
        ]
        _refuse_existing(folders, name)
        if not folders:  # each has one
            return records.found(top, name)
        with self._shop.working(top.pool) as place:
            told = [
                self._shop.run("take", folder.files, place / str(number), f"{folder.name}@{name}")
                for number, folder in enumerate(folders)
            ]
            with self._shop.alone(top.pool):
                for folder in folders:
                    self._shop.existing(folder.name)
                _refuse_existing(folders, name)
                order, made = records.next_order(top.pool), now().isoformat()
                for number, answer in enumerate(told):
                    about = {**answer, "made": made, "properties": kept}
                    records.describe(place / str(number), order=order, about=about)
                commit(
                    top.pool,
                    [(place / str(at), one.snapshot(name)) for at, one in enumerate(folders)],
                )
        return records.found(top, name)

    def is_empty(self, snapshots: Sequence[str]) -> bool:
        """Tell whether each has the digest of the one before it; SnapshotMissing."""
        return all(self._is_as_before(*self._named(one)) for one in snapshots)

    def _is_as_before(self, folder: Folder, name: str) -> bool:
        older = [one.name for one in records.listed(folder)]
        place = older.index(f"{folder.name}@{name}")
        digests = [
            records.about(folder.snapshot(split_snapshot(one)[1]))["digest"]
            for one in older[max(0, place - 1) : place + 1]
        ]
        return len(digests) == 2 and digests[0] == digests[1]  # noqa: PLR2004 - it and the one before

    def destroy_snapshots(self, dataset: str, names: Sequence[str]) -> None:
        """Destroy snapshots of one dataset: none when one of them is held."""
        folder = self._shop.existing(dataset)
        if not _there(folder, names):
            return
        with self._shop.working(folder.pool) as place, self._shop.alone(folder.pool):
            there = _there(folder, names)
            _refuse_held(folder, there)
            commit(folder.pool, [(folder.snapshot(name), place / name) for name in there])

    def plan_destroy_snapshots(self, dataset: str, names: Sequence[str]) -> Plan:
        """Say what destroy_snapshots would do; Held stands in `effects`."""
        folder = self._shop.existing(dataset)
        there = _there(folder, names)
        held = [name for name in there if records.holds(folder.snapshot(name))]
        return Plan(
            commands=[tree_argv("remove", *(folder.snapshot(name) for name in there))],
            effects=[
                f"{len(there)} snapshots of {dataset} are destroyed.",
                *(f"It will be refused: {dataset}@{name} is held." for name in held),
            ],
            destroys=[f"{dataset}@{name}" for name in there],
        )

    def rollback(
        self, snapshot: str, *, destroy_newer: bool = False, destroy_clones: Sequence[str] = ()
    ) -> None:
        """Bring a dataset back: the live tree is built aside and put in place at once.

        Clones are copies here and stand in nobody's way. Its path stays the same; who works in
        the old tree keeps that until they leave it.
        """
        del destroy_clones
        folder, name = self._named(snapshot)
        _refuse_newer(folder, name, destroy_newer=destroy_newer)
        with self._shop.working(folder.pool) as place:
            self._shop.run("restore", folder.snapshot(name), place / LIVE)
            with self._shop.alone(folder.pool):
                newer = _refuse_newer(folder, name, destroy_newer=destroy_newer)
                commit(
                    folder.pool,
                    [
                        (folder.live, place / "old"),
                        (place / LIVE, folder.live),
                        *((folder.snapshot(one), place / f"gone-{one}") for one in newer),
                    ],
                )

    def plan_rollback(
        self, snapshot: str, *, destroy_newer: bool = False, destroy_clones: Sequence[str] = ()
    ) -> Plan:
        """Say what rollback would do; `destroys` lists the newer snapshots."""
        del destroy_clones
        folder, name = self._named(snapshot)
        newer = [one.name for one in records.newer(folder, name)]
        effects = [f"Everything written to {folder.name} since {snapshot} is lost."]
        if newer and not destroy_newer:
            effects.append(f"It will be refused: newer snapshots exist ({len(newer)}).")
        return Plan(
            commands=[tree_argv("restore", folder.snapshot(name), folder.live)],
            effects=effects,
            destroys=newer if destroy_newer else [],
        )

    def holds(self, snapshot: str) -> list[str]:
        """Return the tags that hold a snapshot; SnapshotMissing."""
        folder, name = self._named(snapshot)
        return records.holds(folder.snapshot(name))

    def hold(self, snapshot: str, tag: str) -> None:
        """Keep a snapshot from being destroyed; a tag that is there already is fine."""
        folder, name = self._named(snapshot)
        with self._shop.alone(folder.pool):
            records.found(folder, name)
            path = folder.snapshot(name)
            records.write_holds(path, [*records.holds(path), tag])

    def release(self, snapshot: str, tag: str) -> None:
        """Take a hold away; one that is not there, or a snapshot that is gone, is fine."""
        dataset, name = split_snapshot(snapshot)
        try:
            folder = self._shop.folder(dataset)
        except PoolMissing:
            return
        with self._shop.alone(folder.pool):
            path = folder.snapshot(name)
            if tag in (tags := records.holds(path)):
                records.write_holds(path, [one for one in tags if one != tag])

    def protect(self, snapshot: str, until: datetime | None) -> None:
        """Protect a snapshot until an instant, or for good; SnapshotMissing."""
        folder, name = self._named(snapshot)
        with self._shop.alone(folder.pool):
            records.found(folder, name)
            records.set_property(folder.snapshot(name), protecting.PROPERTY, protecting.word(until))

    def unprotect(self, snapshot: str) -> None:
        """Let a snapshot be as protected as its dataset; one that is gone is fine."""
        try:
            folder, name = self._named(snapshot)
            with self._shop.alone(folder.pool):
                records.found(folder, name)
                records.set_property(folder.snapshot(name), protecting.PROPERTY, None)
        except (SnapshotMissing, DatasetMissing):
            return

    def snapshot_folder(self, snapshot: str) -> SnapshotFolder:
        """Return where the files of a snapshot lie, sealed: nobody may write to them."""
        folder, name = self._named(snapshot)
        return SnapshotFolder(path=str(folder.snapshot(name) / FILES), is_exact=False)

    def checksum(self, snapshot: str) -> str:
        """Return the digest of a snapshot, every file read anew."""
        folder, name = self._named(snapshot)
        path = folder.snapshot(name)
        return str(self._shop.run("checksum", path / FILES, path / MANIFEST)["digest"])

    def _named(self, snapshot: str) -> tuple[Folder, str]:
        """Return where a snapshot that is there lies; DatasetMissing, SnapshotMissing, BadName."""
        dataset, name = split_snapshot(snapshot)
        folder = self._shop.existing(dataset)
        records.found(folder, snapshot_name(name))
        return folder, name


def _refuse_existing(folders: Sequence[Folder], name: str) -> None:
    for folder in folders:
        if folder.snapshot(name).exists():
            raise SnapshotExists(f"There is a snapshot {folder.name}@{name} already.")


def _there(folder: Folder, names: Sequence[str]) -> list[str]:
    return [name for name in dict.fromkeys(names) if folder.snapshot(name).exists()]


def _refuse_held(folder: Folder, names: Sequence[str]) -> None:
    for name in names:
        if tags := records.holds(folder.snapshot(name)):
            raise Held(f"{folder.name}@{name} is held by {', '.join(tags)}. Release it first.")


def _refuse_newer(folder: Folder, name: str, *, destroy_newer: bool) -> list[str]:
    """Return the snapshots a rollback destroys; NewerSnapshots, Held."""
    newer = [split_snapshot(one.name)[1] for one in records.newer(folder, name)]
    if newer and not destroy_newer:
        raise NewerSnapshots(
            f"{folder.name} has snapshots newer than {name}: {', '.join(newer[:5])}. "
            "Destroy them as well, or go back to the newest."
        )
    _refuse_held(folder, newer)
    return newer
