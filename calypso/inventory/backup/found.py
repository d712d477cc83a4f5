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


class Row(FileRow):
    """A file, and the `folder` that it lies in."""

    folder: str


@lookup("backup/found", driver=Backup, asked=NameAsked, row=Row)
def find_files(backup: Backup, asked: NameAsked, page: Page) -> Iterator[Row]:
    """Files of a backup by name, in the order of their paths."""
    runs = asked.indexed_runs(backup)
    after = None if page.after is None else meant(page.after)
    for entry in backup.search(runs, meant(asked.name), limit=page.limit, after=after):
        found = row_of(entry)
        yield Row(**found.model_dump(), folder=found.key.rstrip("/").removesuffix(found.name))
