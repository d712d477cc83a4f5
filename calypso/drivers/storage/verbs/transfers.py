"""How a storage product moves data."""

from typing import Protocol, Self

from calypso.drivers.storage.values import PLAIN, OnBytes, SendOptions, Sent, SnapshotFolder
from calypso.host.ssh import Peer


class TransferVerbs(Protocol):
    """Moves snapshots from dataset to dataset."""

    def at(self, peer: Peer) -> Self:
        """Return the same product on another machine, over this one; Unsupported. Runs nothing."""

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
        """Send a snapshot into the dataset `target`, of the storage `to` or of this one.

        Full when `base` is None: the target must not exist (DatasetExists); its parent must
        (ParentMissing). Incremental: the target must have `base` (BaseMissing); what was
        changed in the target since then is undone. Atomic: the target has the snapshot in full
        when this returns, and is as before, perhaps with a token to resume, when it raises.
        A left-over token of the same transfer is used. StreamStalled: see SendOptions.
        """

    def resume_token(self, target: str) -> str | None:
        """Return what a cut transfer into `target` left to go on from, or None."""

    def abandon(self, target: str) -> None:
        """Throw away what a cut transfer left; nothing happens when there is nothing.

        Busy while the cut transfer still ends.
        """

    def snapshot_folder(self, snapshot: str) -> SnapshotFolder:
        """Return where the files of a snapshot can be read on this machine, for who may do so.

        SnapshotMissing; Unsupported for a volume, and for a filesystem that is not mounted.
        """

    def checksum(self, snapshot: str) -> str:
        """Return a digest over names, kinds, contents, links, modes, owners, times and xattrs.

        Equal on both sides of a replication, whatever the product; 64 hex digits.
        """
