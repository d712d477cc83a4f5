"""A folder of a backup, as it was."""

from collections.abc import Iterator

from pydantic import Field

from calypso.drivers.backup import Backup
from calypso.inventory.backup._looking import FileRow, RunsAsked, WrittenPath, row_of
from calypso.models.lookup import Page, lookup
from calypso.models.raw_path import meant

WHOLE = 1_000_000  # more than a folder may have


class FolderAsked(RunsAsked):
    """Which folder."""

    path: WrittenPath = Field(
        default="/",
        description=r"Folder to list. A byte that is no UTF-8 is written \xff, a backslash \\.",
    )


@lookup("backup/files", driver=Backup, asked=FolderAsked, row=FileRow)
def list_folder(backup: Backup, asked: FolderAsked, page: Page) -> Iterator[FileRow]:
    """Files of a folder of a backup, its folders first."""
    runs, path = asked.indexed_runs(backup), meant(asked.path)
    after = None if page.after is None else _place(meant(page.after))
    for list_some in (backup.folders, backup.files):
        for entry in list_some(runs, path, limit=WHOLE):
            if after is None or _place(entry.path) > after:
                yield row_of(entry)


def _place(path: str) -> tuple[bool, str]:
    """Return by what entries are ordered: folders first, then by path."""
    return not path.endswith("/"), path
