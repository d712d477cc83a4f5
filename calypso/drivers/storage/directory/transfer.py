"""Sending a snapshot into another dataset: both ends are children, the target is built aside."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from calypso.drivers.storage import (
    PLAIN,
    BaseMissing,
    DatasetExists,
    DatasetMissing,
    OnBytes,
    ParentMissing,
    PoolMissing,
    SendOptions,
    Sent,
    SnapshotExists,
    Unsupported,
)
from calypso.drivers.storage.directory import errors, records
from calypso.drivers.storage.directory.datasets import refuse_taken
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
from calypso.drivers.storage.flow import Watch, flow
from calypso.drivers.storage.tree import tree_argv
from calypso.host.ssh import Peer
from calypso.models.clock import now
from calypso.models.names import split_snapshot


class Transfers(Part):
    """The verbs that move data."""

    def at(self, peer: Peer) -> Self:
        """Refuse: the pools of another machine cannot be worked on from here."""
        raise Unsupported(f"The directory product does not reach {peer.host}; use ZFS for that.")

    def send(
        self,
        snapshot: str,
        target: str,
        *,
        base: str | None = None,
        to: Self | None = None,
        options: SendOptions = PLAIN,
        on_bytes: OnBytes,
        timeout_s: float,
    ) -> Sent:
        """Send a snapshot into `target`; see `Storage.send`. The target is changed at the end.

        Snapshots the target took of itself since `base` stay. Of the options none means anything
        here but `raw`, which is refused.
        """
        if options.raw:
            raise Unsupported("The directory product encrypts nothing, so nothing is sent raw.")
        dataset, name = split_snapshot(snapshot)
        source = self._shop.existing(dataset)
        records.found(source, snapshot_name(name))
        there = self if to is None else to
        move = _Transfer(source, name, there._target(target), base)
        move.refuse()
        watch = Watch(on_bytes, options.stall_s)
        heard = Progress(watch.hear)
        with there._shop.working(move.to.pool) as place:
            staging = place / "in"
            ends = flow(
                self._shop.host,
                there._shop.host,
                (move.sender, move.receiver(staging)),
                options=options,
                on_line=heard.hear,
                watch=watch,
                timeout_s=timeout_s,
            )
            if (refusal := errors.worst(ends)) is not None:
                raise refusal
            there._put_in_place(move, staging)
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

    def _put_in_place(self, move: "_Transfer", staging: Path) -> None:
        manifest = list(read_manifest(staging / SNAPSHOT / MANIFEST))
        sent = records.about(move.source.snapshot(move.name))
        about = {**sent, "digest": digest(manifest)}
        to = move.to
        with self._shop.alone(to.pool):
            move.refuse()
            order = records.next_order(to.pool)
            records.describe(staging / SNAPSHOT, order=order, about=about)
            make = _new if move.base is None else _next
            commit(to.pool, make(to, move.name, staging))


@dataclass(frozen=True)
class _Transfer:
    """What goes where."""

    source: Folder
    name: str
    to: Folder
    base: str | None

    @property
    def sender(self) -> list[str]:
        mine = [] if self.base is None else [self.source.snapshot(self.base)]
        whole = f"{self.source.name}@{self.name}"
        return tree_argv("send", whole, self.source.snapshot(self.name), *mine)

    def receiver(self, staging: Path) -> list[str]:
        theirs = [] if self.base is None else [self.to.snapshot(self.base)]
        return tree_argv("receive", staging, *theirs)

    def refuse(self) -> None:
        """Refuse what cannot be received as things stand."""
        to = self.to
        if self.base is None:
            if to.exists:
                raise DatasetExists(f"{to.name} exists; a full transfer needs a new dataset.")
            refuse_taken(to)
            return
        if not to.exists:
            raise DatasetMissing(f"{to.name} does not exist; send it a whole snapshot first.")
        self._refuse_base(self.base)
        if to.snapshot(self.name).exists():
            raise SnapshotExists(f"There is a snapshot {to.name}@{self.name} already.")

    def _refuse_base(self, base: str) -> None:
        mine, theirs = self.source.snapshot(base), self.to.snapshot(base)
        if not mine.exists() or not theirs.exists():
            raise BaseMissing(
                f"{self.source.name} and {self.to.name} have no snapshot {base} in common."
            )
        if records.about(mine)["guid"] != records.about(theirs)["guid"]:
            raise BaseMissing(
                f"{self.to.name}@{base} is another snapshot than {self.source.name}@{base}."
            )


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
