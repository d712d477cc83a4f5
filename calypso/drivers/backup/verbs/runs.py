"""What a backup product does with jobs: to list, start, watch and stop them."""

from datetime import datetime
from typing import Protocol

from calypso.drivers.backup.refusals import BackupError
from calypso.drivers.backup.run_values import Copied, Estimate, LiveRun, LogLine, Run
from calypso.drivers.backup.values import BackupJob, BackupPool, BackupStorage, Client, Level


class RunVerbs(Protocol):
    """Acts on jobs and their runs. DirectorDown, DirectorSilent, DirectorUnauthorized.

    A job, client, fileset, pool or storage that the director does not know is refused before
    anything is asked of it: BackupJobMissing, ClientMissing, FilesetMissing, BackupPoolMissing,
    StorageMissing; BadName for what none could be called.
    """

    def jobs(self) -> list[BackupJob]:
        """List the jobs, in the director's order."""

    def job(self, name: str) -> BackupJob:
        """Return one job."""

    def clients(self) -> list[Client]:
        """List the clients."""

    def filesets(self) -> list[str]:
        """List the filesets."""

    def pools(self) -> list[BackupPool]:
        """List the pools."""

    def storages(self) -> list[BackupStorage]:
        """List the storages."""

    def start(
        self,
        job: str,
        *,
        comment: str,
        level: Level | None = None,
        client: str | None = None,
        fileset: str | None = None,
        pool: str | None = None,
        storage: str | None = None,
        at: datetime | None = None,
        priority: int | None = None,
        next_pool: str | None = None,
        of_run: int | None = None,
    ) -> int:
        """Start a run and return its number. Twice starts two.

        `next_pool`: where a copy, a migration or a virtual full goes. `of_run`: the run that a
        verify looks at. When this fails with DirectorDown or DirectorSilent the run may have been
        started all the same: ask `find_started`.
        """

    def find_started(self, comment: str) -> int | None:
        """Return the run that bears this comment; None when there is none.

        CatalogDown when that cannot be known.
        """

    def next_pool(self, job: str, *, pool: str | None = None, chosen: str | None = None) -> str:
        """Return where a copy, a migration or a virtual full by a job goes.

        `pool`: another one to read from than the job's; `chosen`: where it shall go.
        NextPoolMissing where nobody has said, or it has no storage: the product would refuse.
        """

    def spawned(self, run_id: int) -> tuple[int, ...]:
        """Return the runs that a run of a copy or migration job has started so far."""

    def copied(self, run_id: int) -> Copied | None:
        """Return what a run of a copy or migration job has made of what; None: nothing."""

    def run(self, run_id: int) -> Run:
        """Return a run as the catalog has it; RunMissing."""

    def live(self, run_id: int) -> LiveRun | None:
        """Return what a run does now; None when the director does nothing for it."""

    def log(self, run_id: int, *, after: int = 0) -> list[LogLine]:
        """Return what was said about a run after line `after`; empty for one never heard of."""

    def trouble(self, run_id: int) -> BackupError | None:
        """Return why a run does not go well, as the daemons told; None when they told nothing.

        A run that waits may be in trouble too: for room, say, or a volume.
        """

    def cancel(self, run_id: int) -> None:
        """Ask director, client and storage to stop a run; look with `live` until they have.

        RunNotLive when it has ended.
        """

    def estimate(
        self,
        job: str,
        *,
        level: Level | None = None,
        client: str | None = None,
        fileset: str | None = None,
    ) -> Estimate:
        """Let the client count what a run would take along; takes minutes. ClientDown."""
