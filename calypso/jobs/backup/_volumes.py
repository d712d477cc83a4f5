"""What jobs on one volume share."""

from collections.abc import Sequence

from pydantic import Field

from calypso.drivers.backup import Volume, VolumePlan, VolumeState
from calypso.jobs.backup._fields import VOLUMES, volume_lock
from calypso.models.backup_names import BackupName
from calypso.models.jobtype import JobParams, JobResult, Plan
from calypso.models.lock import Lock

MOST_NAMED = 50


class VolumeParams(JobParams):
    """Which volume."""

    volume: BackupName = Field(
        description="Name of the volume.", json_schema_extra={"x-choices": VOLUMES}
    )

    def locks(self) -> Sequence[Lock]:
        return [volume_lock(self.volume)]


class VolumeResult(JobResult):
    """The volume as the catalog has it now."""

    volume: str
    state: VolumeState
    runs: int
    bytes: int


def told(volume: Volume) -> VolumeResult:
    """Return what became of a volume."""
    return VolumeResult(
        volume=volume.name, state=volume.state, runs=volume.runs, bytes=volume.bytes
    )


def plan_of(found: VolumePlan) -> Plan:
    """Return what would be lost, for people."""
    runs = [f"run {number}" for number in found.runs[:MOST_NAMED]]
    more = len(found.runs) - MOST_NAMED
    if more > 0:
        runs.append(f"{more} more runs")
    return Plan(
        effects=[f"{found.act} volume {found.volume.name} of pool {found.volume.pool}"],
        destroys=runs,
    )
