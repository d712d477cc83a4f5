"""Clones: copies that share blocks where the file system can, and depend on nobody."""

from collections.abc import Mapping

from calypso.drivers.storage import (
    Dataset,
    NotAClone,
    ParentMissing,
    PoolMissing,
    Unsupported,
)
from calypso.drivers.storage.directory.datasets import Datasets, refuse_taken
from calypso.drivers.storage.directory.layout import Folder, kept_properties, write_json
from calypso.drivers.storage.directory.snapshots import Snapshots
from calypso.drivers.storage.directory.trees.moves import commit
from calypso.drivers.storage.directory.trees.places import DATASET_ABOUT, LIVE, SNAPSHOTS
from calypso.models.clock import now
from calypso.models.jobtype import Plan
from calypso.models.names import pool_of


class Clones(Snapshots, Datasets):
    """The verbs about clones."""

    def clone(
        self, snapshot: str, target: str, *, properties: Mapping[str, str] | None = None
    ) -> Dataset:
        """Make a dataset out of a snapshot: built aside, put in place by one rename."""
        kept = kept_properties(properties)
        folder, name = self._named(snapshot)
        to = self._beside(folder, target)
        refuse_taken(to)
        with self._shop.working(folder.pool) as place:
            made = place / "new"
            made.mkdir()
            self._shop.run("restore", folder.snapshot(name), made / LIVE)
            (made / SNAPSHOTS).mkdir(mode=0o700)
            write_json(made / DATASET_ABOUT, {"made": now().isoformat(), "properties": kept})
            with self._shop.alone(folder.pool):
                refuse_taken(to)
                to.path.parent.mkdir(exist_ok=True)
                commit(folder.pool, [(made, to.path)])
        return self.dataset(target)

    def _beside(self, folder: Folder, target: str) -> Folder:
        if pool_of(folder.name) != pool_of(target):
            raise Unsupported(f"{target} lies in another pool than {folder.name}. Send it there.")
        try:
            return self._shop.folder(target)
        except PoolMissing as missing:
            raise ParentMissing(f"{target} cannot be made: {missing.detail}") from missing

    def promote(self, clone: str, origin: str) -> None:
        """Refuse: a clone depends on nobody here."""
        self._shop.existing(clone)
        raise NotAClone(f"{clone} does not depend on {origin}: clones are copies here.")

    def plan_promote(self, clone: str, origin: str) -> Plan:
        """Refuse, as promote does."""
        self.promote(clone, origin)
        return Plan()
