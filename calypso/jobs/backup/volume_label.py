"""Write a label on a new volume."""

from collections.abc import Sequence

from pydantic import Field

from calypso.drivers.backup import Backup, VolumeExists
from calypso.jobs.backup._fields import POOLS, STORAGES, storage_lock, volume_lock
from calypso.jobs.backup._volumes import VolumeResult, told
from calypso.models.backup_names import BackupName, VolumeName
from calypso.models.jobtype import Cancel, JobParams, OnLost, job
from calypso.models.lock import Lock
from calypso.models.running import RunningJob


class Params(JobParams):
    """Which volume, where it is, and whose it becomes."""

    storage: BackupName = Field(
        description="Storage that writes the label.", json_schema_extra={"x-choices": STORAGES}
    )
    volume: VolumeName = Field(description="Name for the volume.")
    pool: BackupName = Field(
        description="Pool that it joins.", json_schema_extra={"x-choices": POOLS}
    )
    slot: int = Field(default=0, ge=0, description="Slot it lies in; 0: no changer.")
    drive: int = Field(default=0, ge=0, description="Number of the drive.")

    def locks(self) -> Sequence[Lock]:
        return [storage_lock(self.storage), volume_lock(self.volume)]

    def title(self) -> str:
        return f"Label volume {self.volume}"


@job(
    "backup.volume_label",
    driver=Backup,
    permission="backup:operate",
    timeout_s=3600,
    cancel=Cancel.BEFORE_START,
    on_lost=OnLost.REQUEUE,
)
def label_volume(params: Params, backup: Backup, running: RunningJob) -> VolumeResult:
    """Write a label on a new volume and put it on record.

    A volume that has a label is refused: relabelling would lose what is on it.
    """
    running.report(phase="labelling")
    try:
        volume = backup.label(
            params.storage, params.volume, params.pool, slot=params.slot, drive=params.drive
        )
    except VolumeExists:
        volume = backup.volume(params.volume)
        if running.attempt == 1 or volume.pool != params.pool or volume.runs:
            raise
        running.log(f"{params.volume} was labelled by an earlier attempt.")
    return told(volume)
