"""All that backups hold of a file."""

from collections.abc import Iterator, Sequence

from pydantic import AwareDatetime, Field

from calypso.drivers.backup import Backup, FileEntry, NothingToRestore
from calypso.inventory.backup._looking import RunsAsked, WrittenPath
from calypso.inventory.backup.files import WHOLE
from calypso.models.inventory import InventoryRow
from calypso.models.lookup import Page, lookup
from calypso.models.raw_path import meant


class FileAsked(RunsAsked):
    """Which file."""

    path: WrittenPath = Field(
        description=r"The file. A byte that is no UTF-8 is written \xff, a backslash \\."
    )


class Row(InventoryRow):
    """A version. `key`: its run and its number there; `checksum`: base64, as in the catalog."""

    run: int
    size_bytes: int | None
    modified_at: AwareDatetime | None
    checksum: str
    volume: str
    in_changer: bool


@lookup("backup/versions", driver=Backup, asked=FileAsked, row=Row)
def list_versions(backup: Backup, asked: FileAsked, page: Page) -> Iterator[Row]:
    """Versions of a file that any backup of its client holds, the newest first."""
    runs, path = asked.indexed_runs(backup), meant(asked.path)
    entry = _entry(backup, runs, path)
    client = asked.client or backup.run(entry.run_id).client
    waiting = page.after
    for one in backup.versions(client, entry):
        row = Row(
            key=f"{one.run_id}/{one.file_id}",
            run=one.run_id,
            size_bytes=one.size_bytes,
            modified_at=one.modified_at,
            checksum=one.checksum,
            volume=one.volume,
            in_changer=one.in_changer,
        )
        if waiting is None:
            yield row
        elif waiting == row.key:
            waiting = None


def _entry(backup: Backup, runs: Sequence[int], path: str) -> FileEntry:
    folder = path.rpartition("/")[0]
    for entry in backup.files(tuple(runs), f"{folder}/", limit=WHOLE):
        if entry.path == path:
            return entry
    raise NothingToRestore(f"These backups hold no file {path}. Folders have no versions.")
