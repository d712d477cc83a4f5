"""Files of a backup by their names."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from calypso.drivers.backup import Backup
from calypso.inventory.backup._looking import FileRow, RunsAsked, WrittenPath, row_of
from calypso.models.lookup import Page, lookup
from calypso.models.raw_path import meant


class NameAsked(RunsAsked):
    """Which names."""

    name: Annotated[WrittenPath, Field(min_length=1)] = Field(
        description="Name of a file, without its folder; `*` and `?` stand for any letters."
    )


@lookup("backup/found", driver=Backup, asked=NameAsked, row=FileRow)
def find_files(backup: Backup, asked: NameAsked, page: Page) -> Iterator[FileRow]:
    """Files of a backup by name, in the order of their paths."""
    runs = asked.indexed_runs(backup)
    after = None if page.after is None else meant(page.after)
    for entry in backup.search(runs, meant(asked.name), limit=page.limit, after=after):
        yield row_of(entry)
