"""What a backup product tells of the files in its backups."""

from datetime import datetime
from typing import Protocol

from calypso.drivers.backup.file_values import FileEntry, FileVersion, SampledFile


class FileVerbs(Protocol):
    """Looks into backups. `runs`: what `runs_for` gave, after `update_cache` with the same."""

    def runs_for(
        self, client: str, fileset: str, *, before: datetime | None = None
    ) -> tuple[int, ...]:
        """Return the runs that together are the newest state, or the one at a time.

        A full backup and what follows it. NothingToRestore.
        """

    def update_cache(self, runs: tuple[int, ...], *, timeout_s: float | None = None) -> None:
        """Let the director index these runs for browsing. Takes minutes at the first time.

        DirectorSilent after `timeout_s`; it goes on all the same.
        """

    def folders(
        self, runs: tuple[int, ...], path: str, *, limit: int = 1000, offset: int = 0
    ) -> list[FileEntry]:
        """List the folders in a folder, by name; empty for one that no run has."""

    def files(
        self, runs: tuple[int, ...], path: str, *, limit: int = 1000, offset: int = 0
    ) -> list[FileEntry]:
        """List all but the folders in a folder, by name."""

    def versions(self, client: str, entry: FileEntry) -> list[FileVersion]:
        """List the versions of a file that any backup of a client holds, newest first."""

    def sample(self, runs: tuple[int, ...], *, count: int, seed: str) -> list[SampledFile]:
        """Draw plain files of the newest state that runs hold together; one seed draws the same.

        Fewer where there are fewer. Unsupported without access to the catalog.
        """

    def search(
        self, runs: tuple[int, ...], pattern: str, *, limit: int = 1000, after: str | None = None
    ) -> list[FileEntry]:
        """Find files by name in these runs: `*` and `?` stand for any letters.

        By path, those behind `after`. Unsupported without access to the catalog.
        """
