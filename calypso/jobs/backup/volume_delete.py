"""Take a volume out of the catalog."""

from calypso.drivers.backup import Backup, VolumeMissing
from calypso.jobs.backup._times import SHORT_S
from calypso.jobs.backup._volumes import VolumeParams, plan_of
from calypso.models.jobtype import Cancel, NoResult, OnLost, Plan, job
from calypso.models.running import RunningJob


class Params(VolumeParams):
    """Which volume."""

    def title(self) -> str:
        return f"Delete volume {self.volume}"


def plan(params: Params, backup: Backup) -> Plan:
    """Say which runs go with it."""
    return plan_of(backup.plan_delete(params.volume))


@job(
    "backup.volume_delete",
    driver=Backup,
    permission="backup:destroy",
    timeout_s=SHORT_S,
    cancel=Cancel.CHECKPOINT,
    on_lost=OnLost.REQUEUE,
    destructive=True,
    plan=plan,
)
def delete_volume(params: Params, backup: Backup, running: RunningJob) -> NoResult:
    """Take a volume and its runs out of the catalog.

    The medium, or the file, stays as it is.
    """
    running.stop_if_cancelled()
    running.report(phase="asking the director")
    try:
        backup.delete(params.volume)
    except VolumeMissing:
        if running.attempt == 1:
            raise
        running.log(f"{params.volume} was deleted by an earlier attempt.")
    return NoResult()
