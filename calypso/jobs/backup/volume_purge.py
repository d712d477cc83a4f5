"""Forget all runs of a volume."""

from calypso.drivers.backup import Backup
from calypso.jobs.backup._times import SHORT_S
from calypso.jobs.backup._volumes import VolumeParams, VolumeResult, plan_of, told
from calypso.models.jobtype import Cancel, OnLost, Plan, job
from calypso.models.running import RunningJob


class Params(VolumeParams):
    """Which volume."""

    def title(self) -> str:
        return f"Purge volume {self.volume}"


def plan(params: Params, backup: Backup) -> Plan:
    """Say which runs would be forgotten."""
    return plan_of(backup.plan_purge(params.volume))


@job(
    "backup.volume_purge",
    driver=Backup,
    permission="backup:destroy",
    timeout_s=SHORT_S,
    cancel=Cancel.CHECKPOINT,
    on_lost=OnLost.REQUEUE,
    destructive=True,
    plan=plan,
)
def purge_volume(params: Params, backup: Backup, running: RunningJob) -> VolumeResult:
    """Forget all runs of a volume, whatever was to be kept.

    They can no longer be restored from it.
    """
    running.stop_if_cancelled()
    running.report(phase="asking the director")
    return told(backup.purge(params.volume))
