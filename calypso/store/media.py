"""The books of tape; satisfies `engine.media_ports.MediaStore`."""

from uuid import UUID

from sqlalchemy import Engine

from calypso.models.books import FilePage
from calypso.store.media_archives import ArchiveVerbs
from calypso.store.media_cartridges import CartridgeVerbs
from calypso.store.media_files import FileLists, page_of
from calypso.store.media_pools import PoolVerbs


class PostgresBooks(PoolVerbs, CartridgeVerbs, ArchiveVerbs, FileLists):
    """Satisfies `models.books.MediaBooks`, of one node, written by one run of a job."""


class PostgresMediaStore:
    """The books of every node."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def reading(self, node: str | None) -> PostgresBooks:
        """Return the books of a node, or of all, to read."""
        return PostgresBooks(self._engine, node)

    def file_page(
        self, archive_id: UUID, *, under: str = "", cursor: str | None = None, limit: int = 500
    ) -> FilePage:
        """List files of an archive of any node; ArchiveMissing, Invalid."""
        books = self.reading(None)
        return page_of(books, archive_id, under=under, cursor=cursor, limit=limit)

    def writing(self, node: str, *, job_id: UUID, epoch: int) -> PostgresBooks:
        """Return the books of a node, to write in while this run owns the job."""
        return PostgresBooks(self._engine, node, owner=(job_id, epoch))
