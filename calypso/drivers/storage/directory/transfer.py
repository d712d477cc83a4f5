"""Sending a snapshot into another dataset: both ends are children, the target is built aside."""

from pathlib import Path

from calypso.drivers.storage import (
    BaseMissing,
    DatasetExists,
    DatasetMissing,
    OnBytes,
    ParentMissing,
    PoolMissing,
    Sent,
    SnapshotExists,
)
from calypso.drivers.storage.directory import errors, records
from calypso.drivers.storage.directory.layout import Folder, snapshot_name, write_json
from calypso.drivers.storage.directory.reading import Progress
from calypso.drivers.storage.directory.trees.incoming import SNAPSHOT
from calypso.drivers.storage.directory.trees.manifest import digest, read_manifest
from calypso.drivers.storage.directory.trees.moves import Move, commit
from calypso.drivers.storage.directory.trees.places import (
    DATASET_ABOUT,
    LIVE,
    MANIFEST,
    SNAPSHOTS,
)
from calypso.drivers.storage.directory.workshop import Part
from calypso.drivers.storage.tree import tree_argv
from calypso.models.clock import now
from calypso.models.names import split_snapshot


class Transfers(Part):
    """The verbs that move data."""

    def send(
        self,
        snapshot: str,
        target: str,
        *,
        base: str | None = None,
        on_bytes: OnBytes,
        timeout_s: float,
    ) -> Sent:
        """Send a snapshot into `target`; see `Storage.send`. The target is changed at the end.

        Snapshots the target took of itself since `base` stay.
        """
        dataset, name = split_snapshot(snapshot)
        source = self._shop.existing(dataset)
        records.found(source, snapshot_name(name))
        to = self._target(target)
        _refuse(source, name, to, base)
        heard = Progress(on_bytes)
        with self._shop.working(to.pool) as place:
            staging = place / "in"
            stages = self._shop.host.pipe(
                _stages(source, name, to, base, staging),
                timeout_s=timeout_s,
                on_line=lambda stage, line: heard.hear(line) if stage == 0 else None,
            )
            if (refusal := errors.worst(stages)) is not None:
                raise refusal
            self._put_in_place(source, name, to, base, staging)
        base_name = None if base is None else f"{dataset}@{base}"
        return Sent(snapshot=f"{target}@{name}", base=base_name, sent_bytes=heard.done_bytes)

    def resume_token(self, target: str) -> str | None:
        """Return None: a cut transfer leaves the target as it was."""
        del target
        return None

    def abandon(self, target: str) -> None:
        """Remove what a cut transfer left aside; nothing happens when there is nothing."""
        try:
            folder = self._shop.folder(target)
        except PoolMissing:
            return
        self._shop.sweep(folder.pool)

    def _target(self, target: str) -> Folder:
        try:
            return self._shop.folder(target)
        except PoolMissing as missing:
            raise ParentMissing(f"{target} cannot be made: {missing.detail}") from missing

    def _put_in_place(
        self, source: Folder, name: str, to: Folder, base: str | None, staging: Path
    ) -> None:
        manifest = list(read_manifest(staging / SNAPSHOT / MANIFEST))
        about = {**records.about(source.snapshot(name)), "digest": digest(manifest)}
        with self._shop.alone(to.pool):
            _refuse(source, name, to, base)
            order = records.next_order(to.pool)
            records.describe(staging / SNAPSHOT, order=order, about=about)
            moves = _new(to, name, staging) if base is None else _next(to, name, staging)
            commit(to.pool, moves)


def _refuse(source: Folder, name: str, to: Folder, base: str | None) -> None:
    if base is None:
        if to.exists:
            raise DatasetExists(f"{to.name} exists; a full transfer needs a new dataset.")
        if (above := to.above()) is None or not above.exists:
            raise ParentMissing(f"The dataset above {to.name} does not exist. Make it first.")
        return
    if not to.exists:
        raise DatasetMissing(f"{to.name} does not exist; send it a whole snapshot first.")
    _refuse_base(source, to, base)
    if to.snapshot(name).exists():
        raise SnapshotExists(f"There is a snapshot {to.name}@{name} already.")


def _refuse_base(source: Folder, to: Folder, base: str) -> None:
    mine, theirs = source.snapshot(base), to.snapshot(base)
    if not mine.exists() or not theirs.exists():
        raise BaseMissing(f"{source.name} and {to.name} have no snapshot {base} in common.")
    if records.about(mine)["guid"] != records.about(theirs)["guid"]:
        raise BaseMissing(f"{to.name}@{base} is another snapshot than {source.name}@{base}.")


def _stages(
    source: Folder, name: str, to: Folder, base: str | None, staging: Path
) -> list[list[str]]:
    mine = [] if base is None else [source.snapshot(base)]
    theirs = [] if base is None else [to.snapshot(base)]
    return [
        tree_argv("send", f"{source.name}@{name}", source.snapshot(name), *mine),
        tree_argv("receive", staging, *theirs),
    ]


def _new(to: Folder, name: str, staging: Path) -> list[Move]:
    """Lay a whole dataset out aside, so that one rename makes it."""
    made = staging / "made"
    (made / SNAPSHOTS).mkdir(parents=True)
    (made / SNAPSHOTS).chmod(0o700)
    (staging / LIVE).rename(made / LIVE)
    (staging / SNAPSHOT).rename(made / SNAPSHOTS / name)
    write_json(made / DATASET_ABOUT, {"made": now().isoformat(), "properties": {}})
    to.path.parent.mkdir(exist_ok=True)
    return [(made, to.path)]


def _next(to: Folder, name: str, staging: Path) -> list[Move]:
    return [
        (to.live, staging / "old"),
        (staging / LIVE, to.live),
        (staging / SNAPSHOT, to.snapshot(name)),
    ]
