"""A run of the product from its start to its end, as a job of ours."""

from collections.abc import Callable

from calypso.drivers.backup import Backup, Level, Run, RunState
from calypso.jobs.backup._beginning import begun
from calypso.jobs.backup._ending import judged
from calypso.jobs.backup._expecting import Progress
from calypso.jobs.backup._following import Following
from calypso.models.jobtype import JobResult
from calypso.models.running import RunningJob


class RunResult(JobResult):
    """The run as the catalog has it."""

    run: int
    state: RunState
    level: Level | None
    client: str
    files: int
    bytes: int
    errors: int
    volumes: tuple[str, ...]


def carried_out(backup: Backup, running: RunningJob, start: Callable[[str], int]) -> Run:
    """Return a run that ended well: started once, followed, stopped when the job is cancelled."""
    run_id = begun(backup, running, start)
    progress = Progress(backup, running)
    return judged(Following(backup, run_id, running, show=progress.show).run(), backup, running)


def result_of(run: Run) -> RunResult:
    """Return what a run brought about."""
    return RunResult(
        run=run.id,
        state=run.state,
        level=run.level,
        client=run.client,
        files=run.files,
        bytes=run.bytes,
        errors=run.errors,
        volumes=run.volumes,
    )
