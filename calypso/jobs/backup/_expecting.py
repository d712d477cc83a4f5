"""How far a run is, told against what it will take along."""

from calypso.drivers.backup import Backup, Level, LiveRun, Run, RunState
from calypso.models.running import RunningJob

ESTIMATE = "backup.job_estimate"
MOST_PERCENT = 99  # of what is expected: only its end makes a run whole
UNASKED = -1


class Progress:
    """Tells of one run. What it will move is asked once it runs.

    Until then a director may still make a full backup of an incremental one.
    """

    def __init__(self, backup: Backup, running: RunningJob) -> None:
        self._backup, self._running = backup, running
        self._expected_bytes, self._done_bytes = UNASKED, 0

    def show(self, live: LiveRun) -> None:
        """Tell bytes, of how many if that is known, and what it waits for."""
        if live.state is RunState.RUNNING and self._expected_bytes == UNASKED:
            run = self._backup.run(live.id)
            self._expected_bytes = expected_bytes(run, self._backup, self._running) or 0
        self._done_bytes = max(self._done_bytes, live.bytes)  # 0 again while records are written
        total = None
        if self._expected_bytes > 0:
            total = max(self._expected_bytes, -(-self._done_bytes * 100 // MOST_PERCENT))
        self._running.report(done=self._done_bytes, total=total, unit="bytes", phase=live.phase)


def expected_bytes(run: Run, backup: Backup, running: RunningJob) -> int | None:
    """Return what the last good run of the same job and level took; else what was estimated."""
    last = backup.last_good(run.name, level=run.level, kind=run.kind)
    if last is not None:
        return last.bytes
    return _estimated(run.name, run.level, running)


def _estimated(job: str, level: Level | None, running: RunningJob) -> int | None:
    for one in running.succeeded(ESTIMATE):
        asked = one.params
        if one.result and asked.get("job") == job and asked.get("level") in (level, None):
            return int(one.result["bytes"])
    return None
