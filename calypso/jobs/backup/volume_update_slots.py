"""Let the catalog know what lies where in a changer."""

from collections.abc import Sequence

from pydantic import Field

from calypso.drivers.backup import Backup
from calypso.jobs.backup._fields import STORAGES, storage_lock
from calypso.models.backup_names import BackupName
from calypso.models.jobtype import Cancel, JobParams, JobResult, OnLost, job
from calypso.models.lock import Lock
from calypso.models.running import RunningJob


class Params(JobParams):
    """Which changer."""

    storage: BackupName = Field(
        description="Storage with the changer.", json_schema_extra={"x-choices": STORAGES}
    )
    drive: int = Field(default=0, ge=0, description="Number of the drive that reads labels.")
    scan: bool = Field(
        default=False, description="Read each label instead of the barcodes; takes minutes a slot."
    )

    def locks(self) -> Sequence[Lock]:
        return [storage_lock(self.storage)]

    def title(self) -> str:
        return f"Update slots of {self.storage}"


class Result(JobResult):
    """Volumes that are in the changer, and labels that the catalog does not know."""

    known: tuple[str, ...]
    unknown: tuple[str, ...]


@job(
    "backup.volume_update_slots",
    driver=Backup,
    permission="backup:operate",
    timeout_s=86400,
    cancel=Cancel.BEFORE_START,
    on_lost=OnLost.REQUEUE,
    schedulable=True,
)
def update_slots(params: Params, backup: Backup, running: RunningJob) -> Result:
    """Let the catalog know what lies where in a changer."""
    running.report(phase="reading labels" if params.scan else "reading barcodes")
    found = backup.update_slots(params.storage, drive=params.drive, scan=params.scan)
    if found.unknown:
        running.warn(
            "backup_volumes_unknown",
            f"The catalog does not know {', '.join(found.unknown[:20])}.",
        )
    return Result(known=found.known, unknown=found.unknown)
