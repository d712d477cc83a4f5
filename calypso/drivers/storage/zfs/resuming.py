"""The part of the driver that is about what a cut transfer left."""

from contextlib import suppress
from dataclasses import dataclass

from calypso.drivers.storage import DatasetMissing, Snapshot, StorageError
from calypso.drivers.storage.zfs import reading, stream_reading
from calypso.drivers.storage.zfs.names import refuse_dataset
from calypso.drivers.storage.zfs.refusals import NothingToAbort
from calypso.drivers.storage.zfs.snapshots import Snapshots
from calypso.drivers.storage.zfs.stream_reading import Token


@dataclass(frozen=True)
class Found:
    """A token as text, and what it stands for."""

    text: str
    means: Token


class Resuming(Snapshots):
    """Tokens: what the target keeps, what it means at the source."""

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

    def _meaning(self, token: str, what: Snapshot, base: Snapshot | None) -> Found | None:
        """Return a token when it goes on with this very transfer, or None."""
        try:
            means = stream_reading.token(self._read("zfs", "send", "-nvP", "-t", token))
        except StorageError:  # its snapshot is no more
            return None
        from_guid = None if base is None else base.guid
        if means is None or (means.to_guid, means.from_guid) != (what.guid, from_guid):
            return None
        return Found(token, means)
