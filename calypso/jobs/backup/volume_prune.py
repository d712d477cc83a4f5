"""Forget the runs of a volume that need not be kept."""

from calypso.drivers.backup import Backup
from calypso.jobs.backup._times import SHORT_S
from calypso.jobs.backup._volumes import VolumeParams, VolumeResult, plan_of, told
from calypso.models.jobtype import Cancel, OnLost, Plan, job
from calypso.models.running import RunningJob


class Params(VolumeParams):
    """Which volume."""

    def title(self) -> str:
        return f"Prune volume {self.volume}"


def plan(params: Params, backup: Backup) -> Plan:
    """Say which runs would be forgotten."""
    return plan_of(backup.plan_prune(params.volume))


@job(
    "backup.volume_prune",
    driver=Backup,
    permission="backup:configure",
    timeout_s=SHORT_S,
    cancel=Cancel.BEFORE_START,
    on_lost=OnLost.REQUEUE,
    destructive=False,
    plan=plan,
)
def prune_volume(params: Params, backup: Backup, running: RunningJob) -> VolumeResult:
    """Forget the runs of a volume that need not be kept.

    Those older than its retention. A volume without runs may be written over.
    """
    running.report(phase="asking the director")
    return told(backup.prune(params.volume))
