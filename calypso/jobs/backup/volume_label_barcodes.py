"""Label what lies in slots by its barcodes."""

from collections.abc import Sequence

from pydantic import Field

from calypso.drivers.backup import Backup, VolumeMissing
from calypso.jobs.backup._fields import POOLS, STORAGES, storage_lock
from calypso.models.backup_names import BackupName
from calypso.models.jobtype import Cancel, JobParams, JobResult, OnLost, job
from calypso.models.lock import Lock
from calypso.models.running import RunningJob


class Params(JobParams):
    """Which slots, and whose the volumes become."""

    storage: BackupName = Field(
        description="Storage with the changer.", json_schema_extra={"x-choices": STORAGES}
    )
    pool: BackupName = Field(
        description="Pool that they join.", json_schema_extra={"x-choices": POOLS}
    )
    slots: tuple[int, ...] = Field(
        min_length=1, max_length=1000, description="Slots whose cartridges are labelled."
    )
    drive: int = Field(default=0, ge=0, description="Number of the drive that writes.")

    def locks(self) -> Sequence[Lock]:
        return [storage_lock(self.storage)]

    def title(self) -> str:
        return f"Label {len(self.slots)} slots of {self.storage} by barcode"


class Result(JobResult):
    """The volumes that were labelled, and the slots that had nothing to label."""

    volumes: list[str]
    passed: list[int]


@job(
    "backup.volume_label_barcodes",
    driver=Backup,
    permission="backup:operate",
    timeout_s=86400,
    cancel=Cancel.CHECKPOINT,
    on_lost=OnLost.REQUEUE,
)
def label_slots(params: Params, backup: Backup, running: RunningJob) -> Result:
    """Label what lies in slots by its barcodes.

    One slot after the other, so that it can be cancelled between two. Volumes that are on record
    and empty slots are passed.
    """
    volumes: list[str] = []
    passed: list[int] = []
    for done, slot in enumerate(params.slots):
        running.stop_if_cancelled()
        running.report(
            done=done, total=len(params.slots), unit="slots", phase=f"labelling slot {slot}"
        )
        try:
            found = backup.label_barcodes(
                params.storage, params.pool, slots=(slot,), drive=params.drive
            )
            volumes += [one.name for one in found]
        except VolumeMissing:
            passed.append(slot)
    return Result(volumes=volumes, passed=passed)
