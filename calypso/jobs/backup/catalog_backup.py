"""Dump the catalog, and let a backup job take the dump along."""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

from pydantic import Field

from calypso.drivers.backup import Backup, CatalogDump, RunKind
from calypso.jobs.backup._carrying_out import carried_out
from calypso.jobs.backup._fields import JOBS
from calypso.jobs.backup._following import GRACE_S
from calypso.jobs.backup._kinds import refuse_other_kind
from calypso.jobs.backup._refusals import DumpLeftBehind
from calypso.jobs.backup._times import RETRY, STALL_S, TIMEOUT_S
from calypso.models.backup_names import BackupJobName
from calypso.models.jobtype import Cancel, JobParams, JobResult, OnLost, job
from calypso.models.lock import Lock, exclusive, present
from calypso.models.running import RunningJob

BLOCK_BYTES = 1 << 20
MOST_FILES = 100_000  # more than dumps that may stay


class Params(JobParams):
    """How many dumps stay, and who takes the newest along."""

    keep: int = Field(default=7, ge=1, le=1000, description="The newest dumps that stay.")
    job: BackupJobName | None = Field(
        default=None,
        description="Job of the director whose fileset has the folder of the dumps; run at once.",
        json_schema_extra={"x-choices": JOBS},
    )

    def locks(self) -> Sequence[Lock]:
        dumps = exclusive("backup", "catalog-dumps")
        return [dumps] if self.job is None else [dumps, present("backup", "job", self.job)]

    def title(self) -> str:
        return "Back up the catalog" + (f" by {self.job}" if self.job else "")


class Result(JobResult):
    """The dump, those that were removed for it, and the run that took it along."""

    path: str
    bytes: int
    sha256: str
    removed: tuple[str, ...]
    run: int | None


@job(
    "backup.catalog_backup",
    driver=Backup,
    permission="backup:operate",
    timeout_s=TIMEOUT_S,
    cancel=Cancel.SUBSYSTEM,
    grace_s=GRACE_S,
    on_lost=OnLost.REQUEUE,
    retry=RETRY,
    schedulable=True,
    stall_s=STALL_S,
)
def back_up_catalog(params: Params, backup: Backup, running: RunningJob) -> Result:
    """Dump the catalog, and let a backup job take the dump along.

    By pg_dump, as of one moment, to a private folder on this node; `pg_restore` brings it back.
    Without a catalog no backup can be found, so have the dump taken away from this machine.
    """
    if params.job is not None:
        refuse_other_kind(backup.job(params.job), RunKind.BACKUP)
    before = backup.catalog_dumps()
    dump = backup.dump_catalog(
        running.job_id,
        private=Path(running.secrets_path),
        step=_reporter(running, "dumping", before[0].bytes if before else None),
    )
    digest = _digest(dump, _reporter(running, "reading it back", dump.bytes))
    removed = _remove_older(backup, params.keep)
    run = _taken_along(params.job, dump, backup, running)
    return Result(path=dump.path, bytes=dump.bytes, sha256=digest, removed=removed, run=run)


def _reporter(running: RunningJob, phase: str, total: int | None) -> Callable[[int], None]:
    """Return what tells of bytes; a dump that outgrows the last one is not whole for that."""

    def report(done: int) -> None:
        running.stop_if_cancelled()
        most = None if total is None else max(total, done + 1)
        running.report(phase=phase, done=done, total=most, unit="bytes")

    return report


def _digest(dump: CatalogDump, step: Callable[[int], None]) -> str:
    digest, done = hashlib.sha256(), 0
    with Path(dump.path).open("rb") as stream:
        while block := stream.read(BLOCK_BYTES):
            digest.update(block)
            done += len(block)
            step(done)
    return digest.hexdigest()


def _remove_older(backup: Backup, keep: int) -> tuple[str, ...]:
    older = [one.name for one in backup.catalog_dumps()[keep:]]
    for name in older:
        backup.forget_dump(name)
    return tuple(older)


def _taken_along(
    job: str | None, dump: CatalogDump, backup: Backup, running: RunningJob
) -> int | None:
    """Have the dump backed up; returns the run. DumpLeftBehind when the run is without it."""
    if job is None:
        return None
    run = carried_out(backup, running, lambda comment: backup.start(job, comment=comment))
    backup.update_cache((run.id,))
    folder = str(Path(dump.path).parent)
    if all(one.path != dump.path for one in backup.files((run.id,), folder, limit=MOST_FILES)):
        raise DumpLeftBehind(
            f"Run {run.id} of {job} does not hold {dump.path}: give its fileset {folder}, and let "
            "its client be the file daemon of this node. The dump stays here."
        )
    return run.id
