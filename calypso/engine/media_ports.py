"""What the books of tape need from the outside; part of `engine.ports`."""

from typing import Protocol
from uuid import UUID

from calypso.models.books import MediaBooks, MediaReading


class MediaStore(Protocol):
    """The books of tape of every node. Every verb is one transaction. StoreUnavailable."""

    def reading(self, node: str | None) -> MediaReading:
        """Return the books of a node, or of all, to read."""

    def writing(self, node: str, *, job_id: UUID, epoch: int) -> MediaBooks:
        """Return the books of a node, to write in while this run owns the job; then JobFenced."""
