"""What the driver wants to know of the catalog, however it is asked."""

from datetime import datetime
from typing import Protocol

from calypso.drivers.backup.file_values import FileEntry, SampledFile
from calypso.drivers.backup.run_values import LogLine, Run, RunFilter
from calypso.drivers.backup.values import Volume


class Catalog(Protocol):
    """Read only. CatalogDown."""

    def runs(self, wanted: RunFilter, *, limit: int, before_id: int | None) -> list[Run]:
        """List runs, newest first."""

    def run(self, run_id: int) -> Run:
        """Return one run; RunMissing."""

    def started_with(self, comment: str) -> int | None:
        """Return the first run with a comment."""

    def log(self, run_id: int, *, after: int) -> list[LogLine]:
        """Return what was said about a run after a line."""

    def volumes(self) -> list[Volume]:
        """List the volumes, by name."""

    def runs_on(self, volume: str, *, older_than: datetime | None = None) -> tuple[int, ...]:
        """Return the runs with data on a volume; only those that ended before a time."""

    def unames(self) -> dict[str, str]:
        """Return what each client said it is, by name."""

    def sample(self, runs: tuple[int, ...], *, count: int, seed: str) -> list[SampledFile]:
        """Draw plain files by lot; Unsupported where it cannot."""

    def search(
        self, runs: tuple[int, ...], pattern: str, *, limit: int, after: str | None
    ) -> list[FileEntry]:
        """Find files by name; Unsupported where it cannot."""
