"""The part of the driver that is about snapshots."""

from collections.abc import Iterator, Mapping, Sequence

from calypso.drivers.storage import (
    DatasetMissing,
    HasClones,
    Held,
    NewerSnapshots,
    Snapshot,
    SnapshotMissing,
    StorageError,
)
from calypso.drivers.storage.zfs import reading
from calypso.drivers.storage.zfs.commands import DESTROY_TIMEOUT_S
from calypso.drivers.storage.zfs.datasets import LIST_SNAPSHOTS
from calypso.drivers.storage.zfs.names import (
    refuse_dataset,
    refuse_option,
    refuse_snapshot,
)
from calypso.drivers.storage.zfs.protection import Protection
from calypso.models.jobtype import Plan
from calypso.models.names import is_excluded, split_snapshot

BATCH = 100  # zfs holds the transaction group open while it destroys
GET_WRITTEN = ("zfs", "get", "-Hp", "-o", "value", "written")


class Snapshots(Protection):
    """Snapshots."""

    def snapshots(self, dataset: str | None = None, *, recursive: bool = False) -> list[Snapshot]:
        """List snapshots: of one dataset, of those below too, or all; DatasetMissing."""
        if dataset is None:
            return reading.snapshots(self._read(*LIST_SNAPSHOTS))
        refuse_dataset(dataset)
        depth = ["-r"] if recursive else ["-d", "1"]
        return reading.snapshots(self._read(*LIST_SNAPSHOTS, *depth, dataset))

    def each_snapshot(self) -> Iterator[Snapshot]:
        """Yield every snapshot there is, as it is read from the listing."""
        yield from reading.each_snapshot(self._read(*LIST_SNAPSHOTS))

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
        """Take a snapshot; with `recursive` every child has it or none; SnapshotExists.

        What `zfs snapshot` is given at once is taken in one transaction group or not at all, as
        with -r, and unlike what a channel program takes it has its properties from the start.
        """
        refuse_option(name)
        refuse_snapshot(f"{dataset}@{name}")
        options = [word for told in (properties or {}).items() for word in ("-o", "=".join(told))]
        if where_missing:
            only = [f"{dataset}@{name}"]
            wanted = self._included(dataset, name, exclude) if recursive else only
            self._take_missing(dataset, options, wanted)
        elif recursive and exclude:
            self._take_included(dataset, name, exclude, options)
        else:
            recursively = ["-r"] if recursive else []
            self._do("zfs", "snapshot", *recursively, *options, f"{dataset}@{name}")
        return self._snapshot(f"{dataset}@{name}")

    def _take_included(
        self, dataset: str, name: str, exclude: Sequence[str], options: Sequence[str]
    ) -> None:
        try:
            self._do("zfs", "snapshot", *options, *self._included(dataset, name, exclude))
        except DatasetMissing:  # a child went away since it was listed
            self._do("zfs", "snapshot", *options, *self._included(dataset, name, exclude))

    def _take_missing(self, dataset: str, options: Sequence[str], wanted: Sequence[str]) -> None:
        names = {one.name for one in self.snapshots(dataset, recursive=True)}
        if missing := [one for one in wanted if one not in names]:
            self._do("zfs", "snapshot", *options, *missing)

    def _included(self, dataset: str, name: str, exclude: Sequence[str]) -> list[str]:
        below = [one.dataset.name for one in self._tree(dataset)]
        return [f"{one}@{name}" for one in below if not is_excluded(one, exclude)]

    def is_empty(self, snapshots: Sequence[str]) -> bool:
        """Tell whether each of these holds what the one before it held; SnapshotMissing."""
        refuse_snapshot(*snapshots)
        return all(
            reading.are_empty(self._read(*GET_WRITTEN, *snapshots[start : start + BATCH]))
            for start in range(0, len(snapshots), BATCH)
        )

    def _snapshot(self, name: str) -> Snapshot:
        refuse_snapshot(name)
        for one in self.snapshots(split_snapshot(name)[0]):
            if one.name == name:
                return one
        raise SnapshotMissing(f"There is no snapshot {name}.")

    # -- destroying

    def destroy_snapshots(self, dataset: str, names: Sequence[str]) -> None:
        """Destroy snapshots of one dataset: none when one is held or cloned.

        One that is gone already is fine.
        """
        refuse_snapshot(*(f"{dataset}@{name}" for name in names))
        if len(names) > BATCH:  # of one batch ZFS itself destroys all or none
            self._refuse_kept(dataset, names)
        for start in range(0, len(names), BATCH):
            self._destroy_batch(dataset, names[start : start + BATCH])

    def _destroy_batch(self, dataset: str, names: Sequence[str]) -> None:
        """Destroy all or none. Nothing is looked at before: that takes a quarter of the time."""
        try:
            self._do("zfs", "destroy", f"{dataset}@{','.join(names)}", timeout_s=DESTROY_TIMEOUT_S)
        except SnapshotMissing:  # none of them is there
            self.dataset(dataset)
            return
        except StorageError:
            self._refuse_kept(dataset, names)
            raise
        self._see_destroyed(f"{dataset}@{names[-1]}")

    def _see_destroyed(self, snapshot: str) -> None:
        """Look at one of a batch: they went in one transaction group."""
        try:
            self._read(*LIST_SNAPSHOTS, snapshot)
        except SnapshotMissing:
            return
        raise StorageError(f"zfs says that {snapshot} is destroyed, but it is there.")

    def _refuse_kept(self, dataset: str, names: Sequence[str]) -> None:
        for refusal in refusals(self._among(dataset, names)):
            raise refusal

    def plan_destroy_snapshots(self, dataset: str, names: Sequence[str]) -> Plan:
        """Say what destroy_snapshots would do; Held or HasClones stand in `effects`."""
        there = self._among(dataset, names)
        effects = [f"{len(there)} snapshots of {dataset} are destroyed."]
        effects += [f"It will be refused: {refusal.detail}" for refusal in refusals(there)]
        return Plan(
            commands=[
                ["zfs", "destroy", _together(dataset, there[start : start + BATCH])]
                for start in range(0, len(there), BATCH)
            ],
            effects=effects,
            destroys=self._would_go(dataset, there),
        )

    def _would_go(self, dataset: str, there: Sequence[Snapshot]) -> list[str]:
        if not there:
            return []
        try:
            return self._dry_destroy(_together(dataset, there))
        except HasClones:
            return sorted(one.name for one in there)

    def _among(self, dataset: str, names: Sequence[str]) -> list[Snapshot]:
        wanted = {f"{dataset}@{name}" for name in names}
        return [one for one in self.snapshots(dataset) if one.name in wanted]

    # -- going back

    def _roll_back(self, snapshot: str, *, destroy_newer: bool) -> None:
        """Bring a dataset back to a snapshot; NewerSnapshots, HasClones, SnapshotMissing."""
        newer = self._newer(snapshot)
        if newer and not destroy_newer:
            raise _must_ask(snapshot, newer)
        for refusal in refusals(newer):
            raise refusal
        dataset, _ = split_snapshot(snapshot)
        if newer:  # of an open volume they would be lost before it is refused
            self._refuse_open_volumes([self._whole(dataset)])
        options = ["-r"] if destroy_newer else []
        self._do("zfs", "rollback", *options, snapshot, timeout_s=DESTROY_TIMEOUT_S)
        if self._newer(snapshot):
            raise StorageError(f"zfs says that {dataset} is back at {snapshot}, but it is not.")

    def _plan_roll_back(
        self, snapshot: str, *, destroy_newer: bool, leaving: Sequence[str] = ()
    ) -> Plan:
        """Say what a rollback would do; `leaving` are clones that are gone by then."""
        newer = self._newer(snapshot)
        refused = refusals(newer, leaving) if destroy_newer else []
        if newer and not destroy_newer:
            refused = [_must_ask(snapshot, newer)]
        effects = [f"Everything written to {split_snapshot(snapshot)[0]} since {snapshot} is lost."]
        options = ["-r"] if destroy_newer else []
        return Plan(
            commands=[["zfs", "rollback", *options, snapshot]],
            effects=effects + [f"It will be refused: {one.detail}" for one in refused],
            destroys=[one.name for one in newer] if destroy_newer else [],
        )

    def _newer(self, snapshot: str) -> list[Snapshot]:
        found = self._snapshot(snapshot)
        return [
            one for one in self.snapshots(split_snapshot(snapshot)[0]) if one.order > found.order
        ]


def _together(dataset: str, snapshots: Sequence[Snapshot]) -> str:
    """Return several snapshots of a dataset as one word: tank/home@a,b,c."""
    return f"{dataset}@{','.join(split_snapshot(one.name)[1] for one in snapshots)}"


def refusals(snapshots: Sequence[Snapshot], leaving: Sequence[str] = ()) -> list[StorageError]:
    """Return why snapshots cannot be destroyed. ZFS itself says `busy` of a held one."""
    found: list[StorageError] = [
        Held(f"{one.name} is held. Release it first.") for one in snapshots if one.holds
    ]
    found += [
        HasClones(f"{one.name} has clones: {', '.join(one.clones)}. Promote or destroy them first.")
        for one in snapshots
        if set(one.clones) - set(leaving)
    ]
    return found


def _must_ask(snapshot: str, newer: Sequence[Snapshot]) -> NewerSnapshots:
    names = ", ".join(split_snapshot(one.name)[1] for one in newer[:5])
    return NewerSnapshots(
        f"{split_snapshot(snapshot)[0]} has {len(newer)} snapshots newer than {snapshot}: {names}. "
        "Destroy them as well, or go back to the newest."
    )
