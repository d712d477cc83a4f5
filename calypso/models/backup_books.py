"""The backup configuration as Calypso has it on record: of a node, with its history."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from calypso.models.backup_config import BackupConfig


class KeptConfig(BaseModel):
    """A configuration that the product was given. The one of the highest version is in force."""

    model_config = ConfigDict(frozen=True)

    node: str = Field(description="On whose director.")
    version: int = Field(description="From 1.")
    applied_at: datetime = Field(description="When the director had taken it up.")
    job: UUID | None = Field(description="The job that applied it.")
    requested_by: str | None = Field(description="Who asked for that.")
    config: BackupConfig = Field(description="Passwords are names of secrets.")


class BackupReading(Protocol):
    """Looks at what is on record of one node. StoreUnavailable."""

    def config(self) -> KeptConfig | None:
        """Return what is in force; None before the first time."""

    def version(self, number: int) -> KeptConfig:
        """Return a version; NotFound."""

    def configs(self, *, limit: int = 50, before: int | None = None) -> list[KeptConfig]:
        """List the versions, newest first; `before`: only older ones."""


class BackupBooks(BackupReading, Protocol):
    """Writes as well, while the run owns its job; then JobFenced."""

    def keep(self, config: BackupConfig) -> KeptConfig:
        """Note a configuration as in force; the same as the last one is no new version."""
