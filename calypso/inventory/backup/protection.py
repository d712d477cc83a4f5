"""What protects what: the last good backup, the last restore drill, and when the next ones are."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from calypso.drivers.backup import Backup, BackupJob, Level, RunKind
from calypso.models.inventory import InventoryRow, inventory
from calypso.models.job import Job
from calypso.models.running import Known
from calypso.models.schedule import Schedule

RUN, DRILL = "backup.job_run", "backup.restore_drill"
PAUSE_S = 10.0  # each backup job is asked for
Params = Mapping[str, Any]


class Row(InventoryRow):
    """A backup job; `key` is its name. None: there was none, or none is to come.

    `good_…`: of its last run that ended well. `drill_…`: of the last restore drill of its client
    and fileset that succeeded, as its certificate says. `next_…`: of our schedules.
    """

    job: str
    client: str
    fileset: str
    is_enabled: bool
    good_run: int | None
    good_level: Level | None
    good_at: datetime | None
    good_files: int | None
    good_bytes: int | None
    drill_job: UUID | None
    drill_at: datetime | None
    drill_files: int | None
    drill_bytes: int | None
    next_run_at: datetime | None
    next_drill_at: datetime | None


@inventory(
    "backup/protection",
    driver=Backup,
    row=Row,
    filters=("client", "fileset"),
    least_pause_s=PAUSE_S,
)
def read_protection(backup: Backup, known: Known) -> Iterator[Row]:
    """Last good backup and restore drill of each backup job."""
    drills = known.succeeded(DRILL)
    runs, trials = known.schedules(RUN), known.schedules(DRILL)
    for job in backup.jobs():
        if job.kind is RunKind.BACKUP:
            yield Row(
                **_of(job),
                **_good(backup, job),
                **_drilled(next((one for one in drills if _tries(one.params, job)), None)),
                next_run_at=_next(one for one in runs if one.params.get("job") == job.name),
                next_drill_at=_next(one for one in trials if _tries(one.params, job)),
            )


def _of(job: BackupJob) -> dict[str, Any]:
    told = job.model_dump(include={"client", "fileset", "is_enabled"})
    return {"key": job.name, "job": job.name, **told}


def _good(backup: Backup, job: BackupJob) -> dict[str, Any]:
    run = backup.last_good(job.name)
    return {
        "good_run": run and run.id,
        "good_level": run and run.level,
        "good_at": run and run.ended_at,
        "good_files": run and run.files,
        "good_bytes": run and run.bytes,
    }


def _drilled(drill: Job | None) -> dict[str, Any]:
    found = (drill and drill.result) or {}
    return {
        "drill_job": drill and drill.id,
        "drill_at": drill and drill.finished_at,
        "drill_files": found.get("files"),
        "drill_bytes": found.get("bytes"),
    }


def _tries(drill: Params, job: BackupJob) -> bool:
    """Tell whether a drill is of the backups of a job."""
    return (drill.get("client"), drill.get("fileset")) == (job.client, job.fileset)


def _next(schedules: Iterable[Schedule]) -> datetime | None:
    """Return when the first of them fires; one that is disabled never does."""
    times: Sequence[datetime] = [one.next_fire_at for one in schedules if one.next_fire_at]
    return min(times, default=None)
