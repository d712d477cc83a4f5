"""Backup configurations on record; satisfies `engine.backup_ports.BackupStore`."""

from typing import Any
from uuid import UUID

from sqlalchemy import Engine

from calypso.errors import NotFound
from calypso.models.backup_books import KeptConfig
from calypso.models.backup_config import BackupConfig
from calypso.store.asking import as_json
from calypso.store.media_asking import NodeAsking

COLUMNS = "node, version, applied_at, job_id AS job, requested_by, config"
LIST = f"""
SELECT {COLUMNS} FROM calypso.backup_configs
 WHERE node = %s AND version < coalesce(%s, 2147483647) ORDER BY version DESC LIMIT %s"""  # noqa: S608 - fixed words
ONE = f"SELECT {COLUMNS} FROM calypso.backup_configs WHERE node = %s AND version = %s"  # noqa: S608 - fixed words
LOCK = "SELECT pg_advisory_xact_lock(hashtext('calypso.backup_configs'), hashtext(%s))"
KEEP = f"""
INSERT INTO calypso.backup_configs (node, version, config, applied_at, job_id, requested_by)
SELECT %s, 1 + coalesce(max(version), 0), %s::jsonb, %s, %s,
       (SELECT requested_by FROM calypso.jobs WHERE id = %s)
  FROM calypso.backup_configs WHERE node = %s
RETURNING {COLUMNS}"""  # noqa: S608 - fixed words


class PostgresBackupBooks(NodeAsking):
    """Satisfies `models.backup_books.BackupBooks`, of one node."""

    def config(self) -> KeptConfig | None:
        """Return what is in force; None before the first time."""
        return next(iter(self.configs(limit=1)), None)

    def version(self, number: int) -> KeptConfig:
        """Return a version; NotFound."""
        row = self._row(ONE, self._node, number)
        if row is None:
            raise no_version(number, self._node)
        return _kept(row)

    def configs(self, *, limit: int = 50, before: int | None = None) -> list[KeptConfig]:
        """List the versions, newest first; `before`: only older ones."""
        return [_kept(row) for row in self._rows(LIST, self._node, before, limit)]

    def keep(self, config: BackupConfig) -> KeptConfig:
        """Note a configuration as in force, unless it is the last one."""
        with self._writing() as writing:
            writing.do(LOCK, self._node)
            last = writing.row(LIST, self._node, None, 1)
            if last is not None and (kept := _kept(last)).config == config:
                return kept
            told = as_json(config.model_dump(mode="json"))
            job_id = None if self._owner is None else self._owner[0]
            return _kept(
                writing.row(KEEP, self._node, told, writing.at, job_id, job_id, self._node)
            )


class PostgresBackupStore:
    """The configurations of every node."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def reading(self, node: str | None) -> PostgresBackupBooks:
        """Return those of a node, to read; there are none of no node."""
        return PostgresBackupBooks(self._engine, node)

    def writing(self, node: str, *, job_id: UUID, epoch: int) -> PostgresBackupBooks:
        """Return those of a node, to write while this run owns the job."""
        return PostgresBackupBooks(self._engine, node, owner=(job_id, epoch))


def no_version(number: int, node: str | None) -> NotFound:
    """Return the refusal of a version that there is not."""
    return NotFound(f"There is no version {number} of the backup configuration of {node}.")


def _kept(row: Any) -> KeptConfig:
    return KeptConfig(**row._asdict() | {"config": BackupConfig.model_validate(row.config)})
