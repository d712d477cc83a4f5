"""Starts a run once, however often the job is run."""

from collections.abc import Callable

from calypso.drivers.backup import Backup, DirectorDown, DirectorSilent
from calypso.models.running import RunningJob

SETTLE_S = 10  # a director that stood still takes up what it was asked before anybody died


def begun(backup: Backup, running: RunningJob, start: Callable[[str], int]) -> int:
    """Return the run that this job has started: now, or at an earlier attempt.

    `start` takes the comment that the run bears, by which it is found again.
    """
    if running.external is not None:
        return int(running.external)
    run_id = _earlier(backup, running)
    if run_id is None:
        running.report(phase="starting")
        run_id = _started(backup, running, start)
    running.remember(str(run_id))
    return run_id


def _earlier(backup: Backup, running: RunningJob) -> int | None:
    """Return the run of an attempt that died before it could note it."""
    tokens = running.earlier_tokens
    for _ in range(SETTLE_S if tokens else 0):
        running.report(phase="looking for a run of an earlier attempt")
        for token in tokens:
            if (found := backup.find_started(token)) is not None:
                running.log(f"Run {found} is of an earlier attempt: it is followed.")
                return found
        running.wait(1)
    return None


def _started(backup: Backup, running: RunningJob, start: Callable[[str], int]) -> int:
    try:
        return start(running.token)
    except (DirectorDown, DirectorSilent):  # it may have been started all the same
        found = backup.find_started(running.token)
        if found is None:
            raise
        return found
