"""A run that copies or migrates and the runs that it has spawned, followed to their ends."""

from collections.abc import Iterator

from calypso.drivers.backup import Backup, LiveRun, Run
from calypso.errors import JobCancelled
from calypso.jobs.backup._ending import judged
from calypso.jobs.backup._following import Following
from calypso.jobs.backup._refusals import StillRuns
from calypso.models.running import RunningJob


class Copying:
    """The first run and those it has spawned."""

    def __init__(self, backup: Backup, first: int, running: RunningJob) -> None:
        self._backup, self._first, self._running = backup, first, running
        self._over = 0  # of the spawned ones, in their order

    def ended(self) -> list[Run]:
        """Return all of them when they have ended well.

        Cancelled, each is stopped, and StillRuns tells of one that does not let go. One that ended
        badly is told of when all have ended.
        """
        runs: list[Run] = []
        stopped: list[JobCancelled | StillRuns] = []
        for one in self._all():
            try:
                runs.append(Following(self._backup, one, self._running, show=self._show).run())
            except (JobCancelled, StillRuns) as cut:  # the others must be stopped all the same
                stopped.append(cut)
        if stopped:
            raise next((cut for cut in stopped if isinstance(cut, StillRuns)), stopped[0])
        return [judged(run, self._backup, self._running) for run in runs]

    def _all(self) -> Iterator[int]:
        """Give the first, and when it has ended all that it has spawned."""
        yield self._first
        yield from self._backup.spawned(self._first)

    def _show(self, live: LiveRun) -> None:
        spawned = self._backup.spawned(self._first)
        while self._over < len(spawned) and self._is_over(spawned[self._over]):
            self._over += 1
        first_is_over = live.id != self._first
        self._running.report(
            done=self._over + first_is_over, total=len(spawned) + 1, unit="runs", phase=live.phase
        )

    def _is_over(self, run_id: int) -> bool:
        return self._backup.run(run_id).state.is_over
