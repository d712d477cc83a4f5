"""The books of tape; satisfies `engine.media_ports.MediaStore`."""

from uuid import UUID

from sqlalchemy import Engine

from calypso.store.media_archives import ArchiveVerbs
from calypso.store.media_cartridges import CartridgeVerbs
from calypso.store.media_files import FileLists
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

    def writing(self, node: str, *, job_id: UUID, epoch: int) -> PostgresBooks:
        """Return the books of a node, to write in while this run owns the job."""
        return PostgresBooks(self._engine, node, owner=(job_id, epoch))
