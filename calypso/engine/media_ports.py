"""What the books of tape need from the outside; part of `engine.ports`."""

from typing import Protocol
from uuid import UUID

from calypso.models.books import FilePage, MediaBooks, MediaReading


class MediaStore(Protocol):
    """The books of tape of every node. Every verb is one transaction. StoreUnavailable."""

    def reading(self, node: str | None) -> MediaReading:
        """Return the books of a node, or of all, to read."""

    def file_page(
        self, archive_id: UUID, *, under: str = "", cursor: str | None = None, limit: int = 500
    ) -> FilePage:
        """List files of an archive of any node, of a folder if it is named; ArchiveMissing.

        Invalid for a cursor of another list.
        """

    def writing(self, node: str, *, job_id: UUID, epoch: int) -> MediaBooks:
        """Return the books of a node, to write in while this run owns the job; then JobFenced."""
