"""Follows a run of the product to its end: progress, phases and its log as they are."""

import time
from collections.abc import Callable

from calypso.drivers.backup import Backup, BackupError, LiveRun, Run, RunNotLive, RunState
from calypso.errors import JobCancelled
from calypso.jobs.backup._ending import GOOD
from calypso.jobs.backup._refusals import RunLost, StillRuns
from calypso.models.running import RunningJob

LOOK_S = 2.0
LOST_S = 120.0  # from the end of a run until its catalog must say how it ended
STOP_S = 600.0  # a cancelled run writes its end of data and its records
GRACE_S = STOP_S + 60
MOST_PERCENT = 99  # of what is expected: only its end makes a run whole
UNASKED = -1


class Following:
    """One run, and the job that follows it.

    `expect` tells how many bytes it will move, None when nobody knows; it is asked once the run
    runs, since a director may make a full backup of an incremental one until then.
    """

    def __init__(
        self,
        backup: Backup,
        run_id: int,
        running: RunningJob,
        *,
        expect: Callable[[Run], int | None],
    ) -> None:
        self._backup, self._run_id, self._running = backup, run_id, running
        self._expect, self._expected_bytes = expect, UNASKED
        self._heard = 0

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
                    return run
                alone_since = alone_since or time.monotonic()
                self._refuse_lost(alone_since)
            else:
                alone_since = None
                self._show(live)
            self._refuse_late(until)
            self._running.wait(LOOK_S)

    def _refuse_lost(self, since: float) -> None:
        if time.monotonic() - since > LOST_S:
            raise RunLost(
                f"Nothing is done for run {self._run_id}, and the catalog has no end of it. "
                "A director that is started again marks such runs as failed."
            )

    def _refuse_late(self, until: float | None) -> None:
        if until is not None and time.monotonic() > until:
            raise StillRuns(f"Run {self._run_id} was told to stop and still runs.")

    # -- what is told of it

    def _pass_log(self) -> None:
        for line in self._backup.log(self._run_id, after=self._heard):
            self._heard = line.id
            for text in line.text.rstrip().split("\n"):
                self._running.log(text)

    def _show(self, live: LiveRun) -> None:
        if live.state is RunState.RUNNING and self._expected_bytes == UNASKED:
            self._expected_bytes = self._expect(self._backup.run(self._run_id)) or 0
        total = None
        if self._expected_bytes > 0:
            total = max(self._expected_bytes, -(-live.bytes * 100 // MOST_PERCENT))
        self._running.report(done=live.bytes, total=total, unit="bytes", phase=live.phase)

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
            self._running.wait(LOOK_S)

    def _cancel(self) -> None:
        try:
            self._backup.cancel(self._run_id)
        except RunNotLive:
            self._running.log(f"Run {self._run_id} had ended before it was stopped.")
