"""What a storage product does with snapshots."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from calypso.drivers.storage.values import Dataset, Snapshot
from calypso.models.jobtype import Plan


class SnapshotVerbs(Protocol):
    """Acts on snapshots."""

    def snapshots(self, dataset: str | None = None, *, recursive: bool = False) -> list[Snapshot]:
        """List snapshots, oldest first by dataset: of one, of those below too, or all.

        DatasetMissing.
        """

    def each_snapshot(self) -> Iterator[Snapshot]:
        """Yield every snapshot there is, in no order: 100 000 are not rare."""

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

        `exclude`: children that are left out, by name with all below, or by a pattern.
        `where_missing`: datasets that have one of that name are left out as well, none is refused.
        """

    def is_empty(self, snapshots: Sequence[str]) -> bool:
        """Tell whether each of these holds what the one before it held; SnapshotMissing.

        The first snapshot of a dataset is not empty: there is none before it.
        """

    def destroy_snapshots(self, dataset: str, names: Sequence[str]) -> None:
        """Destroy snapshots of one dataset; one that is gone already is fine; Held, HasClones."""

    def plan_destroy_snapshots(self, dataset: str, names: Sequence[str]) -> Plan:
        """Say what destroy_snapshots would do; Held or HasClones stand in `effects`."""

    def rollback(
        self, snapshot: str, *, destroy_newer: bool = False, destroy_clones: Sequence[str] = ()
    ) -> None:
        """Bring a dataset back to a snapshot; NewerSnapshots, HasClones, SnapshotMissing.

        `destroy_clones` names all that was cloned from the newer snapshots; it goes, with all
        below it.
        """

    def plan_rollback(
        self, snapshot: str, *, destroy_newer: bool = False, destroy_clones: Sequence[str] = ()
    ) -> Plan:
        """Say what rollback would do; `destroys` lists the newer snapshots, and the clones."""

    def clone(
        self, snapshot: str, target: str, *, properties: Mapping[str, str] | None = None
    ) -> Dataset:
        """Make a dataset out of a snapshot; DatasetExists, ParentMissing, SnapshotMissing."""

    def promote(self, clone: str, origin: str) -> None:
        """Let a clone and the dataset it comes from change places; NotAClone.

        The snapshots up to the one it was cloned from move to the clone.
        """

    def plan_promote(self, clone: str, origin: str) -> Plan:
        """Say which snapshots promote would move; NotAClone."""

    def holds(self, snapshot: str) -> list[str]:
        """Return the tags that hold a snapshot; SnapshotMissing."""

    def hold(self, snapshot: str, tag: str) -> None:
        """Keep a snapshot from being destroyed; a tag that is there already is fine."""

    def release(self, snapshot: str, tag: str) -> None:
        """Take a hold away; one that is not there, or a snapshot that is gone, is fine."""

    def protect(self, snapshot: str, until: datetime | None) -> None:
        """Protect a snapshot from being pruned, until an instant or for good; SnapshotMissing."""

    def unprotect(self, snapshot: str) -> None:
        """Let a snapshot be as protected as its dataset; one that is gone is fine."""
