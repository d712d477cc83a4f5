"""The configuration kept here, and how the director's own files stand beside it."""

from collections.abc import Iterator

from calypso.drivers.backup import Backup, ConfigState, Unsupported
from calypso.errors import Misconfigured
from calypso.models.backup_config import BackupConfig
from calypso.models.inventory import InventoryRow, inventory
from calypso.models.running import Known


class Row(InventoryRow):
    """One resource, or our file as a whole; `key` is kind and name.

    `version`: of the configuration on record; None for what is not in it. `differs`: in which
    fields or directives. `where`: the file.
    """

    kind: str
    name: str
    state: ConfigState
    version: int | None
    differs: tuple[str, ...]
    where: str


@inventory("backup/config", driver=Backup, row=Row, filters=("kind", "name", "state"))
def read_config(backup: Backup, known: Known) -> Iterator[Row]:
    """Backup configuration, and what was edited by hand.

    Empty where the director's files are not on this machine, or do not read ours in.
    """
    kept = known.backup.config()
    config = BackupConfig() if kept is None else kept.config
    ours = {(kind, one.name) for kind, named in config.by_kind().items() for one in named}
    try:
        drift = backup.drift(config)
    except (Unsupported, Misconfigured):
        return
    for one in drift.standings:
        yield Row(
            key=f"{one.kind}/{one.name}",
            version=kept.version if kept and (one.kind, one.name) in ours else None,
            where=drift.where,
            **one.model_dump(),
        )
