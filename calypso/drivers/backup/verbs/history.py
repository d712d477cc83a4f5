"""What a backup product remembers of its runs."""

from typing import Protocol

from calypso.drivers.backup.run_values import Run, RunFilter
from calypso.drivers.backup.values import Level, RunKind


class HistoryVerbs(Protocol):
    """Looks at the catalog. CatalogDown."""

    def runs(
        self, wanted: RunFilter | None = None, *, limit: int = 100, before_id: int | None = None
    ) -> list[Run]:
        """List runs, newest first; `before_id`: only older ones, for the next page."""

    def last_good(
        self, job: str, *, level: Level | None = None, kind: RunKind = RunKind.BACKUP
    ) -> Run | None:
        """Return the newest run of a job that succeeded, with or without warnings; None.

        A copy of a backup bears the job's name too, and is of another kind.
        """
