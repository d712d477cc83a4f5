"""Change what the director is configured with."""

from collections.abc import Sequence
from typing import Self

from pydantic import Field, model_validator

from calypso.drivers.backup import Backup
from calypso.jobs.backup import _configuring as configuring
from calypso.jobs.backup._configuring import TIMEOUT_S, ConfigResult, config_lock, in_force
from calypso.models.backup_changes import Names, changed
from calypso.models.backup_config import PLACES, BackupConfig
from calypso.models.jobtype import Cancel, JobParams, OnLost, Plan, job
from calypso.models.lock import Lock, exclusive
from calypso.models.running import Known, RunningJob


class Params(JobParams):
    """Which resources are added, changed or removed; or which version is gone back to."""

    set: BackupConfig = Field(
        default=BackupConfig(),
        description="Resources to add, or to put in place of those of the same kind and name.",
    )
    remove: Names = Field(default=Names(), description="Resources to remove.")
    version: int | None = Field(
        default=None, ge=1, description="Go back to a version instead; it becomes a new one."
    )
    overwrite_drift: bool = Field(
        default=False, description="Write over what somebody edited by hand."
    )

    @model_validator(mode="after")
    def _is_one_or_the_other(self) -> Self:
        if self.version is not None and (self.set != BackupConfig() or self.remove != Names()):
            raise ValueError("a version is gone back to as a whole: name it alone")
        return self

    def locks(self) -> Sequence[Lock]:
        if self.version is not None:  # nobody can tell yet what goes
            return [config_lock(), *(exclusive("backup", kind) for kind in PLACES)]
        gone = [exclusive("backup", kind, name) for kind, name in self.remove.pairs()]
        return [config_lock(), *gone]

    def title(self) -> str:
        if self.version is not None:
            return f"Go back to version {self.version} of the backup configuration"
        return "Apply the backup configuration"

    def wanted(self, known: Known, before: BackupConfig) -> BackupConfig:
        """Return what is to be in force after `before`."""
        if self.version is not None:
            return known.backup.version(self.version).config
        return changed(before, self.set, self.remove)


def plan(params: Params, backup: Backup, known: Known) -> Plan:
    """Say what would be added, changed and removed."""
    before = in_force(known)
    return configuring.plan_of(
        backup, before, params.wanted(known, before), overwrite_drift=params.overwrite_drift
    )


@job(
    "backup.config_apply",
    driver=Backup,
    permission="backup:configure",
    timeout_s=TIMEOUT_S,
    cancel=Cancel.CHECKPOINT,
    on_lost=OnLost.REQUEUE,
    plan=plan,
)
def apply_config(params: Params, backup: Backup, running: RunningJob) -> ConfigResult:
    """Change what the director is configured with, or go back to a version.

    Checked by the director itself before it is put in place; when the director does not take it
    up, what was in force is so again. Without parameters what is on record is applied anew, which
    is how a changed password gets there. Volumes and the catalog stay as they are.
    """
    return configuring.applied(
        backup,
        running,
        lambda before: params.wanted(running, before),
        overwrite_drift=params.overwrite_drift,
    )
