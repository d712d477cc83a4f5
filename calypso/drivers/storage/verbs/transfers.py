"""How a storage product moves data."""

from typing import Protocol

from calypso.drivers.storage.values import OnBytes, Sent


class TransferVerbs(Protocol):
    """Moves snapshots from dataset to dataset."""

    def send(
        self,
        snapshot: str,
        target: str,
        *,
        base: str | None = None,
        on_bytes: OnBytes,
        timeout_s: float,
    ) -> Sent:
        """Send a snapshot into the dataset `target` on the same node.

        Full when `base` is None: the target must not exist (DatasetExists); its parent must
        (ParentMissing). Incremental: the target must have `base` (BaseMissing); what was
        changed in the target since then is undone. Atomic: the target has the snapshot in full
        when this returns, and is as before, perhaps with a token to resume, when it raises.
        A left-over token of the same transfer is used.
        """

    def resume_token(self, target: str) -> str | None:
        """Return what a cut transfer into `target` left to go on from, or None."""

    def abandon(self, target: str) -> None:
        """Throw away what a cut transfer left; nothing happens when there is nothing."""

    def checksum(self, snapshot: str) -> str:
        """Return a digest over names, kinds, contents, links, modes, owners, times and xattrs.

        Equal on both sides of a replication, whatever the product; 64 hex digits.
        """
