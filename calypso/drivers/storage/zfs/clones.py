"""The part of the driver that is about clones: made from a snapshot, promoted, gone with it."""

from collections.abc import Mapping, Sequence

from calypso.drivers.storage import (
    Dataset,
    NotAClone,
    Snapshot,
    SnapshotExists,
    StorageError,
)
from calypso.drivers.storage.zfs.losses import told_gone
from calypso.drivers.storage.zfs.names import refuse_dataset, refuse_setting, refuse_snapshot
from calypso.drivers.storage.zfs.snapshots import Snapshots, refusals
from calypso.errors import SubsystemError
from calypso.models.jobtype import Plan
from calypso.models.names import split_snapshot


class Clones(Snapshots):
    """Clones."""

    def clone(
        self, snapshot: str, target: str, *, properties: Mapping[str, str] | None = None
    ) -> Dataset:
        """Make a dataset out of a snapshot; DatasetExists, ParentMissing, SnapshotMissing."""
        refuse_snapshot(snapshot)
        refuse_dataset(target)
        options: list[str] = []
        for key, value in (properties or {}).items():
            refuse_setting(key)
            options += ["-o", f"{key}={value}"]
        self._do("zfs", "clone", *options, snapshot, target)
        made = self.dataset(target)
        if made.origin != snapshot:
            raise StorageError(f"{target} was made, but comes from {made.origin}, not {snapshot}.")
        return made

    # -- changing places

    def promote(self, clone: str, origin: str) -> None:
        """Let a clone and the dataset it comes from change places; the snapshots move along."""
        before, moving = self._promoting(clone, origin)
        _refuse_same_names(clone, self.snapshots(clone), moving)
        self._do("zfs", "promote", clone)
        if self.dataset(clone).origin == before:
            raise StorageError(f"zfs says that {clone} is promoted, but it is not.")

    def plan_promote(self, clone: str, origin: str) -> Plan:
        """Say which snapshots promote would move; NotAClone."""
        _, moving = self._promoting(clone, origin)
        effects = [
            f"{origin} becomes a clone of {clone}; {clone} depends on it no more.",
            *(f"{one.name} becomes {clone}@{split_snapshot(one.name)[1]}." for one in moving),
        ]
        try:
            _refuse_same_names(clone, self.snapshots(clone), moving)
        except SnapshotExists as refusal:
            effects.append(f"It will be refused: {refusal.detail}")
        return Plan(commands=[["zfs", "promote", clone]], effects=effects)

    def _promoting(self, clone: str, origin: str) -> tuple[str, list[Snapshot]]:
        """Return the snapshot a clone comes from, and those that would move to it."""
        from_ = self.dataset(clone).origin
        if from_ is None or split_snapshot(from_)[0] != origin:
            told = "no snapshot" if from_ is None else from_
            raise NotAClone(f"{clone} comes from {told}, not from a snapshot of {origin}.")
        last = self._snapshot(from_)
        return from_, [one for one in self.snapshots(origin) if one.order <= last.order]

    # -- going back past clones

    def rollback(
        self, snapshot: str, *, destroy_newer: bool = False, destroy_clones: Sequence[str] = ()
    ) -> None:
        """Bring a dataset back to a snapshot; see `Storage.rollback`.

        Not by `zfs rollback -R`: that begins to destroy before it finds a clone in use.
        """
        gone: list[str] = []
        try:
            for clone in self._doomed(snapshot, destroy_clones) if destroy_newer else ():
                self.destroy_dataset(clone, recursive=True)
                gone.append(clone)
            self._roll_back(snapshot, destroy_newer=destroy_newer)
        except SubsystemError as refused:
            raise (refused.adding(told_gone(gone, snapshot)) if gone else refused) from refused

    def plan_rollback(
        self, snapshot: str, *, destroy_newer: bool = False, destroy_clones: Sequence[str] = ()
    ) -> Plan:
        """Say what rollback would do; `destroys` lists the newer snapshots, and the clones."""
        plan = self._plan_roll_back(snapshot, destroy_newer=destroy_newer, leaving=destroy_clones)
        since = _clones_of(self._newer(snapshot)) if destroy_newer else []
        first = [
            self.plan_destroy_dataset(clone, recursive=True)
            for clone in since
            if clone in destroy_clones
        ]
        return Plan(
            commands=[line for one in (*first, plan) for line in one.commands],
            effects=[line for one in (*first, plan) for line in one.effects],
            destroys=[line for one in (*first, plan) for line in one.destroys],
        )

    def _doomed(self, snapshot: str, named: Sequence[str]) -> list[str]:
        """Return the clones to destroy; what would refuse the rollback itself comes first."""
        newer = self._newer(snapshot)
        for refusal in refusals(newer, leaving=named):
            raise refusal
        return _clones_of(newer)


def _clones_of(snapshots: Sequence[Snapshot]) -> list[str]:
    return sorted({clone for one in snapshots for clone in one.clones})


def _refuse_same_names(clone: str, its: Sequence[Snapshot], moving: Sequence[Snapshot]) -> None:
    names = {split_snapshot(one.name)[1] for one in its}
    both = [split_snapshot(one.name)[1] for one in moving if split_snapshot(one.name)[1] in names]
    if both:
        raise SnapshotExists(
            f"{clone} has snapshots of its own named {', '.join(both[:5])}. "
            "Destroy or rename those first."
        )
