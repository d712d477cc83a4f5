"""Follows a run of the product to its end: progress, phases and its log as they are."""

import time
from collections.abc import Callable

from calypso.drivers.backup import Backup, BackupError, LiveRun, Run, RunNotLive
from calypso.errors import JobCancelled
from calypso.jobs.backup._ending import GOOD
from calypso.jobs.backup._refusals import RunLost, StillRuns
from calypso.models.clock import now
from calypso.models.running import RunningJob

FIRST_LOOK_S, LONGEST_LOOK_S = 0.25, 2.0
LOOK_SHARE = 0.05  # of the time that a run has taken: it is told as ended no later than that
SECOND_S = 1.0
LOST_S = 120.0  # from the end of a run until its catalog must say how it ended
STOP_S = 600.0  # a cancelled run writes its end of data and its records
GRACE_S = STOP_S + 60


class Following:
    """One run, and the job that follows it. `show` hears what it does at each look."""

    def __init__(
        self,
        backup: Backup,
        run_id: int,
        running: RunningJob,
        *,
        show: Callable[[LiveRun], None],
    ) -> None:
        self._backup, self._run_id, self._running = backup, run_id, running
        self._show = show
        self._heard, self._since = 0, time.monotonic()

    def run(self) -> Run:
        """Return the run when it has ended.

        Cancelled, it stops the run and waits for its end; one that ended well all the same is
        returned. StillRuns: the product does not let go.
        """
        try:
            return self._ended()
        except JobCancelled:
            with self._running.tidying():
                run = self._stopped()
            if run.state in GOOD:
                return run
            raise

    def _ended(self, *, until: float | None = None) -> Run:
        """Look until it has ended; `until`: StillRuns after that moment."""
        alone_since: float | None = None
        while True:
            live = self._backup.live(self._run_id)
            self._pass_log()
            if live is None:
                run = self._backup.run(self._run_id)
                if run.state.is_over:
                    self._let_its_second_pass(run)
                    return run
                alone_since = alone_since or time.monotonic()
                self._refuse_lost(alone_since)
            else:
                alone_since = None
                self._show(live)
            self._refuse_late(until)
            self._pause()

    def _pause(self) -> None:
        took_s = time.monotonic() - self._since
        self._running.wait(min(LONGEST_LOOK_S, max(FIRST_LOOK_S, took_s * LOOK_SHARE)))

    def _let_its_second_pass(self, run: Run) -> None:
        """Wait until the next run begins in another second.

        Bacula's times are whole seconds, and of two runs that began in the same one it leaves the
        incremental out of what it restores.
        """
        if run.started_at is not None:
            left_s = SECOND_S - (now() - run.started_at).total_seconds()
            if 0 < left_s <= SECOND_S:
                self._running.wait(left_s)

    def _refuse_lost(self, since: float) -> None:
        if time.monotonic() - since > LOST_S:
            raise RunLost(
                f"Nothing is done for run {self._run_id}, and the catalog has no end of it. "
                "A director that is started again marks such runs as failed."
            )

    def _refuse_late(self, until: float | None) -> None:
        if until is not None and time.monotonic() > until:
            raise StillRuns(f"Run {self._run_id} was told to stop and still runs.")

    def _pass_log(self) -> None:
        for line in self._backup.log(self._run_id, after=self._heard):
            self._heard = line.id
            for text in line.text.rstrip().split("\n"):
                self._running.log(text)

    # -- stopping it

    def _stopped(self) -> Run:
        """Have the run stopped, however long the director is away, as long as there is time."""
        until = time.monotonic() + STOP_S
        self._running.report(phase="stopping the run")
        while True:
            try:
                self._cancel()
                return self._ended(until=until)
            except BackupError as refused:
                if not refused.transient or time.monotonic() > until:
                    raise StillRuns(
                        f"Whether run {self._run_id} was stopped is not known: {refused.detail}",
                        original=refused.original,
                    ) from refused
            self._pause()

    def _cancel(self) -> None:
        try:
            self._backup.cancel(self._run_id)
        except RunNotLive:
            self._running.log(f"Run {self._run_id} had ended before it was stopped.")
