"""Index the files of runs, so that they can be browsed."""

from collections.abc import Sequence

from pydantic import Field

from calypso.drivers.backup import Backup
from calypso.models.jobtype import Cancel, JobParams, NoResult, OnLost, job
from calypso.models.lock import Lock, exclusive
from calypso.models.running import RunningJob


class Params(JobParams):
    """Which runs."""

    runs: tuple[int, ...] = Field(
        min_length=1, max_length=1000, description="Numbers of the runs to index."
    )

    def locks(self) -> Sequence[Lock]:
        return [exclusive("backup", "files-index")]

    def title(self) -> str:
        return f"Index the files of {len(self.runs)} runs"


@job(
    "backup.files_index",
    driver=Backup,
    permission="backup:operate",
    timeout_s=6 * 3600,
    cancel=Cancel.CHECKPOINT,
    on_lost=OnLost.REQUEUE,
    schedulable=True,
)
def index_files(params: Params, backup: Backup, running: RunningJob) -> NoResult:
    """Index the files of runs.

    The director builds the tree of folders that browsing reads; runs that are indexed are passed.
    """
    for done, run_id in enumerate(params.runs):
        running.stop_if_cancelled()
        running.report(done=done, total=len(params.runs), unit="runs", phase="indexing")
        backup.update_cache((run_id,))
    return NoResult()
