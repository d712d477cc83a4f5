"""Forget old statistics of runs."""

from collections.abc import Sequence

from calypso.drivers.backup import Backup
from calypso.jobs.backup._catalog import catalog_lock
from calypso.jobs.backup._times import SHORT_S
from calypso.models.jobtype import Cancel, JobParams, JobResult, OnLost, Plan, job
from calypso.models.lock import Lock
from calypso.models.running import RunningJob


class Params(JobParams):
    """There is one catalog."""

    def locks(self) -> Sequence[Lock]:
        return [catalog_lock()]

    def title(self) -> str:
        return "Prune statistics of runs"


class Result(JobResult):
    """How many were forgotten, and how many are left."""

    pruned: int
    left: int


def plan(params: Params, backup: Backup) -> Plan:
    """Say how much there is; how old it may get is for the director to say."""
    del params
    kept = backup.statistics()
    if kept.oldest_at is None:
        return Plan(effects=["prune nothing: no statistics are kept"])
    return Plan(
        effects=["prune what is older than the director's Statistics Retention"],
        destroys=[f"those of {kept.runs} runs since {kept.oldest_at:%Y-%m-%d} that are as old"],
    )


@job(
    "backup.prune_stats",
    driver=Backup,
    permission="backup:destroy",
    timeout_s=SHORT_S,
    cancel=Cancel.BEFORE_START,
    on_lost=OnLost.REQUEUE,
    schedulable=True,
    prunes=True,
    plan=plan,
)
def prune(params: Params, backup: Backup, running: RunningJob) -> Result:
    """Forget old statistics of runs.

    What `update stats` has put aside of ended runs, older than the director's Statistics
    Retention. The runs themselves are not touched.
    """
    del params
    running.report(phase="asking the director")
    before = backup.statistics().runs
    backup.prune_statistics()
    left = backup.statistics().runs
    return Result(pruned=max(0, before - left), left=left)
