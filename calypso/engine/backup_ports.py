"""What the backup configuration on record needs from the outside; part of `engine.ports`."""

from typing import Protocol
from uuid import UUID

from calypso.models.backup_books import BackupBooks, BackupReading


class BackupStore(Protocol):
    """The backup configurations of every node. Every verb is one transaction. StoreUnavailable."""

    def reading(self, node: str | None) -> BackupReading:
        """Return those of a node, to read; there are none of no node."""

    def writing(self, node: str, *, job_id: UUID, epoch: int) -> BackupBooks:
        """Return those of a node, to write while this run owns the job; then JobFenced."""
