"""The part of the driver that moves snapshots and compares them."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from calypso.drivers.storage import (
    BaseMissing,
    DatasetExists,
    DatasetKind,
    DatasetMissing,
    NewerSnapshots,
    OnBytes,
    ParentMissing,
    Sent,
    Snapshot,
    StorageError,
    StreamBroken,
    Unsupported,
)
from calypso.drivers.storage.tree import checksum_argv, read_checksum
from calypso.drivers.storage.zfs import errors, reading
from calypso.drivers.storage.zfs.errors import NothingToAbort
from calypso.drivers.storage.zfs.names import refuse_dataset
from calypso.drivers.storage.zfs.reading import Token
from calypso.drivers.storage.zfs.snapshots import Snapshots
from calypso.models.names import split_snapshot

CHECKSUM_TIMEOUT_S = 86400.0  # reads everything there is


@dataclass
class _Heard:
    """How far a send is, by its own lines; bytes of an earlier part count."""

    on_bytes: OnBytes
    earlier_bytes: int = 0
    done_bytes: int = 0
    total_bytes: int | None = None

    def hear(self, stage: int, line: str) -> None:
        """Hear a line; only those of the sender, stage 0, tell bytes."""
        told = reading.send_line(line) if stage == 0 else None
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


class Transfers(Snapshots):
    """Sending, resuming, comparing."""

    def send(
        self,
        snapshot: str,
        target: str,
        *,
        base: str | None = None,
        on_bytes: OnBytes,
        timeout_s: float,
    ) -> Sent:
        """Send a snapshot into `target`; see `Storage.send`.

        A token of another transfer is thrown away. A target with snapshots newer than `base` is
        refused (NewerSnapshots): going back would destroy them.
        """
        refuse_dataset(target)
        what = self._snapshot(snapshot)
        from_ = None if base is None else self._base(what, base)
        self._refuse_target(target, from_)
        token = self._usable_token(target, what, from_)
        sender, heard = self._sender(what, from_, token, on_bytes)
        forced = [] if from_ is None else ["-F"]
        ends = self._host.pipe(
            [sender, ["zfs", "receive", "-s", "-u", *forced, target]],
            timeout_s=timeout_s,
            on_line=heard.hear,
        )
        if (refusal := errors.of_transfer(ends[0], ends[1])) is not None:
            raise refusal
        received = self._received(target, what)
        if from_ is None:
            self._mount_if_it_can_be(target)
        heard.end()
        return Sent(
            snapshot=received.name,
            base=None if from_ is None else from_.name,
            sent_bytes=heard.done_bytes,
            resumed=token is not None,
        )

    def _sender(
        self, what: Snapshot, base: Snapshot | None, token: "_Found | None", on_bytes: OnBytes
    ) -> tuple[Sequence[str], _Heard]:
        if token is not None:
            heard = _Heard(on_bytes, earlier_bytes=token.means.done_bytes)
            return ["zfs", "send", "-vP", "-t", token.text], heard
        since = [] if base is None else ["-i", base.name]
        return ["zfs", "send", "-vP", *since, what.name], _Heard(on_bytes)

    # -- what must be so before

    def _base(self, what: Snapshot, name: str) -> Snapshot:
        dataset, _ = split_snapshot(what.name)
        for one in self.snapshots(dataset):
            if one.name == f"{dataset}@{name}" and one.order < what.order:
                return one
        raise BaseMissing(f"{dataset} has no snapshot {name} older than {what.name}.")

    def _refuse_target(self, target: str, base: Snapshot | None) -> None:
        if base is None:
            self._refuse_unless_new(target)
            return
        there = self.snapshots(target)
        same = [one for one in there if one.guid == base.guid]
        if not same:
            raise BaseMissing(f"{target} does not have {base.name}, by its guid {base.guid}.")
        if newer := [one.name for one in there if one.order > same[0].order]:
            raise NewerSnapshots(
                f"{target} has snapshots of its own since {base.name}: {', '.join(newer[:5])}. "
                "Destroy them, or replicate into another dataset."
            )

    def _refuse_unless_new(self, target: str) -> None:
        with suppress(DatasetMissing):
            self.dataset(target)
            raise DatasetExists(f"{target} exists; a full transfer needs a new dataset.")
        above = target.rpartition("/")[0] or target
        try:
            self.dataset(above)
        except DatasetMissing as missing:
            raise ParentMissing(
                f"{above}, above {target}, does not exist. Make it first.",
                original=missing.original,
            ) from missing

    def _usable_token(self, target: str, what: Snapshot, base: Snapshot | None) -> "_Found | None":
        """Return the token a cut transfer of the same left; another one's is thrown away."""
        text = self.resume_token(target)
        if text is None:
            return None
        means = self._meaning(text)
        from_guid = None if base is None else base.guid
        if means is not None and (means.to_guid, means.from_guid) == (what.guid, from_guid):
            return _Found(text, means)
        self.abandon(target)
        return None

    def _meaning(self, token: str) -> Token | None:
        """Return what a token stands for, or None when its snapshot is no more."""
        try:
            return reading.token(self._read("zfs", "send", "-nvP", "-t", token))
        except StorageError:
            return None

    # -- what must be so after

    def _received(self, target: str, what: Snapshot) -> Snapshot:
        for one in self.snapshots(target):
            if one.guid == what.guid:
                return one
        raise StreamBroken(f"zfs says that {target} has received {what.name}; it is not there.")

    def _mount_if_it_can_be(self, target: str) -> None:
        """Mount a new target as a new dataset would be; one without a mountpoint stays as it is."""
        if self.dataset(target).kind is DatasetKind.FILESYSTEM:
            with suppress(StorageError):
                self._do("zfs", "mount", target)

    # -- cut transfers

    def resume_token(self, target: str) -> str | None:
        """Return what a cut transfer into `target` left to go on from, or None."""
        refuse_dataset(target)
        try:
            told = self._read("zfs", "get", "-Hp", "-o", "value", "receive_resume_token", target)
        except DatasetMissing:
            return None
        return reading.given(told.strip())

    def abandon(self, target: str) -> None:
        """Throw away what a cut transfer left; nothing happens when there is nothing."""
        if self.resume_token(target) is None:
            return
        with suppress(NothingToAbort, DatasetMissing):
            self._do("zfs", "receive", "-A", target)
        if self.resume_token(target) is not None:
            raise StorageError(f"zfs says that {target} keeps no part of a transfer, but it does.")

    # -- comparing

    def checksum(self, snapshot: str) -> str:
        """Return a digest over a snapshot of a mounted filesystem; see `Storage.checksum`."""
        self._snapshot(snapshot)
        dataset, name = split_snapshot(snapshot)
        found = self.dataset(dataset)
        if found.kind is DatasetKind.VOLUME:
            raise Unsupported(
                f"{dataset} is a volume: it has no files. Compare the guids of the snapshots."
            )
        if found.mountpoint is None:
            raise Unsupported(f"{dataset} is not mounted. Mount it first: zfs mount {dataset}")
        place = f"{found.mountpoint.rstrip('/')}/.zfs/snapshot/{name}"
        # The kernel mounts a snapshot for who goes through it, not for who looks at it: without
        # this the first reading would have the mode and time of an empty place.
        self._read("stat", f"{place}/.")
        return read_checksum(self._run(tuple(checksum_argv(place)), CHECKSUM_TIMEOUT_S))


@dataclass(frozen=True)
class _Found:
    """A token as text, and what it stands for."""

    text: str
    means: Token
