"""Prove that the newest backup can be restored: restore some of it, and compare."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from pydantic import Field

from calypso.drivers.backup import (
    Backup,
    BackupError,
    NothingToRestore,
    Replace,
    RestoreSpec,
    SampledFile,
)
from calypso.errors import JobFenced
from calypso.jobs.backup._carrying_out import carried_out
from calypso.jobs.backup._comparing import Compared, compared
from calypso.jobs.backup._fields import CLIENTS, FILESETS, JOBS
from calypso.jobs.backup._following import GRACE_S
from calypso.jobs.backup._times import RETRY, STALL_S, TIMEOUT_S
from calypso.models.backup_names import BackupJobName, BackupName
from calypso.models.clock import now
from calypso.models.jobtype import Cancel, JobParams, JobResult, OnLost, job
from calypso.models.lock import Lock, exclusive
from calypso.models.names import AbsolutePath
from calypso.models.running import RunningJob

MOST_TOLD = 20
PREFIX = "calypso-drill-"


class DrillFailed(BackupError):
    """What was restored is not what was backed up; `original` names the files."""

    code = "backup_drill_failed"
    title = "Restore drill failed"


class Params(JobParams):
    """Whose backup, how much of it, and where it is restored to."""

    client: BackupName = Field(
        description="Client whose newest backup is tried.", json_schema_extra={"x-choices": CLIENTS}
    )
    fileset: BackupName = Field(
        description="Fileset of the backup.", json_schema_extra={"x-choices": FILESETS}
    )
    files: int = Field(
        default=100, ge=1, le=10_000, description="Files to restore; each drill draws others."
    )
    scratch: AbsolutePath = Field(
        description="Folder on this machine for what is restored; it goes away again.",
        examples=["/srv/calypso/_system/drills"],
    )
    to_client: BackupName | None = Field(
        default=None,
        description="Client on this machine that restores; empty: the client itself.",
        json_schema_extra={"x-choices": CLIENTS},
    )
    compare_source: bool = Field(
        default=False,
        description="The files lie on this machine: compare with those that were not changed.",
    )
    job: BackupJobName | None = Field(
        default=None,
        description="Restore job of the director; empty: its first.",
        json_schema_extra={"x-choices": JOBS},
    )

    def locks(self) -> Sequence[Lock]:
        return [exclusive("backup", "drill", self.client, self.fileset)]

    def title(self) -> str:
        return f"Restore drill of {self.fileset} on {self.client}"


class Result(JobResult):
    """The certificate: what was restored, when, how much, and how it was compared."""

    runs: tuple[int, ...]
    restore_run: int
    began_at: datetime
    ended_at: datetime
    files: int
    bytes: int
    by_checksum: int
    by_source: int


@job(
    "backup.restore_drill",
    driver=Backup,
    permission="backup:configure",
    timeout_s=TIMEOUT_S,
    cancel=Cancel.SUBSYSTEM,
    grace_s=GRACE_S,
    on_lost=OnLost.REQUEUE,
    retry=RETRY,
    schedulable=True,
    stall_s=STALL_S,
)
def drill(params: Params, backup: Backup, running: RunningJob) -> Result:
    """Prove that the newest backup can be restored.

    Some files of it, drawn by lot, are restored into a folder that goes away again, and compared
    with the checksums that the catalog recorded, and with their source where that was not changed.
    The result is the certificate. It fails when one file differs, or is not there.
    """
    began_at = now()
    running.report(phase="drawing files")
    runs = backup.runs_for(params.client, params.fileset)
    files = backup.sample(runs, count=params.files, seed=running.job_id)
    if not files:
        raise NothingToRestore(f"The newest backup of {params.fileset} holds no files.")
    scratch = Path(params.scratch) / f"{PREFIX}{running.job_id}"
    spec = _spec(params, runs, files, scratch)
    with _cleared(scratch, running):
        run = carried_out(backup, running, lambda comment: backup.restore(spec, comment=comment))
        found = _compare(params, files, scratch, running)
    _refuse_wrong(found, params)
    return Result(
        runs=runs,
        restore_run=run.id,
        began_at=began_at,
        ended_at=now(),
        files=found.files,
        bytes=found.bytes,
        by_checksum=found.by_checksum,
        by_source=found.by_source,
    )


def _spec(
    params: Params, runs: tuple[int, ...], files: Sequence[SampledFile], scratch: Path
) -> RestoreSpec:
    return RestoreSpec(
        client=params.client,
        runs=runs,
        paths=tuple(file.path for file in files),
        to_client=params.to_client,
        where=str(scratch),
        replace=Replace.ALWAYS,
        job=params.job,
    )


@contextmanager
def _cleared(scratch: Path, running: RunningJob) -> Iterator[None]:
    """Have the folder removed in the end, unless another attempt goes on with it."""
    try:
        yield
    except BaseException as ended:
        if not _goes_on(ended):
            _clear(scratch, running)
        raise
    _clear(scratch, running)


def _goes_on(ended: BaseException) -> bool:
    is_tried_again = isinstance(ended, BackupError) and ended.transient
    return is_tried_again or isinstance(ended, JobFenced)


def _compare(
    params: Params, files: Sequence[SampledFile], scratch: Path, running: RunningJob
) -> Compared:
    total, done = sum(file.size_bytes for file in files), 0

    def step(size_bytes: int) -> None:
        nonlocal done
        done += size_bytes
        running.stop_if_cancelled()
        running.report(phase="comparing", done=min(done, total), total=total, unit="bytes")

    source = Path("/") if params.compare_source else None
    return compared(files, scratch, source, step)


def _clear(scratch: Path, running: RunningJob) -> None:
    with running.tidying():
        if scratch.exists():
            shutil.rmtree(scratch)


def _refuse_wrong(found: Compared, params: Params) -> None:
    if not found.wrong:
        return
    more = len(found.wrong) - 1
    others = f", and so on with {more} more" if more else ""
    raise DrillFailed(
        f"Of {found.files} files of {params.fileset} on {params.client}, {found.wrong[0]}{others}. "
        "Verify its volumes, and back it up again.",
        original="\n".join(found.wrong[:MOST_TOLD]),
    )
