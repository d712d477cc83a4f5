"""What the end of a run means for the job that followed it."""

from calypso.drivers.backup import Backup, BackupError, FilesDiffer, Run, RunState
from calypso.jobs.backup._refusals import RunDiffers, RunFailed, RunStopped
from calypso.models.running import RunningJob

GOOD = (RunState.SUCCEEDED, RunState.WARNINGS)


def judged(run: Run, backup: Backup, running: RunningJob) -> Run:
    """Return a run that ended well, with its complaints as warnings; else raise why it failed."""
    if run.state is RunState.CANCELLED:
        raise RunStopped(f"Run {run.id} was cancelled in {backup.probe().product}.")
    if run.state not in GOOD:
        raise _failed(run, backup.trouble(run.id))
    if run.state is RunState.WARNINGS or run.errors:
        running.warn("backup_run_warnings", f"Run {run.id} ended with {run.errors} errors.")
    return run


def _failed(run: Run, why: BackupError | None) -> BackupError:
    told = f"Run {run.id} of {run.name} ended: {run.status_text}."
    if why is None:
        return RunFailed(f"{told} Its log is with this job.")
    refusal = RunDiffers if isinstance(why, FilesDiffer) else RunFailed
    return refusal(f"{told} {why.detail}", original=why.original)
