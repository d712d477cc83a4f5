"""Restore files from backups to a client."""

from collections.abc import Sequence
from typing import Self

from pydantic import AwareDatetime, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from calypso.drivers.backup import Backup, Replace, RestoreSpec, RunState
from calypso.jobs.backup._carrying_out import carried_out
from calypso.jobs.backup._fields import CLIENTS, FILESETS, JOBS
from calypso.jobs.backup._following import GRACE_S
from calypso.jobs.backup._times import RETRY, STALL_S, TIMEOUT_S
from calypso.models.backup_names import BackupJobName, BackupName
from calypso.models.complaints import complaint
from calypso.models.jobtype import Cancel, JobParams, JobResult, OnLost, job
from calypso.models.lock import Lock, present
from calypso.models.raw_path import meant
from calypso.models.running import RunningJob


class Params(JobParams):
    """What is restored, from when, and to where."""

    client: BackupName = Field(
        description="Client whose files they were.", json_schema_extra={"x-choices": CLIENTS}
    )
    fileset: BackupName | None = Field(
        default=None,
        description="Newest state of this fileset; or name runs.",
        json_schema_extra={"x-choices": FILESETS},
    )
    before: AwareDatetime | None = Field(
        default=None, description="The state of the fileset at this time instead of the newest."
    )
    runs: tuple[int, ...] = Field(
        default=(), max_length=1000, description="Restore from these runs, all of them together."
    )
    paths: tuple[str, ...] | None = Field(
        default=None,
        min_length=1,
        max_length=10_000,
        description="Files and folders to restore; empty: all.",
    )
    to_client: BackupName | None = Field(
        default=None,
        description="Another client to restore to.",
        json_schema_extra={"x-choices": CLIENTS},
    )
    where: str | None = Field(
        default=None, max_length=900, description="Folder to put them below; or say in_place."
    )
    in_place: bool = Field(default=False, description="Put them back where they were.")
    replace: Replace = Field(
        default=Replace.NEVER, description="Which files that are there may be written over."
    )
    job: BackupJobName | None = Field(
        default=None,
        description="Restore job of the director; empty: its first.",
        json_schema_extra={"x-choices": JOBS},
    )

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        try:
            self.spec()
        except ValidationError as wrong:
            raise ValueError(_told(wrong.errors()[0])) from wrong
        return self

    def spec(self) -> RestoreSpec:
        """Return what the product is asked for."""
        paths = None if self.paths is None else tuple(meant(path) for path in self.paths)
        return RestoreSpec(**{**self.model_dump(), "paths": paths})

    def locks(self) -> Sequence[Lock]:
        return [present("backup", "client", self.to_client or self.client)]

    def title(self) -> str:
        place = "where they were" if self.in_place else f"to {self.where}"
        return f"Restore files of {self.client} {place}"


def _told(error: ErrorDetails) -> str:
    return ": ".join([*map(str, error["loc"]), complaint(error)])


class Result(JobResult):
    """What was restored."""

    run: int
    state: RunState
    files: int
    bytes: int


@job(
    "backup.restore",
    driver=Backup,
    permission="backup:configure",
    timeout_s=TIMEOUT_S,
    cancel=Cancel.SUBSYSTEM,
    grace_s=GRACE_S,
    on_lost=OnLost.REQUEUE,
    retry=RETRY,
    stall_s=STALL_S,
)
def restore(params: Params, backup: Backup, running: RunningJob) -> Result:
    """Restore files from backups to a client.

    By runs, or the state of a fileset now or at a time; all of it or chosen paths. It writes as
    root on the client, wherever it is told to.
    """
    spec = params.spec()
    run = carried_out(backup, running, lambda comment: backup.restore(spec, comment=comment))
    return Result(run=run.id, state=run.state, files=run.files, bytes=run.bytes)
