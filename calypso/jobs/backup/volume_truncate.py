"""Cut a purged volume back to its label."""

from calypso.drivers.backup import Backup
from calypso.jobs.backup._times import SHORT_S
from calypso.jobs.backup._volumes import VolumeParams, VolumeResult, plan_of, told
from calypso.models.jobtype import Cancel, OnLost, Plan, job
from calypso.models.running import RunningJob


class Params(VolumeParams):
    """Which volume."""

    def title(self) -> str:
        return f"Truncate volume {self.volume}"


def plan(params: Params, backup: Backup) -> Plan:
    """Say which runs would be forgotten."""
    return plan_of(backup.plan_truncate(params.volume))


@job(
    "backup.volume_truncate",
    driver=Backup,
    permission="backup:destroy",
    timeout_s=SHORT_S,
    cancel=Cancel.CHECKPOINT,
    on_lost=OnLost.REQUEUE,
    destructive=True,
    plan=plan,
)
def truncate_volume(params: Params, backup: Backup, running: RunningJob) -> VolumeResult:
    """Cut a purged volume back to its label.

    Gives the space of a file volume back. Its pool must allow it.
    """
    running.stop_if_cancelled()
    running.report(phase="asking the director")
    return told(backup.truncate(params.volume))
