"""The part of the driver that moves snapshots, on one machine or from one to another."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Self

from calypso.drivers.storage import (
    PLAIN,
    BaseMissing,
    DatasetExists,
    DatasetKind,
    DatasetMissing,
    NewerSnapshots,
    OnBytes,
    ParentMissing,
    SendOptions,
    Sent,
    Snapshot,
    SnapshotMissing,
    StorageError,
    StreamBroken,
)
from calypso.drivers.storage.flow import Watch, flow
from calypso.drivers.storage.zfs import errors, stream_reading
from calypso.drivers.storage.zfs.commands import ENVIRONMENT
from calypso.drivers.storage.zfs.names import refuse_dataset, refuse_snapshot
from calypso.drivers.storage.zfs.refusals import PartialDataset
from calypso.drivers.storage.zfs.resuming import Found, Resuming
from calypso.host.ssh import Peer, SshHost, near
from calypso.models.names import split_snapshot

# With these the target would be mounted over the source.
PLACES = ("mountpoint", "canmount")


@dataclass
class _Heard:
    """How far a send is, by its own lines; bytes of an earlier part count."""

    on_bytes: OnBytes
    earlier_bytes: int = 0
    done_bytes: int = 0
    total_bytes: int | None = None

    def hear(self, line: str) -> None:
        """Hear a line of the sender."""
        told = stream_reading.send_line(line)
        if told is None:
            return
        if told.size_bytes is not None:
            self.total_bytes = self.earlier_bytes + told.size_bytes
        self._tell(max(self.done_bytes, self.earlier_bytes + (told.sent_bytes or 0)))

    def end(self) -> None:
        """Tell the end: zfs prints no last line, so the estimate stands in for it."""
        self._tell(max(self.done_bytes, self.total_bytes or 0))

    def _tell(self, done_bytes: int) -> None:
        self.done_bytes = done_bytes
        self.on_bytes(done_bytes, self.total_bytes)


class Transfers(Resuming):
    """Sending."""

    def at(self, peer: Peer) -> Self:
        """Return OpenZFS on another machine, over this one. Runs nothing."""
        return type(self)(SshHost(near(self._host), peer))

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
        """Send a snapshot into `target`; see `Storage.send`.

        A token of another transfer is thrown away. A target with snapshots newer than `base` is
        refused (NewerSnapshots): going back would destroy them.
        """
        there = self if to is None else to
        refuse_dataset(target)
        what, from_ = self._what(snapshot, base)
        text = there._token_of_fit(target, from_)
        token = None if text is None else self._usable(text, there, target, what, from_)
        watch = Watch(on_bytes, options.stall_s)
        heard = _Heard(watch.hear, earlier_bytes=token.means.done_bytes if token else 0)
        sender, receiver = flow(
            self._host,
            there._host,
            (_sender(what, from_, token, options), self._receiver(what, target, from_, options)),
            options=options,
            on_line=heard.hear,
            watch=watch,
            timeout_s=timeout_s,
            env=ENVIRONMENT,
        )
        if (refusal := errors.of_transfer(sender, receiver)) is not None:
            if from_ is None and isinstance(refusal, DatasetMissing):
                there._refuse_without_parent(target)  # says it better than a receiver does
            raise refusal
        received = there._received(target, what)
        if from_ is None:
            there._mount_if_it_can_be(target)
        heard.end()
        return Sent(
            snapshot=received.name,
            base=None if from_ is None else from_.name,
            sent_bytes=heard.done_bytes,
            resumed=token is not None,
        )

    def _receiver(
        self, what: Snapshot, target: str, base: Snapshot | None, options: SendOptions
    ) -> Sequence[str]:
        forced = [] if base is None else ["-F"]
        dataset, _ = split_snapshot(what.name)
        without: list[str] = []
        if options.properties and self.dataset(dataset).kind is DatasetKind.FILESYSTEM:
            without = [word for name in PLACES for word in ("-x", name)]
        return ["zfs", "receive", "-s", "-u", *forced, *without, target]

    # -- what must be so before

    def _what(self, snapshot: str, base: str | None) -> tuple[Snapshot, Snapshot | None]:
        """Return what is sent, and from what; SnapshotMissing, BaseMissing."""
        refuse_snapshot(snapshot)
        dataset, _ = split_snapshot(snapshot)
        there = {one.name: one for one in self.snapshots(dataset)}
        if snapshot not in there:
            raise SnapshotMissing(f"There is no snapshot {snapshot}.")
        what, from_ = there[snapshot], there.get(f"{dataset}@{base}")
        if base is not None and (from_ is None or from_.order >= what.order):
            raise BaseMissing(f"{dataset} has no snapshot {base} older than {snapshot}.")
        return what, from_

    def _token_of_fit(self, target: str, base: Snapshot | None) -> str | None:
        """Refuse a target that does not fit; return the token that a cut transfer left there."""
        if base is None:
            return self._token_of_new(target)
        there = self.snapshots(target)
        same = [one for one in there if one.guid == base.guid]
        if not same:
            raise BaseMissing(f"{target} does not have {base.name}, by its guid {base.guid}.")
        if newer := [one.name for one in there if one.order > same[0].order]:
            raise NewerSnapshots(
                f"{target} has snapshots of its own since {base.name}: {', '.join(newer[:5])}. "
                "Destroy them, or replicate into another dataset."
            )
        return self.resume_token(target)

    def _token_of_new(self, target: str) -> str | None:
        try:
            self.dataset(target)
        except PartialDataset:
            return self.resume_token(target)
        except DatasetMissing:
            return None
        raise DatasetExists(f"{target} exists; a full transfer needs a new dataset.")

    def _refuse_without_parent(self, target: str) -> None:
        above = target.rpartition("/")[0] or target
        try:
            self.dataset(above)
        except DatasetMissing as missing:
            raise ParentMissing(
                f"{above}, above {target}, does not exist. Make it first.",
                original=missing.original,
            ) from missing

    def _usable(
        self, text: str, there: Self, target: str, what: Snapshot, base: Snapshot | None
    ) -> Found | None:
        """Return the token of a cut transfer of the same; what another one left is thrown away."""
        found = self._meaning(text, what, base)
        if found is None:
            there.abandon(target)
        return found

    # -- what must be so after

    def _received(self, target: str, what: Snapshot) -> Snapshot:
        for one in self.snapshots(target):
            if one.guid == what.guid:
                return one
        raise StreamBroken(f"zfs says that {target} has received {what.name}; it is not there.")

    def _mount_if_it_can_be(self, target: str) -> None:
        """Mount a new target as a new dataset would be; a volume, or one without a place, stays."""
        with suppress(StorageError):
            self._do("zfs", "mount", target)


def _sender(
    what: Snapshot, base: Snapshot | None, token: Found | None, options: SendOptions
) -> Sequence[str]:
    if token is not None:  # it has the options of the transfer it goes on with
        return ["zfs", "send", "-vP", "-t", token.text]
    asked = {
        "-w": options.raw,
        "-c": options.compressed,
        "-L": options.large_blocks,
        "-p": options.properties,
    }
    words = [word for word, is_asked in asked.items() if is_asked]
    since = [] if base is None else ["-i", base.name]
    return ["zfs", "send", "-vP", *words, *since, what.name]
