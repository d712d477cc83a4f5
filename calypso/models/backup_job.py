"""A job of a backup product: what its runs do, and which fields that takes."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Literal, Self

from pydantic import Field, model_validator

from calypso.models.backup_names import (
    BackupJobName,
    BackupName,
    BackupResource,
    Bytes,
    FilesetPattern,
    FolderPath,
)


class JobKind(StrEnum):
    """What the runs of a job do."""

    BACKUP = "backup"
    RESTORE = "restore"
    VERIFY = "verify"
    COPY = "copy"
    MIGRATE = "migrate"
    ADMIN = "admin"


class JobLevel(StrEnum):
    """How much a backup takes, or against what a verify looks."""

    FULL = "full"
    DIFFERENTIAL = "differential"
    INCREMENTAL = "incremental"
    VIRTUAL_FULL = "virtual_full"
    BASE = "base"
    CATALOG = "catalog"
    INIT_CATALOG = "init_catalog"
    VOLUME_TO_CATALOG = "volume_to_catalog"
    DISK_TO_CATALOG = "disk_to_catalog"
    DATA = "data"


_VERIFYING = frozenset(
    {
        JobLevel.CATALOG,
        JobLevel.INIT_CATALOG,
        JobLevel.VOLUME_TO_CATALOG,
        JobLevel.DISK_TO_CATALOG,
        JobLevel.DATA,
    }
)
LEVELS = {
    JobKind.BACKUP: frozenset(JobLevel) - _VERIFYING,
    JobKind.VERIFY: _VERIFYING,
}
Selection = Literal["job", "client", "volume", "smallest_volume", "oldest_volume", "uncopied"]
PATTERNLESS = frozenset({"smallest_volume", "oldest_volume", "uncopied"})


class JobResource(BackupResource):
    """A job of the product; it runs when Calypso starts it: Bacula's own scheduler is left off."""

    name: BackupJobName = Field(description="Name of the job.")
    kind: JobKind = Field(default=JobKind.BACKUP, description="What its runs do.")
    client: BackupName = Field(description="Whose files.")
    fileset: BackupName = Field(description="Which files.")
    storage: BackupName = Field(description="Where its volumes are.")
    pool: BackupName = Field(description="Onto whose volumes.")
    next_pool: BackupName | None = Field(default=None, description="Overrides that of the pool.")
    level: JobLevel | None = Field(default=None, description="Unless a run asks for another one.")
    priority: int = Field(default=10, ge=1, le=1000, description="A lower number goes first.")
    accurate: bool = Field(
        default=True, description="Notice deleted and renamed files, so that they stay away."
    )
    max_concurrent: int = Field(default=1, ge=1, le=1000, description="Runs of it at a time.")
    max_bytes_per_s: Bytes = Field(default=0, description="0: no limit.")
    spool_data: bool = Field(default=False, description="Collect on disk before writing to tape.")
    enabled: bool = Field(default=True, description="It may be started.")
    where: FolderPath | None = Field(default=None, description="Restores go below this folder.")
    selection: Selection | None = Field(default=None, description="Which runs to copy or migrate.")
    selection_pattern: FilesetPattern | None = Field(
        default=None, description="Regular expression for the selected job, client or volume."
    )

    @model_validator(mode="after")
    def _fields_fit_the_kind(self) -> Self:
        if wrong := next(_unfit(self), None):
            raise ValueError(f"a {self.kind} job {wrong}")
        return self


def _unfit(job: JobResource) -> Iterator[str]:
    """Tell what does not fit the kind of a job."""
    levels = LEVELS.get(job.kind, frozenset())
    if job.level is not None and job.level not in levels:
        yield f"has no level {job.level}"
    if job.kind is JobKind.VERIFY and job.level is None:
        yield "needs a level: against what it looks"
    if job.kind is JobKind.RESTORE and job.where is None:
        yield "needs a folder: `where`"
    selects = job.kind in (JobKind.COPY, JobKind.MIGRATE)
    if selects != (job.selection is not None):
        yield "needs a selection" if selects else "selects no runs"
    if (job.selection in PATTERNLESS) == (job.selection_pattern is not None) and selects:
        yield f"that selects by {job.selection} " + (
            "takes no pattern" if job.selection_pattern else "needs a pattern"
        )
