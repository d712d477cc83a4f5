"""What the end of a run means for the job that followed it."""

from collections.abc import Sequence

from calypso.drivers.backup import Backup, LogLine, Run, RunState
from calypso.jobs.backup._refusals import RunFailed, RunStopped
from calypso.models.running import RunningJob

TOLD_LINES = 5
GOOD = (RunState.SUCCEEDED, RunState.WARNINGS)


def judged(run: Run, backup: Backup, running: RunningJob) -> Run:
    """Return a run that ended well, with its complaints as warnings; else raise why it failed."""
    if run.state is RunState.CANCELLED:
        raise RunStopped(f"Run {run.id} was cancelled in {backup.probe().product}.")
    if run.state not in GOOD:
        complaints = _complaints(backup.log(run.id))
        raise RunFailed(
            f"Run {run.id} of {run.name} ended: {run.status_text}. {_first(complaints)}".rstrip(),
            original="\n".join(complaints[-TOLD_LINES:]),
        )
    if run.state is RunState.WARNINGS or run.errors:
        running.warn("backup_run_warnings", f"Run {run.id} ended with {run.errors} errors.")
    return run


def _complaints(log: Sequence[LogLine]) -> list[str]:
    """Return what the daemons called an error, the fatal ones first."""
    texts = [line.text.strip() for line in log]
    fatal = [text for text in texts if "Fatal error:" in text]
    return fatal or [text for text in texts if "Error:" in text]


def _first(complaints: Sequence[str]) -> str:
    return complaints[0].partition("rror:")[2].strip() if complaints else ""
